import type { JsonObject, ReleaseFacts, Service } from '@opschart/core'

import { ownJson } from '../project/owned-file.ts'
import { member, numberMember, textMember } from '../project/json-value.ts'
import { fileName } from '../project/plain-text.ts'
import type { ProjectFiles } from '../project/project-files.ts'

/** Fewest requests that a baseline can be compared with. */
export const enoughSamples = 30

/** A baseline as it is read back. */
export interface Baseline {
  readonly version: string
  readonly source: 'staging' | 'production'
  readonly from: number
  readonly to: number
  readonly samples: number
  readonly routes: ReadonlyMap<
    string,
    { readonly requests: number; readonly errors: number; readonly durations: readonly number[] }
  >
  readonly file: string
}

/** The folder of a service's rule files, dashboards and baselines. */
export function monitoringFolder(service: Service): string {
  return (service.monitoring ?? 'monitoring').replace(/\/+$/, '')
}

/** Where a version's baseline lies: named by its version, and by the service too where another one's is there already. */
export async function baselineFile(files: ProjectFiles, service: Service, version: string): Promise<string> {
  const folder = `${monitoringFolder(service)}/baselines`
  const plain = `${folder}/${fileName(version)}.json`
  const present = await files.read(plain)
  const owner = present === undefined ? undefined : textMember(ownJson(present), 'service')
  return owner === undefined || owner === service.name
    ? plain
    : `${folder}/${fileName(service.name)}-${fileName(version)}.json`
}

/** A version's baseline; undefined when there is none or it is not readable. */
export async function readBaseline(
  files: ProjectFiles,
  service: Service,
  version: string,
): Promise<Baseline | undefined> {
  const file = await baselineFile(files, service, version)
  const text = await files.read(file)
  const json = text === undefined ? undefined : ownJson(text)
  return json === undefined || textMember(json, 'service') !== service.name ? undefined : parsed(json, file)
}

function parsed(json: JsonObject, file: string): Baseline | undefined {
  const [version, source] = [textMember(json, 'version'), textMember(json, 'source')]
  const routes = member(json, 'routes')
  if (version === undefined || (source !== 'staging' && source !== 'production')) return undefined
  const entries = typeof routes === 'object' && routes !== null ? Object.entries(routes) : []
  return {
    version,
    source,
    from: numberMember(json, 'from') ?? 0,
    to: numberMember(json, 'to') ?? 0,
    samples: numberMember(json, 'samples') ?? 0,
    file,
    routes: new Map(
      entries.slice(0, 100).map(([route, value]) => {
        const durations = member(value, 'durations')
        return [
          route,
          {
            requests: numberMember(value, 'requests') ?? 0,
            errors: numberMember(value, 'errors') ?? 0,
            durations: Array.isArray(durations)
              ? durations.filter((item): item is number => typeof item === 'number').slice(0, 1000)
              : [],
          },
        ]
      }),
    ),
  }
}

/** The newest baseline with enough samples: the release's own, else of one that was live before it, newest first. */
export async function usableBaseline(
  files: ProjectFiles,
  service: Service,
  release: ReleaseFacts,
  except: { readonly after: number },
): Promise<Baseline | undefined> {
  const earlier = release.deployments.map(({ version }) => version).toReversed()
  const versions = new Set([release.version, release.previous?.version ?? '', ...earlier])
  for (const version of versions) {
    if (version === '') continue
    const found = await readBaseline(files, service, version)
    // What was measured while it already went wrong is no measure of how it should be.
    if (found !== undefined && found.samples >= enoughSamples && found.to <= except.after) return found
  }
  return undefined
}
