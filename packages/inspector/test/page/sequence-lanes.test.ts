// Properties:
//   - A lane has room for its name, as far as that is of a usual length, and all lanes share what is left.
//   - A label lies over the part of its arrow that is seen, and is never cut by an edge that it fits between.
//   - A lane that stands for nobody in particular says what it is.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { gutter, kindOf, labelAt, lanesOf, toldOf } from '../../page/sequence-lanes.ts'

describe('the lanes of a sequence', () => {
  it('have room for the names of a release and of what belongs to it', () => {
    const names = ['root', 'error_spike:orders', 'reviewer-agent', 'work', 'orders/v2.0.0', 'post_merge']
    const { widths, at, width } = lanesOf(names, 700)
    for (const [index, name] of names.entries()) expect(widths[index]).toBeGreaterThan(name.length * 7.3 + 20)
    expect(at[0]).toBe(gutter + widths[0]! / 2)
    expect(width).toBe(gutter + widths.reduce((sum, one) => sum + one, 0))
    expect(lanesOf(['x'.repeat(200)], 700).widths[0]).toBeLessThan(240)
    expect(lanesOf(['a', 'b'], 700).width).toBe(700)
  })

  it('keep labels within what is seen', () => {
    const at = fc.integer({ min: 0, max: 3000 })
    fc.assert(
      fc.property(at, at, at, fc.integer({ min: 10, max: 300 }), (from, to, left, length) => {
        const seen = { left, right: left + 400 }
        const centre = labelAt([from, to], length, seen)
        if (Math.max(from, to) < seen.left || Math.min(from, to) > seen.right) return
        expect(centre - length / 2).toBeGreaterThanOrEqual(seen.left)
        expect(centre + length / 2).toBeLessThanOrEqual(seen.right)
      }),
    )
  })

  it('say what they are where their name does not', () => {
    const work = { id: 'work', kind: '', name: 'work', place: 'border' } as const
    expect(kindOf(work)).toBe('operations')
    expect(toldOf(work)).toContain('agents and programs')
    expect(kindOf({ ...work, place: 'kin' })).toBe('')
    expect(toldOf({ ...work, kind: 'agent', name: 'work' })).toBe('agent:work')
  })
})
