// Properties:
//   - Metrics are found where they are registered and where they are written out, with their labels.
//   - A histogram that counts by status stands in for a counter of requests.

import { describe, expect, it } from 'vitest'

import { serviceMetrics } from '../monitoring/service-metrics.ts'
import { scanMetrics } from './metric-scan.ts'
import { tokenize } from './source-tokens.ts'

const scan = (text: string) => scanMetrics([{ path: 'a.ts', text, ...tokenize(text) }])

describe('scanMetrics', () => {
  it('reads prom-client and the text format', () => {
    expect(
      scan(`
        new Counter({ help: 'x', labelNames: ['b', 'a'], name: 'jobs_total' })
        new client.Gauge({ name: 'queue', help: 'x' })
        new Counter({ name: variable })
        const text = \`# TYPE http_requests_total counter
        http_requests_total{method="\${method}",status="\${status}"} \${count}
        # TYPE latency_seconds histogram
        latency_seconds_bucket{route="/x",le="1"} 2\``),
    ).toMatchObject([
      { name: 'http_requests_total', kind: 'counter', labels: ['method', 'status'] },
      { name: 'jobs_total', kind: 'counter', labels: ['a', 'b'] },
      { name: 'latency_seconds', kind: 'histogram', labels: ['le', 'route'] },
      { name: 'queue', kind: 'gauge', labels: [] },
    ])
  })

  it('chooses what rules are made of', () => {
    const only = serviceMetrics(
      scan(`new Histogram({ name: 'http_server_duration_ms_request', labelNames: ['code', 'path'] })`),
    )
    expect(only.requests).toEqual({
      name: 'http_server_duration_ms_request_count',
      status: 'code',
      route: 'path',
    })
    const millis = serviceMetrics(
      scan(`new Histogram({ name: 'http_request_duration_ms', labelNames: ['route'] })`),
    )
    expect(millis).toMatchObject({
      requests: null,
      latency: { seconds: false, route: 'route' },
      missing: [expect.any(String)],
    })
    expect(serviceMetrics([]).missing).toHaveLength(2)
  })
})
