// Properties:
//   - Rules and panels ask only for metrics that the code registers, and say what they do not cover.
//   - The rule files are valid, and fire when they should (promtool says so, where it is installed).
//   - The same code gives the same files, and a dashboard that a person edited stays as it is.

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import { harness, request } from '../../test/task-harness.ts'
import { baselinePerformance } from '../performance/baseline-performance.ts'
import { setupAlerts, setupDashboard, setupMetrics, updateDashboards } from './monitoring-setup.ts'

const code = `
  import client from 'prom-client'
  const requests = new client.Counter({ name: 'http_requests_total', help: 'x', labelNames: ['method', 'route', 'status'] })
  export const latency = new client.Histogram<'route'>({ name: 'http_request_duration_seconds', help: 'x', labelNames: ['route'] })
  const app = express()
  app.get('/users/:id', show)
  app.get('/metrics', metrics)`

const service = { health: 'http://127.0.0.1:3000/health' }
const promtool = spawnSync('promtool', ['--version']).status === 0

describe('setup_metrics and setup_alerts', () => {
  it('write recording rules, alerts and a scrape job from the code', async () => {
    const made = await harness({ files: { 'src/app.ts': code }, service })
    expect(await made.run(setupMetrics())).toMatchObject({
      files: [
        { path: 'monitoring/user-service.recording.yml', status: 'created' },
        { path: 'monitoring/user-service.scrape.yml' },
      ],
      metrics: { requests: 'http_requests_total', latency: 'http_request_duration_seconds' },
    })
    await made.run(setupAlerts())
    const { groups } = parse(await made.read('monitoring/user-service.alerts.yml')) as {
      groups: { rules: Record<string, unknown>[] }[]
    }
    expect(groups[0]?.rules.map((rule) => rule['alert'])).toEqual([
      'ServiceDown',
      'ErrorRateHigh',
      'TrafficAbsent',
      'LatencyHigh',
    ])
    for (const rule of groups[0]?.rules ?? []) {
      expect(rule).toMatchObject({
        for: expect.stringMatching(/^\d+m$/),
        labels: { severity: expect.any(String), service: 'user-service' },
        annotations: { runbook_url: 'docs/runbook.md' },
      })
    }
    expect(parse(await made.read('monitoring/user-service.scrape.yml'))).toEqual({
      scrape_configs: [
        {
          job_name: 'user-service',
          scheme: 'http',
          metrics_path: '/metrics',
          static_configs: [{ targets: ['127.0.0.1:3000'] }],
        },
      ],
    })
  })

  it('write the same a second time, and declare only what changes', async () => {
    const made = await harness({ files: { 'src/app.ts': code }, service })
    await made.run(setupAlerts())
    expect(made.footprints).toHaveLength(1)
    expect(await made.run(setupAlerts())).toMatchObject({
      files: [{ status: 'unchanged' }, { status: 'unchanged' }, { status: 'unchanged' }],
    })
    expect(made.footprints).toHaveLength(1)
  })

  it('say what is not covered instead of asking for metrics that nobody registers', async () => {
    const made = await harness({ files: { 'src/app.ts': `app.get('/x', y)` }, service })
    const output = await made.run(setupAlerts())
    expect(output['not_covered']).toHaveLength(2)
    const text = await made.read('monitoring/user-service.alerts.yml')
    expect(text).toContain('# Not covered: no counter of requests')
    const { groups } = parse(text) as { groups: { rules: { alert: string }[] }[] }
    expect(groups[0]?.rules.map(({ alert }) => alert)).toEqual(['ServiceDown'])
  })

  it('take the latency limit from what was measured', async () => {
    const logs = Array.from({ length: 100 }, (_, index) =>
      request(Date.UTC(2026, 0, 1, 11, 59), '/users/1', 300 + (index % 7)),
    )
    const made = await harness({
      files: { 'src/app.ts': code },
      service,
      logs,
      signal: { time: Date.UTC(2026, 0, 1, 11) },
    })
    await made.run(baselinePerformance())
    const later = { ...made.context, clock: { ...made.context.clock, now: () => Date.UTC(2026, 0, 1, 13) } }
    await setupAlerts().run(made.input, later)
    expect(await made.read('monitoring/user-service.alerts.yml')).toContain(
      'p95_5m{job="user-service"} > 0.7',
    )
  })

  it.skipIf(!promtool)('pass promtool, and fire on failing, slow and missing requests', async () => {
    const made = await harness({ files: { 'src/app.ts': code }, service })
    await made.run(setupAlerts())
    const folder = path.join(made.root, 'monitoring')
    const check = spawnSync(
      'promtool',
      ['check', 'rules', 'user-service.recording.yml', 'user-service.alerts.yml'],
      { cwd: folder, encoding: 'utf8' },
    )
    expect(check.stderr + check.stdout).toMatch(/5 rules found[^]*4 rules found/)
    const job = 'job="user-service"'
    const failing = [
      [`http_requests_total{${job},route="/x",status="200"}`, '0+90x60'],
      [`http_requests_total{${job},route="/x",status="500"}`, '0+10x60'],
    ]
    const quiet = [[`http_requests_total{${job},route="/x",status="200"}`, '0+60x90 5400x120']]
    const slow = [
      [`http_request_duration_seconds_bucket{${job},route="/x",le="1"}`, '0+1x60'],
      [`http_request_duration_seconds_bucket{${job},route="/x",le="5"}`, '0+60x60'],
      [`http_request_duration_seconds_bucket{${job},route="/x",le="+Inf"}`, '0+60x60'],
    ]
    const test = (series: string[][], at: string, name: string, fires: boolean) => ({
      interval: '1m',
      input_series: series.map(([name2, values]) => ({ series: name2, values })),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${name}",alertstate="firing"}) or vector(0)`,
          eval_time: at,
          exp_samples: [{ labels: '{}', value: fires ? 1 : 0 }],
        },
      ],
    })
    const well = [[`http_requests_total{${job},route="/x",status="200"}`, '0+60x200']]
    await made.write(
      'monitoring/test.yml',
      JSON.stringify({
        rule_files: ['user-service.recording.yml', 'user-service.alerts.yml'],
        evaluation_interval: '30s',
        tests: [
          test(failing, '30m', 'ErrorRateHigh', true),
          test(well, '30m', 'ErrorRateHigh', false),
          test(slow, '30m', 'LatencyHigh', true),
          test(quiet, '125m', 'TrafficAbsent', true),
          test(well, '125m', 'TrafficAbsent', false),
        ],
      }),
    )
    const run = spawnSync('promtool', ['test', 'rules', 'test.yml'], { cwd: folder, encoding: 'utf8' })
    expect(run.stdout + run.stderr).toContain('SUCCESS')
  })
})

describe('setup_dashboard and update_dashboards', () => {
  it('give each route its panels, with ids and a uid that do not change', async () => {
    const made = await harness({ files: { 'src/app.ts': code } })
    await made.run(setupDashboard())
    const first = await made.read('monitoring/user-service.dashboard.json')
    const board = JSON.parse(first) as {
      uid: string
      schemaVersion: number
      panels: { id: number; type: string; title: string; targets?: { expr: string }[] }[]
    }
    expect(board.schemaVersion).toBeGreaterThanOrEqual(36)
    expect(board.panels.map(({ id }) => id)).toEqual(board.panels.map((_panel, index) => index + 1))
    expect(board.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'user-service',
      '/metrics',
      '/users/:id',
    ])
    expect(board.panels.filter(({ type }) => type === 'timeseries')).toHaveLength(9)
    expect(board.panels.at(-1)?.targets?.[0]?.expr).toContain('{job="user-service",route="/users/:id"}')
    expect(await made.run(updateDashboards())).toMatchObject({
      files: [{ status: 'unchanged' }],
      added: [],
      removed: [],
    })
    await made.write(
      'src/app.ts',
      `${code}\n app.post('/orders', create)`.replace("app.get('/metrics', metrics)", ''),
    )
    expect(await made.run(updateDashboards())).toMatchObject({
      files: [{ status: 'updated' }],
      added: ['/orders'],
      removed: ['/metrics'],
    })
    expect(JSON.parse(await made.read('monitoring/user-service.dashboard.json'))).toMatchObject({
      uid: board.uid,
    })
  })

  it('leave one that a person edited, and write theirs beside it', async () => {
    const made = await harness({ files: { 'src/app.ts': code } })
    await made.run(setupDashboard())
    const edited = (await made.read('monitoring/user-service.dashboard.json')).replace('"30s"', '"5s"')
    await made.write('monitoring/user-service.dashboard.json', edited)
    expect(await made.run(updateDashboards())).toMatchObject({
      files: [
        {
          path: 'monitoring/user-service.dashboard.opschart.json',
          status: 'beside',
          note: expect.any(String),
        },
      ],
    })
    expect(await made.read('monitoring/user-service.dashboard.json')).toBe(edited)
  })
})
