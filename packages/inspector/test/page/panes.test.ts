// Properties:
//   - Whatever was chosen, and however small the window is, every pane has its least size and the chart has room.
//   - What is kept on the machine is taken as far as it is understood.

import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { boundsOf, keptSizes, panes, sizesIn } from '../../page/panes.ts'
import { shortMomentOf } from '../../page/format.ts'

describe('the panes', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('leave room to the chart and are never less than can be used', () => {
    const size = fc.option(fc.integer({ min: -5000, max: 5000 }), { nil: undefined })
    const room = fc.record({
      width: fc.integer({ min: 901, max: 3000 }),
      height: fc.integer({ min: 400, max: 2000 }),
    })
    fc.assert(
      fc.property(fc.record({ actors: size, panel: size, timeline: size }), room, (chosen, within) => {
        const given = Object.fromEntries(Object.entries(chosen).filter(([, one]) => one !== undefined))
        const sizes = sizesIn(given, within)
        for (const pane of panes) {
          const { least, most } = boundsOf(pane, sizes, within)
          expect(sizes[pane]).toBeGreaterThanOrEqual(least)
          expect(sizes[pane]).toBeLessThanOrEqual(most)
        }
        expect(within.width - sizes.actors - sizes.panel).toBeGreaterThanOrEqual(320)
      }),
    )
    expect(sizesIn({ panel: 500 }, { width: 1440, height: 900 })).toEqual({
      actors: 216,
      panel: 500,
      timeline: 234,
    })
  })

  it.each([
    ['{"panel": 444, "bottom": 3, "actors": "wide"}', { panel: 444 }],
    ['[1', {}],
    ['null', {}],
    [null, {}],
  ])('take %s for what it says', (kept, sizes) => {
    vi.stubGlobal('localStorage', { getItem: () => kept })
    expect(keptSizes()).toEqual(sizes)
  })
})

describe('a moment in short', () => {
  it('has no date on its own day', () => {
    const at = new Date(2026, 10, 29, 0, 25, 32).getTime()
    expect(shortMomentOf(at, at + 3_600_000)).toMatch(/^0?0:25:32$/)
    expect(shortMomentOf(at, at + 25 * 3_600_000)).toContain('29')
  })
})
