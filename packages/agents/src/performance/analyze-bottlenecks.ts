import type { Task } from '@opschart/core'

import { numberMember } from '../project/json-value.ts'
import { projectFiles } from '../project/project-files.ts'
import { usableBaseline } from './baseline.ts'
import { byRoute, measures, round, type RouteRequests } from './request-measures.ts'
import { rankTest, shareTest } from './statistics.ts'

/** Fewest requests of a route, on each side, that are compared. */
export const minRouteSamples = 10

const hour = 3_600_000
// So small that among fifty routes hardly one is blamed by chance.
const certain = 0.001
// A difference that nobody would notice is none, however sure it is.
const noticeable = 1.2

/**
 * performance-optimizer-agent `analyze_bottlenecks`: compares latency and errors of each route since the incident began
 * (or in the last hour) with the newest baseline that has enough samples, else with the hour before. Latency by a rank
 * test of the distributions, errors by their shares. Routes with too little data are named as such, and never blamed.
 */
export function analyzeBottlenecks(): Task {
  return {
    agent: 'performance-optimizer-agent',
    task: 'analyze_bottlenecks',
    title: 'finds the routes that got slower or fail more, and by how much',
    changes: 'nothing',
    timeout: 60_000,
    async run(input, context) {
      const now = context.clock.now()
      const onset =
        numberMember(input.results, 'triage', 'onset') ??
        (input.incident === null ? now - hour : input.signal.time)
      const current = byRoute(await context.logs(onset, now + 1))
      const baseline = await usableBaseline(projectFiles(context.root), context.service, input.release, {
        after: onset,
      })
      const before =
        baseline === undefined
          ? byRoute(await context.logs(onset - hour, onset))
          : fromBaseline(baseline.routes)
      const known = new Map(before.map((route) => [route.route, route]))
      const compared = current.map((route) => comparison(known.get(route.route), route))
      const worse = compared
        .filter(({ verdict }) => verdict === 'worse')
        .toSorted((a, b) => b.weight - a.weight || (a.route < b.route ? -1 : 1))
      return {
        compared_with:
          baseline === undefined
            ? { kind: 'hour_before', from: onset - hour, to: onset, samples: sum(before) }
            : {
                kind: 'baseline',
                version: baseline.version,
                source: baseline.source,
                file: baseline.file,
                samples: baseline.samples,
              },
        from: onset,
        to: now,
        samples: sum(current),
        worse: worse.map(({ verdict: _verdict, weight: _weight, ...route }) => route),
        unchanged: compared.filter(({ verdict }) => verdict === 'unchanged').map(({ route }) => route),
        too_little_data: compared
          .filter(({ verdict }) => verdict === 'too_little_data')
          .map(({ route }) => route),
        ...(sum(before) === 0
          ? { note: 'there is nothing to compare with: no baseline, and no traffic in the hour before' }
          : {}),
      }
    },
  }
}

interface Compared {
  readonly route: string
  readonly verdict: 'worse' | 'unchanged' | 'too_little_data'
  /** Orders what is shown: requests that are worse off. */
  readonly weight: number
  readonly [detail: string]: string | number | null | { readonly [name: string]: number | null }
}

function comparison(before: RouteRequests | undefined, now: RouteRequests): Compared {
  const { route } = now
  if (before === undefined || before.requests < minRouteSamples || now.requests < minRouteSamples) {
    return { route, verdict: 'too_little_data', weight: 0 }
  }
  const [old, current] = [
    measures(before.requests, before.errors, before.durations),
    measures(now.requests, now.errors, now.durations),
  ]
  const timed = before.durations.length >= minRouteSamples && now.durations.length >= minRouteSamples
  const latency = timed ? rankTest(before.durations, now.durations) : null
  const ratio = ratioOf(old.p95, current.p95)
  const middle = ratioOf(old.p50, current.p50)
  const slower = latency !== null && latency.p < certain && Math.max(ratio ?? 0, middle ?? 0) >= noticeable
  const errorsP = shareTest(
    { failed: before.errors, total: before.requests },
    { failed: now.errors, total: now.requests },
  )
  const failing = errorsP < certain && (current.error_rate ?? 0) - (old.error_rate ?? 0) >= 0.005
  const detail = {
    requests: now.requests,
    latency: {
      before_p95: old.p95,
      now_p95: current.p95,
      before_p50: old.p50,
      now_p50: current.p50,
      ratio_p95: ratio,
      p: latency === null ? null : round(latency.p, 6),
    },
    errors: { before: old.error_rate, now: current.error_rate, p: round(errorsP, 6) },
  }
  if (!slower && !failing) return { route, verdict: 'unchanged', weight: 0, ...detail }
  const slowed = slower && latency !== null ? (latency.superiority - 0.5) * 2 * now.requests : 0
  const what = slower && failing ? 'slower and failing' : slower ? 'slower' : 'failing'
  return { route, verdict: 'worse', what, weight: slowed + now.errors, ...detail }
}

function ratioOf(before: number | null, now: number | null): number | null {
  if (before === null || now === null) return null
  return round(now / Math.max(before, 0.001), 2)
}

function fromBaseline(
  routes: ReadonlyMap<string, { requests: number; errors: number; durations: readonly number[] }>,
): RouteRequests[] {
  return [...routes].map(([route, value]) => ({
    route,
    ...value,
    durations: value.durations.toSorted((a, b) => a - b),
  }))
}

function sum(routes: readonly RouteRequests[]): number {
  return routes.reduce((total, { requests }) => total + requests, 0)
}
