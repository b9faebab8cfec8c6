import { existsSync } from 'node:fs'
import { join } from 'node:path'

import {
  chartOfLaw,
  differenceOf,
  type FitView,
  type ForeseeingClient,
  type LifecycleDefinition,
  type VersionsView,
} from '@opschart/core'
import type { Versions } from '@opschart/hosts/http'

import { compose } from './compose.ts'
import { configurationModule } from './config/load-configuration.ts'
import { earlierLaw, offeredVersions } from './earlier-law.ts'

/** Actors that are listed, of those that do not fit; the others are counted. */
const most = 500

/** What versions are compared with: a project, and what runs of it. */
interface VersionsOptions {
  readonly root: string
  readonly client: Pick<ForeseeingClient, 'fits'>
  /** The law that runs. */
  readonly law: LifecycleDefinition
}

/**
 * Makes what compares a project's law, as it is written now, with a version of its repository, or with the law that runs.
 * What is stored is looked at as `opschart store migrate --plan` does; nothing is changed by it, and no code of the project
 * is run: where a module extends the configuration, the law that runs is compared. One question is answered at a time.
 */
export function createVersions({ root, client, law }: VersionsOptions): Versions {
  let last: Promise<unknown> = Promise.resolve()
  async function written(): Promise<{ law: LifecycleDefinition; fits: FitView[] }> {
    if (existsSync(join(root, configurationModule))) return { law, fits: await client.fits() }
    const { lifecycle, runtime } = await compose({ root, work: false })
    try {
      return { law: lifecycle.definition, fits: await runtime.fits() }
    } finally {
      await runtime.close()
    }
  }
  async function compared(version: string | undefined): Promise<VersionsView> {
    const before = version === undefined ? law : await earlierLaw(root, version)
    const now = await written()
    const { chart, states, arrows } = differenceOf(chartOfLaw(before), chartOfLaw(now.law))
    const of = (kind: FitView['kind']) => now.fits.filter((fit) => fit.kind === kind)
    const [misfits, moved] = [of('misfit'), of('migrates')]
    return {
      version: version ?? null,
      isWritten: now.law !== law,
      chart,
      states: [...states],
      arrows: [...arrows],
      counts: { fits: of('fits').length, migrates: moved.length, misfit: misfits.length },
      fits: [...misfits, ...moved].slice(0, most),
      offered: await offeredVersions(root),
    }
  }
  return {
    against(version) {
      const answer = last.then(() => compared(version))
      last = answer.catch(() => {})
      return answer
    },
  }
}
