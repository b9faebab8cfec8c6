// Properties:
//   - Percentiles and tests are those of the books (values checked by hand and against published tables).
//   - A route is blamed only when it is surely and noticeably worse; with too little data it is named as such.
//   - A baseline says where it comes from and how many samples it has, and a poor one never replaces a good one.

import { describe, expect, it } from 'vitest'

import { harness, noon, request } from '../../test/task-harness.ts'
import { analyzeBottlenecks } from './analyze-bottlenecks.ts'
import { baselinePerformance } from './baseline-performance.ts'
import { setupProfiling } from './setup-profiling.ts'
import { evenRanks, percentile, rankTest, shareTest } from './statistics.ts'

const hour = 3_600_000
const spread = (
  count: number,
  from: number,
  route: string,
  duration: (index: number) => number,
  status = (_index: number) => 200,
) => Array.from({ length: count }, (_, index) => request(from + index, route, duration(index), status(index)))

describe('statistics', () => {
  it('gives nearest-rank percentiles', () => {
    const values = [15, 20, 35, 40, 50]
    expect([0.05, 0.3, 0.4, 0.5, 1].map((part) => percentile(values, part))).toEqual([15, 20, 20, 35, 50])
    expect(percentile([], 0.5)).toBeNull()
    expect(evenRanks([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5])
  })

  it('ranks like Mann and Whitney', () => {
    // U = 0 of 25 for two samples of five apart: exact one-sided p is 1/252; the corrected normal value is 0.0061.
    expect(rankTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toEqual({
      p: expect.closeTo(0.0061, 3),
      superiority: 1,
    })
    expect(rankTest([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]).p).toBeGreaterThan(0.99)
    expect(rankTest([1, 1, 1], [1, 1, 1])).toEqual({ p: 1, superiority: 0.5 })
    expect(rankTest([], [1])).toEqual({ p: 1, superiority: 0.5 })
    // Of the 16 pairs the later value is larger in 9 and equal in 5.
    expect(rankTest([1, 2, 2, 3], [2, 2, 3, 4]).superiority).toBe(11.5 / 16)
  })

  it('compares shares', () => {
    // 5 of 100 against 15 of 100 without correction is z = 2.357; with it 2.121, p = 0.017.
    expect(shareTest({ failed: 5, total: 100 }, { failed: 15, total: 100 })).toBeCloseTo(0.017, 3)
    expect(shareTest({ failed: 0, total: 100 }, { failed: 0, total: 100 })).toBe(1)
    expect(shareTest({ failed: 0, total: 0 }, { failed: 9, total: 9 })).toBe(1)
  })
})

describe('baseline_performance', () => {
  it('measures the requests of the test run as staging', async () => {
    const logs = [
      ...spread(40, noon, '/users', (index) => index + 1),
      request(noon - 1, '/before', 1),
      request(noon + 1001, '/after', 1),
    ]
    const made = await harness({
      logs,
      now: noon + hour,
      results: { run_integration_tests: { started_at: noon, duration: 1000, counts: { passed: 4 } } },
    })
    expect(await made.run(baselinePerformance())).toMatchObject({
      source: 'staging',
      samples: 40,
      enough: true,
      p50: 20,
      p95: 38,
      p99: 40,
    })
    expect(JSON.parse(await made.read('monitoring/baselines/v2.3.1.json'))).toMatchObject({
      service: 'user-service',
      version: 'v2.3.1',
      source: 'staging',
      samples: 40,
      routes: { 'GET /users': { requests: 40, p95: 38, durations: expect.arrayContaining([1, 40]) } },
      test_run: { duration: 1000, passed: 4 },
    })
  })

  it('says that it has no samples, and keeps a good one', async () => {
    const logs = spread(40, noon - 1000, '/users', () => 5)
    const made = await harness({ logs, signal: { time: noon - hour } })
    expect(await made.run(baselinePerformance())).toMatchObject({ source: 'production', samples: 40 })
    const before = await made.read('monitoring/baselines/v2.3.1.json')
    const later = { ...made.context, logs: async () => [] }
    expect(await baselinePerformance().run(made.input, later)).toMatchObject({
      samples: 0,
      enough: false,
      files: [],
      reason: expect.stringContaining('is kept'),
    })
    expect(await made.read('monitoring/baselines/v2.3.1.json')).toBe(before)
    const none = await harness()
    expect(await none.run(baselinePerformance())).toMatchObject({
      samples: 0,
      enough: false,
      p95: null,
      files: [{ status: 'created' }],
    })
  })

  it('leaves out what another version wrote, and the baseline of another service', async () => {
    const old = { ...request(noon - 5, '/users', 900), version: '2.3.0' }
    const own = { ...request(noon - 5, '/users', 9), version: '2.3.1' }
    const made = await harness({
      logs: [old, own],
      signal: { time: noon - hour },
      files: { 'monitoring/baselines/v2.3.1.json': '{"service":"other","version":"v2.3.1"}' },
    })
    expect(await made.run(baselinePerformance())).toMatchObject({
      samples: 1,
      p99: 9,
      files: [{ path: 'monitoring/baselines/user-service-v2.3.1.json' }],
    })
  })
})

describe('analyze_bottlenecks', () => {
  const onset = noon
  const before = [
    ...spread(200, noon - hour / 2, '/slow', (index) => 20 + (index % 10)),
    ...spread(200, noon - hour / 2, '/same', (index) => 20 + (index % 10)),
    ...spread(200, noon - hour / 2, '/failing', () => 5),
    ...spread(5, noon - hour / 2, '/rare', () => 5),
  ]
  const since = [
    ...spread(100, onset, '/slow', (index) => 80 + (index % 30)),
    ...spread(100, onset, '/same', (index) => 20 + (index % 10)),
    ...spread(
      100,
      onset,
      '/failing',
      () => 5,
      (index) => (index % 5 === 0 ? 500 : 200),
    ),
    ...spread(100, onset, '/new', () => 5000),
    ...spread(5, onset, '/rare', () => 5000),
  ]
  const found = { results: { triage: { onset } } }

  it('names what got slower and what fails more, by how much, and nothing else', async () => {
    const made = await harness({ logs: [...before, ...since], now: noon + 60_000, incident: 'incident-1' })
    const output = await made.run(analyzeBottlenecks(), found)
    expect(output).toMatchObject({
      compared_with: { kind: 'hour_before', samples: 605 },
      worse: [
        { route: 'GET /slow', what: 'slower', latency: { before_p95: 29, now_p95: 108, ratio_p95: 3.72 } },
        { route: 'GET /failing', what: 'failing', errors: { before: 0, now: 0.2 } },
      ],
      unchanged: ['GET /same'],
      too_little_data: ['GET /new', 'GET /rare'],
    })
  })

  it('compares with a baseline where there is one, of before the onset only', async () => {
    const measured = await harness({ logs: before, now: noon - 1, signal: { time: noon - hour } })
    await measured.run(baselinePerformance())
    const context = {
      ...measured.context,
      logs: async (from: number, to: number) => since.filter(({ time }) => from <= time && time < to),
      clock: { ...measured.context.clock, now: () => noon + 60_000 },
    }
    const input = { ...measured.input, ...found, incident: 'incident-1' }
    expect(await analyzeBottlenecks().run(input, context)).toMatchObject({
      compared_with: { kind: 'baseline', version: 'v2.3.1', source: 'production', samples: 605 },
      worse: [{ route: 'GET /slow' }, { route: 'GET /failing' }],
    })
    const tooLate = { ...input, results: { triage: { onset: noon - hour } } }
    expect(await analyzeBottlenecks().run(tooLate, context)).toMatchObject({
      compared_with: { kind: 'hour_before' },
    })
  })

  it('says when there is nothing to compare with, and blames nothing that is sure but not noticeable', async () => {
    const made = await harness({ logs: since, now: noon + 60_000, incident: 'incident-1' })
    expect(await made.run(analyzeBottlenecks(), found)).toMatchObject({
      worse: [],
      note: expect.stringContaining('nothing to compare with'),
    })
    const slightly = await harness({
      logs: [
        ...spread(2000, noon - hour / 2, '/x', (index) => 100 + (index % 5)),
        ...spread(2000, onset, '/x', (index) => 105 + (index % 5)),
      ],
      now: noon + 60_000,
      incident: 'incident-1',
    })
    expect(await slightly.run(analyzeBottlenecks(), found)).toMatchObject({
      worse: [],
      unchanged: ['GET /x'],
    })
  })
})

describe('setup_profiling', () => {
  it('puts the switch into the service’s own start script, and admits what it does not know', async () => {
    const made = await harness({
      files: { 'package.json': '{"scripts":{"start":"node --enable-source-maps dist/main.js"}}' },
    })
    expect(await made.run(setupProfiling())).toMatchObject({
      command: 'node --cpu-prof --cpu-prof-dir=monitoring/profiles --enable-source-maps dist/main.js',
    })
    expect(await made.read('monitoring/profiling.md')).toContain(
      'node --heap-prof --heap-prof-dir=monitoring/profiles --enable-source-maps dist/main.js',
    )
    const other = await harness({ files: { 'package.json': '{"scripts":{"start":"python app.py"}}' } })
    expect(await other.run(setupProfiling())).toMatchObject({
      written: false,
      files: [],
      reason: expect.stringContaining('does not begin with node'),
    })
  })
})
