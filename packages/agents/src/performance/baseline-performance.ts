import type { JsonObject, LogEntry, OperationInput, Task } from '@opschart/core'

import { member, numberMember } from '../project/json-value.ts'
import { planOwnedFile } from '../project/owned-file.ts'
import { oneLine } from '../project/plain-text.ts'
import { writePlanned } from '../project/planned-file.ts'
import { projectFiles } from '../project/project-files.ts'
import { baselineFile, enoughSamples, readBaseline } from './baseline.ts'
import { byRoute, measures, measuresOf, round } from './request-measures.ts'
import { evenRanks } from './statistics.ts'

const hour = 3_600_000
const keptDurations = 200

/**
 * performance-optimizer-agent `baseline_performance`: measures rate, errors and latency by route, and writes them as
 * `<monitoring>/baselines/<version>.json`. After a test run: of the requests that the tests made, marked `staging`. After
 * a deployment: of the release's own traffic, marked `production`. The sample count says what it is worth; a baseline
 * with enough samples is not replaced by one without.
 */
export function baselinePerformance(): Task {
  return {
    agent: 'performance-optimizer-agent',
    task: 'baseline_performance',
    title: 'measures how fast this release is, to compare with later',
    changes: 'repository',
    timeout: 60_000,
    async run(input, context) {
      const files = projectFiles(context.root)
      const { service } = context
      const now = context.clock.now()
      const window = windowOf(input, now)
      const entries = ofVersion(await context.logs(window.from, window.to), input.release.version)
      const total = measuresOf(entries)
      const version = oneLine(input.release.version, 100)
      const known = await readBaseline(files, service, input.release.version)
      const summary = {
        source: window.source,
        samples: total.requests,
        enough: total.requests >= enoughSamples,
        ...total,
      }
      const keepsKnown =
        known !== undefined && known.samples >= enoughSamples && total.requests < enoughSamples
      if (keepsKnown) {
        return { ...summary, files: [], reason: `${known.file} has ${known.samples} samples, and is kept` }
      }
      const file = await baselineFile(files, service, input.release.version)
      const planned = await planOwnedFile(files, file, {
        json: {
          service: service.name,
          version,
          source: window.source,
          from: window.from,
          to: window.to,
          samples: total.requests,
          total: { ...total },
          per_minute: round(total.requests / Math.max(1, (window.to - window.from) / 60_000), 3),
          routes: routesOf(entries),
          ...(window.test === undefined ? {} : { test_run: window.test }),
        },
      })
      return { ...summary, files: await writePlanned(files, [planned], context) }
    },
  }
}

interface Window {
  readonly from: number
  readonly to: number
  readonly source: 'staging' | 'production'
  readonly test?: JsonObject
}

function windowOf(input: OperationInput, now: number): Window {
  const started = numberMember(input.results, 'run_integration_tests', 'started_at')
  const duration = numberMember(input.results, 'run_integration_tests', 'duration')
  if (started !== undefined && duration !== undefined) {
    const counts = member(input.results, 'run_integration_tests', 'counts')
    const passed = numberMember(counts, 'passed')
    const test = { duration, ...(passed === undefined ? {} : { passed }) }
    return { from: started, to: started + duration + 1, source: 'staging', test }
  }
  const deployed = input.release.deployments.findLast(
    ({ lifecycle }) => lifecycle === input.release.lifecycle,
  )
  // A release that went live long ago is measured by its last hour only.
  return {
    from: Math.max(now - hour, deployed?.time ?? input.signal.time),
    to: now + 1,
    source: 'production',
  }
}

/** The entries that this version wrote; those that name no version count for all. */
function ofVersion(entries: readonly LogEntry[], version: string): LogEntry[] {
  const plain = (text: string) => text.replace(/^v(?=\d)/, '')
  return entries.filter((entry) => entry.version === undefined || plain(entry.version) === plain(version))
}

function routesOf(entries: readonly LogEntry[]): JsonObject {
  return Object.fromEntries(
    byRoute(entries)
      .toSorted((a, b) => (a.route < b.route ? -1 : 1))
      .map(({ route, requests, errors, durations }) => [
        route,
        // Evenly spaced ranks stand for all latencies, so that a later test compares distributions and not three numbers.
        {
          ...measures(requests, errors, durations),
          durations: evenRanks(durations, keptDurations).map((value) => round(value, 3)),
        },
      ]),
  )
}
