// Properties:
//   - Nothing beyond a drawing's edge is shown while there is drawing to show instead; one that fits stands in the middle.
//   - One begins with all that can be read; who makes the drawing smaller reads less, larger more, and never to and fro.
//   - What somebody is at stays where it is in the pane while another drawing comes.

import { chartOfLaw, releaseLifecycle } from '@opschart/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  anchored,
  details,
  firstDetail,
  fittingDetail,
  legible,
  zoomedDetail,
  type Sizes,
} from '../../page/chart-detail.ts'
import { centred, fitted, within } from '../../page/view-box.ts'
import { layoutChart } from '../../src/layout/layout-chart.ts'
import type { Detail, StateBox } from '../../src/layout/layout.ts'

const length = fc.integer({ min: 50, max: 4000 })
const size = fc.record({ width: length, height: length })
const scale = fc.double({ min: 0.05, max: 4, noNaN: true })
const place = fc.integer({ min: -9000, max: 9000 })

describe('the part of a drawing that is seen', () => {
  it('has no room beyond an edge while there is drawing beyond the other', () => {
    const view = fc.record({ x: place, y: place, scale })
    fc.assert(
      fc.property(view, size, size, (from, drawing, pane) => {
        const seen = within(from, drawing, pane)
        expect(seen.scale).toBe(from.scale)
        for (const [at, whole, room] of [
          [seen.x, drawing.width, pane.width],
          [seen.y, drawing.height, pane.height],
        ] as const) {
          const before = -at * seen.scale
          const after = room - (whole - at) * seen.scale
          if (whole * seen.scale + 24 > room + 0.001)
            expect(Math.max(before, after)).toBeLessThanOrEqual(12.001)
          else expect(before).toBeCloseTo(after, 3)
        }
        const again = within(seen, drawing, pane)
        expect(again.x).toBeCloseTo(seen.x, 6)
        expect(again.y).toBeCloseTo(seen.y, 6)
      }),
    )
  })
})

describe('how much is written', () => {
  const room = { width: 780, height: 530 }
  const law = async (): Promise<Sizes> => {
    const chart = chartOfLaw(releaseLifecycle.definition)
    const all = await Promise.all(details.map((detail) => layoutChart(chart, { detail })))
    return Object.fromEntries(details.map((detail, index) => [detail, all[index]!])) as Record<
      Detail,
      (typeof all)[0]
    >
  }

  it('is what can be read: of the law its events, and its states where all of it is seen', async () => {
    const sizes = await law()
    expect(firstDetail(sizes, room)).toBe('terse')
    expect(fittingDetail(sizes, room)).toBe('states')
    expect(fitted(sizes.states, room).scale).toBeGreaterThanOrEqual(legible.states)
    expect(fittingDetail(sizes, { width: 2000, height: 2200 })).toBe('full')
    expect(firstDetail(sizes, { width: 2000, height: 2200 })).toBe('full')
  })

  it('changes as one goes nearer or away, to a scale at which it is read, and does not change back by itself', () => {
    const ordered = fc.tuple(size, size, size).map(([states, terse, full]) => ({ states, terse, full }))
    fc.assert(
      fc.property(ordered, fc.constantFrom(...details), scale, scale, (sizes, detail, from, to) => {
        const next = zoomedDetail(detail, from, to, sizes)
        if (next === null) return
        expect(details.indexOf(next.detail) - details.indexOf(detail)).toBe(to > from ? 1 : -1)
        if (to > from) expect(next.scale).toBeGreaterThanOrEqual(legible[next.detail])
        else expect(next.scale).toBeLessThanOrEqual(1.1)
        // A touch of the wheel the other way leaves it.
        const back = zoomedDetail(next.detail, next.scale, next.scale * (to > from ? 0.99 : 1.01), sizes)
        expect(back).toBeNull()
      }),
    )
    const sizes = {
      states: { width: 1, height: 1 },
      terse: { width: 2, height: 2 },
      full: { width: 4, height: 4 },
    }
    expect(zoomedDetail('terse', 0.9, 0.6, sizes)).toEqual({ detail: 'states', scale: 1.1 })
    expect(zoomedDetail('terse', 0.9, 0.8, sizes)).toBeNull()
    expect(zoomedDetail('terse', 1.2, 1.3, sizes)).toEqual({ detail: 'full', scale: legible.full })
    expect(zoomedDetail('full', 1.2, 3, sizes)).toBeNull()
    expect(zoomedDetail('states', 0.3, 0.2, sizes)).toBeNull()
  })

  it('leaves a state where it is in the pane', () => {
    const box = (x: number, y: number, width: number) => ({ x, y, width, height: 40 }) as StateBox
    const view = centred(300, 200, 0.5, room)
    const after = anchored(view, box(280, 180, 40), box(900, 700, 100), 2)
    expect((950 - after.x) * 2).toBeCloseTo((300 - view.x) * 0.5)
    expect((720 - after.y) * 2).toBeCloseTo((200 - view.y) * 0.5)
  })
})
