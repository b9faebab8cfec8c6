// Properties:
//   - The beginning of a rise is found to the second, and none is found in a steady log.
//   - A rise that is too weak to stand out by itself is found at a moment that is known.
//   - Traits are common only if failing requests have them far more often than succeeding ones.

import { describe, expect, it } from 'vitest'

import type { LogEntry } from '@opschart/core'

import { commonTraits } from './common-traits.ts'
import { findOnset, riseAt, type Sample } from './onset.ts'

function steady(from: number, count: number, everyFailing: number): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    time: from + index * 500,
    failed: everyFailing > 0 && index % everyFailing === 0,
  }))
}

describe('the onset', () => {
  it('is the first failure of the higher rate', () => {
    const onset = findOnset([...steady(0, 200, 50), ...steady(100_000, 100, 2)])
    expect(onset?.time).toBe(100_000)
    expect(onset?.before).toBeCloseTo(0.02)
    expect(onset?.after).toBeCloseTo(0.5)
  })

  it('is not found where the rate is steady, falls, or is nothing', () => {
    expect(findOnset(steady(0, 400, 20))).toBeNull()
    expect(findOnset([...steady(0, 100, 4), ...steady(50_000, 200, 0)])).toBeNull()
    expect(findOnset([])).toBeNull()
    expect(findOnset([...steady(0, 50, 0), { time: 30_000, failed: true }])).toBeNull()
  })

  it('is open where everything failed from the first request on', () => {
    expect(findOnset(steady(7000, 30, 1))).toMatchObject({ time: 7000, before: null, open: true })
  })

  it('is found at a known moment with less', () => {
    const samples = [...steady(0, 40, 0), ...steady(20_000, 60, 10)]
    expect(findOnset(samples)).toBeNull()
    expect(riseAt(samples, 20_000)?.time).toBe(20_000)
    expect(riseAt(steady(0, 100, 10), 25_000)).toBeNull()
  })
})

describe('common traits', () => {
  const request = (index: number, status: number, tenant: string, route = '/items'): LogEntry => ({
    time: index,
    level: 'info',
    message: 'request',
    status,
    route,
    fields: { tenant, request_id: `r${index}`, coupon: status === 500 },
    file: 'a.log',
    offset: index,
  })

  it('are those that set failing requests apart', () => {
    const entries = Array.from({ length: 100 }, (_, index) =>
      request(index, index % 10 === 0 ? 500 : 200, index % 10 === 0 || index % 25 === 1 ? 'north' : 'south'),
    )
    const traits = commonTraits(entries)
    expect(traits.map((trait) => [trait.what, trait.value, trait.failing, trait.succeeding])).toEqual([
      ['coupon', 'true', 10, 0],
      ['tenant', 'north', 10, 4],
    ])
  })

  it('are none without succeeding requests, or with too few failing ones', () => {
    expect(commonTraits(Array.from({ length: 50 }, (_, index) => request(index, 500, 'north')))).toEqual([])
    expect(
      commonTraits([
        request(1, 500, 'north'),
        ...Array.from({ length: 50 }, (_, index) => request(index, 200, 'south')),
      ]),
    ).toEqual([])
  })
})
