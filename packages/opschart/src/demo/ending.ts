import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { AuditView, DigestView, StatusView } from '@opschart/core'

import type { Controller } from './controller.ts'
import type { Defect } from './defects.ts'
import type { Project } from './project.ts'
import { field, type Screen } from './screen.ts'

/** What the demo ended with. */
export interface DemoResult {
  readonly passed: boolean
  readonly folder: string | null
  readonly guilty: { readonly planted: string; readonly found: string | null }
  readonly live: string | null
  readonly effectiveRollbacks: number
  readonly audit: AuditView
  readonly report: string | null
  readonly seconds: number
}

/** What the ending is told from. */
export interface Ending {
  readonly project: Project
  readonly daemon: Controller
  readonly screen: Screen
  readonly defect: Defect
  readonly before: number
  readonly away: number
  readonly began: number
  readonly keep: boolean
  readonly json: boolean
}

/** Looks at what is there now, shows it, and says whether all of it is as it should be. */
export async function ending({
  project,
  daemon,
  screen,
  defect,
  before,
  away,
  began,
  keep,
  json,
}: Ending): Promise<DemoResult> {
  const { root } = project
  const status = await daemon.ask<StatusView>('person', 'status')
  const service = status.services.find(({ service }) => service === 'orders')
  const triage = daemon.rows.find((row) => row.sequence > before && row.type === 'xstate.done.actor.triage')
  const output = (triage === undefined ? undefined : field(triage, 'output')) as
    | { suspects?: { title: string; commit?: string }[] }
    | undefined
  const found = output?.suspects?.[0]?.title ?? null
  const digest = await daemon.ask<DigestView>('person', 'digest', { since: away })
  const audit = await daemon.ask<AuditView>('person', 'audit', {})
  const report = digest.reports[0] ?? null
  const starts = (await readFile(join(root, '.run/starts.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { version: string }).version)
  const effectiveRollbacks = starts
    .slice(starts.indexOf('v2.0.0') + 1)
    .filter((version) => version === 'v1.0.0').length

  screen.chapter('What became of it')
  screen.chart(status)
  screen.digest(digest)
  if (report !== null && existsSync(join(root, report)))
    screen.file(report, await readFile(join(root, report), 'utf8'))
  const live = service?.live ?? null
  const v2 = service?.lifecycles.find(({ id }) => id === 'orders/release-2')
  const checks: [string, boolean][] = [
    [`the guilty commit was found: ${found ?? 'none'}`, found !== null && found.includes(defect.guilty)],
    ['v1.0.0 is live again', live === 'orders/release-1'],
    ['v2.0.0 is in DEVELOPMENT again', v2?.phase === 'DEVELOPMENT'],
    [`the service counted one roll-back (${starts.join(' → ')})`, effectiveRollbacks === 1],
    [`a report was written: ${report ?? 'none'}`, report !== null && existsSync(join(root, report))],
    ['the status page was written', existsSync(join(root, 'status/index.html'))],
    [`audit: ${audit.rows} rows, ${audit.sound ? 'sound' : `not sound: ${audit.fault?.what}`}`, audit.sound],
  ]
  for (const [text, holds] of checks) screen.check(text, holds)
  const passed = checks.every(([, holds]) => holds)
  const seconds = (Date.now() - began) / 1_000
  const result: DemoResult = {
    passed,
    folder: keep ? root : null,
    guilty: { planted: defect.guilty, found },
    live,
    effectiveRollbacks,
    audit,
    report,
    seconds,
  }
  if (json) screen.json(result)
  else screen.say(`${seconds.toFixed(1)} s`)
  return result
}
