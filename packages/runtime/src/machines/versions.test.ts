// Properties:
//   - Versions of numbers are compared number by number; others have no order.

import { describe, expect, it } from 'vitest'

import { isNewer } from './versions.ts'

describe('[D7] a version', () => {
  it.each([
    ['2', '1'],
    ['10', '9'],
    ['1.10', '1.9.7'],
    ['v2', '1.9'],
    ['1.0.1', '1'],
  ])('%s is newer than %s, and not the other way round', (one, other) => {
    expect(isNewer(one, other)).toBe(true)
    expect(isNewer(other, one)).toBe(false)
  })

  it.each([
    ['1', '1.0'],
    [undefined, '1'],
    ['2', undefined],
    ['beta', 'alpha'],
    ['2-rc.1', '1'],
  ])('%s and %s have no order', (one, other) => {
    expect(isNewer(one, other)).toBe(false)
    expect(isNewer(other, one)).toBe(false)
  })
})
