// Properties:
//   - A good layout has no fault, and each kind of fault is seen in one that was spoilt on purpose.

import { describe, expect, it } from 'vitest'

import { faultsOf, type FaultKind } from './geometry.ts'
import type { ArrowPath, Layout, StateBox } from './layout.ts'

const state = (
  id: string,
  parent: string | undefined,
  x: number,
  y: number,
  width: number,
  height: number,
): StateBox => ({
  id,
  kind: 'atomic',
  ...(parent === undefined ? {} : { parent }),
  depth: parent === undefined ? 0 : 1,
  region: false,
  folded: false,
  header: 30,
  title: [],
  rows: [],
  x,
  y,
  width,
  height,
})

const arrow: ArrowPath = {
  arrow: 'a|GO|0',
  from: 'a',
  to: 'b',
  points: [
    { x: 60, y: 120 },
    { x: 60, y: 200 },
  ],
  label: { x: 40, y: 150, width: 40, height: 20, pieces: [] },
}

const good: Layout = {
  width: 400,
  height: 300,
  direction: 'down',
  way: 'layers',
  states: [
    state('', undefined, 10, 10, 380, 280),
    state('a', '', 20, 80, 100, 40),
    state('b', '', 20, 200, 100, 40),
    state('c', '', 200, 80, 100, 40),
  ],
  initials: [
    {
      parent: '',
      to: 'a',
      x: 60,
      y: 60,
      radius: 6,
      points: [
        { x: 60, y: 66 },
        { x: 60, y: 80 },
      ],
    },
  ],
  arrows: [arrow],
}

const moved = (id: string, change: Partial<StateBox>): Partial<Layout> => ({
  states: good.states.map((one) => (one.id === id ? { ...one, ...change } : one)),
})
const route = (...points: [number, number][]): Partial<Layout> => ({
  arrows: [{ ...arrow, points: points.map(([x, y]) => ({ x, y })) }],
})
const labelAt = (x: number, y: number): Partial<Layout> => ({
  arrows: [{ ...arrow, label: { ...arrow.label!, x, y } }],
})

const spoilt: [FaultKind, string, Partial<Layout>][] = [
  ['overlap', 'c on a', moved('c', { x: 100 })],
  ['outside', 'c beyond the root', moved('c', { x: 350 })],
  ['label on state', 'the label on c', labelAt(220, 90)],
  ['label on label', 'two labels at one place', { arrows: [arrow, { ...arrow, arrow: 'a|STOP|0' }] }],
  ['label on text', 'the label on the title of the root', labelAt(40, 15)],
  ['no route', 'an arrow of one point', route([60, 120])],
  ['loose end', 'an arrow that stops before b', route([60, 120], [60, 190])],
  ['loose end', 'an arrow that begins within a', route([60, 100], [60, 200])],
  ['slanted', 'an arrow across', route([60, 120], [70, 200])],
  ['route through state', 'an arrow through c', route([120, 100], [350, 100], [350, 220], [120, 220])],
  [
    'route through state',
    'an arrow through its own target',
    route([120, 100], [150, 100], [150, 180], [60, 180], [60, 240]),
  ],
  ['off the drawing', 'a label that is nowhere', labelAt(Number.NaN, 10)],
  [
    'off the drawing',
    'an arrow that leaves the drawing',
    route([120, 100], [150, 100], [150, 400], [60, 400], [60, 240]),
  ],
]

describe('the faults of a layout', () => {
  it('finds none in a good one', () => {
    expect(faultsOf(good)).toEqual([])
  })

  it.each(spoilt)('finds %s: %s', (kind, _what, change) => {
    expect(faultsOf({ ...good, ...change }).map((fault) => fault.kind)).toContain(kind)
  })

  it('finds a beginning that leads past its state', () => {
    const [mark] = good.initials
    const past = { ...mark!, points: [mark!.points[0]!, { x: 60, y: 90 }] }
    expect(faultsOf({ ...good, initials: [past] })).toEqual([
      { kind: 'loose end', between: ['the beginning of '] },
    ])
  })
})
