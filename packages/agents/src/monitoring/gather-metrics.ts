import type { JsonObject, LogEntry, Task } from '@opschart/core'

import { numberMember } from '../project/json-value.ts'
import { byRoute, measures, measuresOf } from '../performance/request-measures.ts'

const minute = 60_000
const before = 30 * minute
const longest = 120 * minute
const shownRoutes = 20

/**
 * monitoring-agent `gather_metrics`: requests, errors and latency from the live log, by minute and by route, before the
 * incident began (half an hour) and since (two hours at most): what a report and a person look at.
 */
export function gatherMetrics(): Task {
  return {
    agent: 'monitoring-agent',
    task: 'gather_metrics',
    title: 'gathers requests, errors and latency before and since the onset',
    changes: 'nothing',
    timeout: 60_000,
    async run(input, context) {
      const now = context.clock.now()
      const onset = Math.min(now, numberMember(input.results, 'triage', 'onset') ?? input.signal.time)
      const end = Math.min(now + 1, onset + longest)
      const entries = await context.logs(onset - before, end)
      const earlier = entries.filter(({ time }) => time < onset)
      const since = entries.filter(({ time }) => time >= onset)
      return {
        onset,
        from: onset - before,
        to: end,
        before: { ...measuresOf(earlier), routes: routes(earlier) },
        since: { ...measuresOf(since), routes: routes(since) },
        minutes: minutes(entries, onset - before, end),
      }
    },
  }
}

/**
 * monitoring-agent `watch_deployment`: answers DEPLOYMENT_STARTED by noting error rate and latency of the quarter of an
 * hour before, so that what comes after can be compared with what was.
 */
export function watchDeployment(): Task {
  return {
    agent: 'monitoring-agent',
    task: 'watch_deployment',
    title: 'notes error rate and latency just before a deployment',
    changes: 'nothing',
    timeout: 60_000,
    answers: ['DEPLOYMENT_STARTED'],
    async run(input, context) {
      const to = input.signal.time
      const from = to - 15 * minute
      const entries = await context.logs(from, to)
      return { from, to, ...measuresOf(entries), routes: routes(entries) }
    },
  }
}

function routes(entries: readonly LogEntry[]): JsonObject[] {
  return byRoute(entries)
    .slice(0, shownRoutes)
    .map(({ route, requests, errors, durations }) => ({ route, ...measures(requests, errors, durations) }))
}

/** One row for each minute, also for those in which nothing came: a gap is what people look for. */
function minutes(entries: readonly LogEntry[], from: number, to: number): JsonObject[] {
  const rows: JsonObject[] = []
  const first = Math.floor(from / minute) * minute
  const byMinute = Map.groupBy(entries, ({ time }) => Math.floor(time / minute) * minute)
  for (let time = first; time < to; time += minute)
    rows.push({ time, ...measuresOf(byMinute.get(time) ?? []) })
  return rows
}
