// Properties:
//   - Applying a difference's marks to the old text gives the new one.
//   - Equal texts have none; what is far from a change is left out.

import { describe, expect, it } from 'vitest'
import { lineDifference } from './line-difference.ts'

describe('lineDifference', () => {
  it.each([
    ['a\nb\nc\n', 'a\nc\n', ' a\n-b\n c'],
    ['a\n', 'a\nb\n', ' a\n+b'],
    ['', 'a\nb\n', '+a\n+b'],
    ['a\nb\n', '', '-a\n-b'],
    ['a\nb\nc\n', 'a\nx\nc\n', ' a\n-b\n+x\n c'],
    ['same\n', 'same\n', ''],
  ])('of %j and %j is %j', (before, after, difference) => {
    expect(lineDifference(before, after)).toBe(difference)
  })

  it('keeps three lines around a change', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`)
    const changed = lines.with(10, 'other')
    expect(lineDifference(lines.join('\n'), changed.join('\n')).split('\n')).toEqual([
      ' line 7',
      ' line 8',
      ' line 9',
      '-line 10',
      '+other',
      ' line 11',
      ' line 12',
      ' line 13',
      ' …',
    ])
  })

  it('tells texts that are too long to compare as going and coming whole', () => {
    const before = Array.from({ length: 1_100 }, (_, index) => `a ${index}`)
    const after = Array.from({ length: 1_100 }, (_, index) => `b ${index}`)
    const lines = lineDifference(before.join('\n'), [...after, 'a 0'].join('\n')).split('\n')
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([2_201, '-a 0', '+a 0'])
  })
})
