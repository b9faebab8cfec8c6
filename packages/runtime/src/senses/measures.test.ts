// Properties of what is counted of requests:
//   - The rate is that of the window, of all sources together; without requests there is none.
//   - Folded in pieces or at once, in order or late, the counts are the same; what is folded is not changed.
//   - What is older than is kept is dropped; a time that is yet to come is now. What was saved is the same again.

import type { LogEntry } from '@opschart/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { errorRate, foldRequests, savedBuckets } from './measures.ts'

const now = 1_000_000
const keep = 60_000
const entry = (time: number, status?: number): LogEntry => ({
  time,
  level: 'info',
  message: '',
  fields: {},
  file: 'log',
  offset: 0,
  ...(status === undefined ? {} : { status }),
})

describe('the error rate', () => {
  it('counts requests that failed with 500 or more, of the window that ends now', () => {
    const buckets = foldRequests(
      [],
      [
        entry(now, 200),
        entry(now - 10_000, 499),
        entry(now - 9_000, 500),
        entry(now - 31_000, 503),
        entry(now),
      ],
      { now, keep },
    )
    expect(errorRate([buckets], now, 30_000)).toEqual({ value: 1 / 3, samples: 3, since: now - 30_000 })
    expect(errorRate([buckets], now, 60_000)).toEqual({ value: 0.5, samples: 4, since: now - 60_000 })
    expect(errorRate([buckets, buckets], now, 60_000)).toMatchObject({ value: 0.5, samples: 8 })
  })

  it('is unknown without requests', () => {
    expect(errorRate([], now, 30_000)).toEqual({ value: null, samples: 0, since: now - 30_000 })
  })

  it('counts nothing from before it is asked to count', () => {
    const buckets = foldRequests([], [entry(now - 20_000, 500), entry(now - 5_000, 200)], { now, keep })
    expect(errorRate([buckets], now, 30_000, now - 10_000)).toEqual({
      value: 0,
      samples: 1,
      since: now - 10_000,
    })
  })

  it('counts a time that is yet to come as now, and keeps what it had', () => {
    const buckets = foldRequests(
      foldRequests([], [entry(now, 500)], { now, keep }),
      [entry(Number.MAX_SAFE_INTEGER, 200)],
      { now, keep },
    )
    expect(errorRate([buckets], now, 1_000)).toMatchObject({ value: 0.5, samples: 2 })
  })

  it('drops what is older than is kept', () => {
    expect(
      foldRequests([[1, 5, 5]], [entry(now - 60_001, 500), entry(now - 59_000, 500)], { now, keep }),
    ).toEqual([[941, 1, 1]])
  })

  it('is the same in pieces or at once, in order or late, and after it was saved', () => {
    const requests = fc.array(
      fc.record({ ago: fc.integer({ min: 0, max: 59_000 }), status: fc.constantFrom(200, 404, 500) }),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(requests, fc.nat(40), (list, cut) => {
        const entries = list.map(({ ago, status }) => entry(now - ago, status))
        const at = { now, keep }
        const whole = foldRequests([], entries, at)
        const first = foldRequests([], entries.slice(cut), at)
        const before = JSON.stringify(first)
        const saved = savedBuckets(JSON.parse(before) as never)
        expect(foldRequests(saved, entries.slice(0, cut), at)).toEqual(whole)
        expect(JSON.stringify(first)).toBe(before)
        expect(errorRate([whole], now, keep).samples).toBe(entries.length)
      }),
    )
  })

  it.each([undefined, null, 'x', [[1, 2]], [['1', 2, 3]], [[1, 2, Number.NaN]]])(
    'takes nothing from a checkpoint that holds %j',
    (saved) => {
      expect(savedBuckets(saved as never)).toEqual([])
    },
  )
})
