// Properties: a duration has a number and a unit; everything else is none, and is told what would be one.

import { describe, expect, it } from 'vitest'

import { milliseconds, parseDuration, type Duration } from './duration.ts'

describe('durations', () => {
  it.each<[Duration, number]>([
    ['500ms', 500],
    ['0s', 0],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1.5h', 5_400_000],
    ['24h', 86_400_000],
    ['30 days', 2_592_000_000],
    ['1 day', 86_400_000],
    ['2 hours', 7_200_000],
    ['1 minute', 60_000],
    ['10 seconds', 10_000],
  ])('%s is %d ms', (text, expected) => {
    expect(milliseconds(text)).toBe(expected)
  })

  it.each([
    '',
    '15',
    'm',
    '-1m',
    '1e3s',
    '1 m s',
    ' 1m',
    '1m ',
    '1w',
    '1M',
    '1..5s',
    '1.s',
    '٣m',
    `${'9'.repeat(13)}s`,
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
    expect(() => milliseconds(text as Duration)).toThrow('is no duration; write 500ms, 30s, 15m, 24h or 2d')
  })

  it('is a compile error without a unit', () => {
    // @ts-expect-error a bare number
    expect(() => milliseconds(15)).toThrow(TypeError)
    // @ts-expect-error a unit that there is not
    expect(() => milliseconds('15 fortnights')).toThrow(TypeError)
  })

  it('takes no longer for hostile text', () => {
    expect(parseDuration(`${'1'.repeat(100_000)}.${'1'.repeat(100_000)}x`)).toBeUndefined()
  })
})
