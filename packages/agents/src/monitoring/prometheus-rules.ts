import { stringify } from 'yaml'

import type { ServiceMetrics } from './service-metrics.ts'

/** What rules are made with besides the metrics. */
export interface RuleOptions {
  /** The scrape job: the service's name. */
  readonly job: string
  /** Where a person finds what to do: a path in the project. */
  readonly runbook: string
  /** Share of failing requests, 0 to 1, above which an alert fires. */
  readonly errorRate: number
  /** p95 latency in seconds above which an alert fires, and what it was derived from. */
  readonly latency: { readonly seconds: number; readonly because: string }
}

/** A Prometheus file of recording rules: rate, error share and latency, whole and by route. */
export function recordingRules(metrics: ServiceMetrics, { job }: RuleOptions): string {
  const selector = `{job=${quoted(job)}}`
  const rules: object[] = []
  const { requests, latency } = metrics
  if (requests !== null) {
    const failed = `{job=${quoted(job)},${requests.status}=~"5.."}`
    rules.push(
      { record: 'job:http_requests:rate5m', expr: `sum by (job) (rate(${requests.name}${selector}[5m]))` },
      {
        record: 'job:http_request_errors:ratio_rate5m',
        // Without any failure there is no series of failures; it must still read 0.
        expr: `(sum by (job) (rate(${requests.name}${failed}[5m])) or 0 * job:http_requests:rate5m${selector}) / (job:http_requests:rate5m${selector} > 0)`,
      },
    )
    if (requests.route !== null) {
      rules.push({
        record: 'job_route:http_requests:rate5m',
        expr: `sum by (job, ${requests.route}) (rate(${requests.name}${selector}[5m]))`,
      })
    }
  }
  if (latency !== null) {
    const divide = latency.seconds ? '' : ' / 1000'
    const bucket = `${latency.name}_bucket${selector}`
    rules.push({
      record: 'job:http_request_duration_seconds:p95_5m',
      expr: `histogram_quantile(0.95, sum by (job, le) (rate(${bucket}[5m])))${divide}`,
    })
    if (latency.route !== null) {
      rules.push({
        record: 'job_route:http_request_duration_seconds:p95_5m',
        expr: `histogram_quantile(0.95, sum by (job, ${latency.route}, le) (rate(${bucket}[5m])))${divide}`,
      })
    }
  }
  return rules.length === 0
    ? ''
    : file([{ name: `${job}-recording`, interval: '30s', rules }], metrics.missing)
}

/** A Prometheus file of alert rules; they read the recorded series, so both files belong together. */
export function alertRules(metrics: ServiceMetrics, options: RuleOptions): string {
  const selector = `{job=${quoted(options.job)}}`
  const rules: object[] = [
    alert('ServiceDown', options, {
      expr: `up${selector} == 0`,
      wait: '2m',
      severity: 'critical',
      summary: 'an instance of {{ $labels.job }} does not answer its scrapes',
      description: '{{ $labels.instance }} has been unreachable for 2 minutes.',
    }),
  ]
  if (metrics.requests !== null) {
    rules.push(
      alert('ErrorRateHigh', options, {
        expr: `job:http_request_errors:ratio_rate5m${selector} > ${options.errorRate}`,
        wait: '5m',
        severity: 'critical',
        summary: '{{ $labels.job }} fails {{ $value | humanizePercentage }} of its requests',
        description: `More than ${options.errorRate * 100} % of requests have been answered with 5xx for 5 minutes.`,
      }),
      alert('TrafficAbsent', options, {
        // Only where there was traffic an hour ago: a service that nobody uses at night is no alarm.
        expr: `(job:http_requests:rate5m${selector} == 0 or absent(job:http_requests:rate5m${selector})) and on () (job:http_requests:rate5m${selector} offset 1h > 0)`,
        wait: '10m',
        severity: 'warning',
        summary: `${options.job} gets no requests`,
        description: 'There was traffic an hour ago, and there has been none for 10 minutes.',
      }),
    )
  }
  if (metrics.latency !== null) {
    rules.push(
      alert('LatencyHigh', options, {
        expr: `job:http_request_duration_seconds:p95_5m${selector} > ${options.latency.seconds}`,
        wait: '10m',
        severity: 'warning',
        summary: '{{ $labels.job }} is slow: p95 is {{ $value | humanizeDuration }}',
        description: `p95 has been above ${options.latency.seconds} s for 10 minutes (${options.latency.because}).`,
      }),
    )
  }
  return file([{ name: `${options.job}-alerts`, rules }], metrics.missing)
}

/** A scrape job to put under `scrape_configs`, for the address that the health check has. */
export function scrapeConfig(job: string, health: string, metricsPath: string): string {
  const address = new URL(health)
  return stringify(
    {
      scrape_configs: [
        {
          job_name: job,
          scheme: address.protocol.replace(':', ''),
          metrics_path: metricsPath,
          static_configs: [{ targets: [address.host] }],
        },
      ],
    },
    { lineWidth: 0 },
  )
}

function alert(
  name: string,
  { job, runbook }: RuleOptions,
  rule: { expr: string; wait: string; severity: string; summary: string; description: string },
): object {
  return {
    alert: name,
    expr: rule.expr,
    for: rule.wait,
    labels: { severity: rule.severity, service: job },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: runbook,
    },
  }
}

function file(groups: readonly object[], missing: readonly string[]): string {
  const notes = missing.map((line) => `# Not covered: ${line}\n`).join('')
  return notes + stringify({ groups }, { lineWidth: 0 })
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
