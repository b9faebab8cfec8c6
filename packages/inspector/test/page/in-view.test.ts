// Properties:
//   - Of things below one another exactly those are drawn that reach into what is seen.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { placesOf, withinOf } from '../../page/in-view.ts'

describe('what is in view', () => {
  it('is what reaches into it, whatever the heights are', () => {
    const heights = fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 200 })
    const place = fc.integer({ min: -300, max: 9000 })
    fc.assert(
      fc.property(heights, place, fc.integer({ min: 1, max: 900 }), (all, top, height) => {
        const { tops, whole } = placesOf(all)
        const { from, to } = withinOf(tops, whole, top, top + height)
        const drawn = all.flatMap((_, index) => (index >= from && index <= to ? [index] : []))
        const reaching = all.flatMap((one, index) =>
          tops[index]! + one > top && tops[index]! < top + height ? [index] : [],
        )
        expect(drawn).toEqual(reaching)
      }),
    )
  })
})
