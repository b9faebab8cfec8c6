import type { Metric } from '../code/metric-scan.ts'

/** The metrics of a service that rules and panels are made of, chosen from those that its code registers. */
export interface ServiceMetrics {
  /** A counter of requests with a label for the status; null when there is none. */
  readonly requests: { readonly name: string; readonly status: string; readonly route: string | null } | null
  /** A histogram of how long requests take; null when there is none. */
  readonly latency: { readonly name: string; readonly route: string | null; readonly seconds: boolean } | null
  /** What could not be found, and what that costs, for people. */
  readonly missing: readonly string[]
}

const statusLabels = [
  'status',
  'status_code',
  'code',
  'http_status',
  'http_status_code',
  'http_response_status_code',
]
const routeLabels = ['route', 'path', 'handler', 'endpoint', 'http_route', 'url', 'uri']

/** Chooses by name and labels: what the code does not register is never asked for, since such a rule would never fire. */
export function serviceMetrics(metrics: readonly Metric[]): ServiceMetrics {
  const withStatus = (metric: Metric) => statusLabels.find((label) => metric.labels.includes(label))
  const route = (metric: Metric) => routeLabels.find((label) => metric.labels.includes(label)) ?? null
  const counter = metrics.find(
    ({ kind, name, ...metric }) =>
      kind === 'counter' && /request/.test(name) && withStatus({ kind, name, ...metric }) !== undefined,
  )
  const histogram = metrics.find(
    ({ kind, name }) =>
      kind === 'histogram' &&
      /(?:request|http|response).*(?:duration|latency|time|seconds)|(?:duration|latency).*(?:request|http)/.test(
        name,
      ),
  )
  // A histogram with a status label counts requests as well.
  const counted =
    counter !== undefined
      ? { name: counter.name, status: withStatus(counter) as string, route: route(counter) }
      : histogram !== undefined && withStatus(histogram) !== undefined
        ? {
            name: `${histogram.name}_count`,
            status: withStatus(histogram) as string,
            route: route(histogram),
          }
        : null
  const missing: string[] = []
  if (counted === null) {
    missing.push(
      'no counter of requests with a status label is registered in the code: there is no rule for the error rate or for missing traffic',
    )
  }
  if (histogram === undefined)
    missing.push('no histogram of request durations is registered in the code: there is no rule for latency')
  return {
    requests: counted,
    latency:
      histogram === undefined
        ? null
        : {
            name: histogram.name,
            route: route(histogram),
            seconds: !/(?:_ms|_milliseconds|millis)$/.test(histogram.name),
          },
    missing,
  }
}
