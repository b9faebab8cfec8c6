// Properties:
//   - Measures before and since the onset are told apart at the onset itself, and are right.
//   - Every minute has its row, the empty ones too; failures of routes count where they belong.

import { describe, expect, it } from 'vitest'

import { harness, noon, request } from '../../test/task-harness.ts'
import { gatherMetrics, watchDeployment } from './gather-metrics.ts'

const minute = 60_000
const logs = [
  ...Array.from({ length: 100 }, (_, index) =>
    request(noon - 10 * minute + index, `/users/${index}`, index + 1),
  ),
  request(noon - 1, '/orders', 5, 500),
  request(noon, '/orders', 7, 503),
  request(noon + minute, '/orders', 9),
  { ...request(noon + minute, '', 0), status: undefined as never },
]

describe('gather_metrics', () => {
  it('measures before and since the onset, by minute and by route', async () => {
    const made = await harness({ logs, now: noon + 5 * minute, signal: { time: noon + 3 * minute } })
    const output = await made.run(gatherMetrics(), { results: { triage: { onset: noon } } })
    expect(output).toMatchObject({
      onset: noon,
      before: {
        requests: 101,
        errors: 1,
        p50: 50,
        p95: 95,
        p99: 99,
        routes: [
          { route: 'GET /users/:id', requests: 100, errors: 0, error_rate: 0, p50: 50, p95: 95, p99: 99 },
          { route: 'GET /orders', requests: 1, errors: 1, error_rate: 1 },
        ],
      },
      since: { requests: 2, errors: 1, error_rate: 0.5, p50: 7, p95: 9 },
    })
    const minutes = output['minutes'] as { time: number; requests: number; p50: number | null }[]
    expect(minutes).toHaveLength(36)
    expect(minutes.map(({ time }) => time)).toEqual(
      minutes.map((_row, index) => noon - (30 - index) * minute),
    )
    expect(
      minutes
        .filter(({ requests }) => requests > 0)
        .map(({ time, requests }) => [(time - noon) / minute, requests]),
    ).toEqual([
      [-10, 100],
      [-1, 1],
      [0, 1],
      [1, 1],
    ])
    expect(minutes[0]).toMatchObject({ requests: 0, p50: null, error_rate: null })
  })

  it('begins at the signal where triage found no onset, and never in the future', async () => {
    const made = await harness({ logs, now: noon, signal: { time: noon + minute } })
    expect(await made.run(gatherMetrics())).toMatchObject({
      onset: noon,
      before: { requests: 101 },
      since: { requests: 1 },
    })
  })
})

describe('watch_deployment', () => {
  it('answers DEPLOYMENT_STARTED with what was just before', async () => {
    expect(watchDeployment().answers).toEqual(['DEPLOYMENT_STARTED'])
    const made = await harness({
      logs,
      now: noon + minute,
      signal: { type: 'DEPLOYMENT_STARTED', time: noon },
    })
    expect(await made.run(watchDeployment())).toMatchObject({
      from: noon - 15 * minute,
      to: noon,
      requests: 101,
      errors: 1,
      error_rate: 0.0099,
      p95: 95,
    })
  })
})
