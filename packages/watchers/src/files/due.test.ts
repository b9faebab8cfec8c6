// Properties:
//   - A path is taken once it has rested, or after two seconds of changes without a pause.

import { describe, expect, it } from 'vitest'
import { createDue } from './due.ts'

describe('waiting paths', () => {
  it('are taken when they have rested for 100 ms', () => {
    const due = createDue()
    due.add('a', 0)
    due.add('b', 50)
    due.add('a', 90)
    expect([due.take(149, 9), due.nextIn(149)]).toEqual([[], 1])
    expect(due.take(150, 9)).toEqual(['b'])
    expect(due.take(190, 9)).toEqual(['a'])
    expect(due.nextIn(200)).toBeUndefined()
  })

  it('are taken although they change without a pause, and although the clock was set back', () => {
    const due = createDue()
    for (let now = 0; now < 2_000; now += 50) due.add('a', now)
    expect(due.take(1_999, 9)).toEqual([])
    expect(due.take(2_000, 9)).toEqual(['a'])
    due.add('b', 1_000_000)
    expect(due.nextIn(10)).toBe(2_000)
    expect(due.take(10, 9)).toEqual(['b'])
  })

  it('are bounded in number', () => {
    const due = createDue()
    const taken = Array.from({ length: 5_001 }, (_, index) => due.add(String(index), 0))
    expect(taken.lastIndexOf(true)).toBe(4_999)
    expect(due.add('0', 1)).toBe(true)
    expect(due.take(1_000, 7)).toHaveLength(7)
  })
})
