// Properties:
//   - A key goes to what lies wholly on its side, and the nearest of that; from the edge of a state out of what holds it.
//   - Every state of every chart is come to with the arrow keys and those that go in and out, from where one comes in.
//   - What is heard of a state is what its drawing says: where it stands, what it is, who may act, where its arrows lead.
//   - What is brought into view is seen whole, and what was seen is not moved.

import { chartOfConfig, chartOfLaw, releaseLifecycle, statesOf, type ChartView } from '@opschart/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { activeBy, spokenOf } from '../../page/chart-spoken.ts'
import { besideOf, holderOf, withinOf, type Side } from '../../page/chart-walk.ts'
import { bringing, isSeen } from '../../page/view-box.ts'
import { layoutChart } from '../../src/layout/layout-chart.ts'
import type { StateBox } from '../../src/layout/layout.ts'
import { machines } from '../machines.ts'

const sides: readonly Side[] = ['left', 'right', 'up', 'down']
const law = chartOfLaw(releaseLifecycle.definition)

const box = (id: string, x: number, y: number, parent = '', width = 50, height = 20): StateBox => ({
  id,
  x,
  y,
  width,
  height,
  kind: 'atomic',
  ...(id === '' ? {} : { parent }),
  depth: 1,
  region: false,
  folded: false,
  header: 0,
  title: [],
  rows: [],
})

/** A row of three, of which the middle one holds two, one above the other. */
const row = [
  box('', 0, 0, '', 500, 300),
  box('a', 10, 100),
  box('b', 100, 20, '', 200, 200),
  box('c', 350, 100),
  box('b.up', 120, 40, 'b'),
  box('b.low', 120, 150, 'b'),
]

describe('an arrow key', () => {
  const to = (id: string, side: Side) => besideOf(row, id, side)?.id
  it('goes to what lies beside, and stays within what holds it as long as there is something', () => {
    expect(to('a', 'right')).toBe('b')
    expect(to('b', 'right')).toBe('c')
    expect(to('c', 'left')).toBe('b')
    expect(to('b.up', 'down')).toBe('b.low')
    expect(to('b.low', 'up')).toBe('b.up')
  })
  it('leaves what holds it at the edge, and nothing where nothing is', () => {
    expect(to('b.up', 'right')).toBe('c')
    expect(to('b.low', 'left')).toBe('a')
    expect(to('a', 'left')).toBeUndefined()
    expect(to('', 'down')).toBeUndefined()
  })
  it('never comes to what it points away from', () => {
    for (const { id } of row)
      for (const side of sides) {
        const found = besideOf(row, id, side)
        const from = row.find((one) => one.id === id)!
        if (found === undefined) continue
        if (side === 'left') expect(found.x + found.width).toBeLessThanOrEqual(from.x)
        if (side === 'right') expect(found.x).toBeGreaterThanOrEqual(from.x + from.width)
        if (side === 'up') expect(found.y + found.height).toBeLessThanOrEqual(from.y)
        if (side === 'down') expect(found.y).toBeGreaterThanOrEqual(from.y + from.height)
      }
  })
})

describe('with the keys', () => {
  const charts: [string, ChartView][] = [
    ['the law', law],
    ...Object.entries(machines).map(([name, config]): [string, ChartView] => [
      name,
      chartOfConfig(config, name),
    ]),
  ]
  it.each(charts)('[P11] every state of %s is come to', { timeout: 60_000 }, async (_name, chart) => {
    for (const direction of ['down', 'right'] as const) {
      const { states } = await layoutChart(chart, { direction })
      const initial = new Map(statesOf(chart).map((state) => [state.id, state.initial]))
      const reached = new Set<string>([''])
      for (const id of reached) {
        const from = states.find((state) => state.id === id)!
        const next = [
          withinOf(states, id, new Set(), initial.get(id)),
          holderOf(states, from),
          ...sides.map((side) => besideOf(states, id, side)),
        ]
        for (const found of next) if (found !== undefined) reached.add(found.id)
      }
      expect([...reached].toSorted()).toEqual(states.map(({ id }) => id).toSorted())
    }
  })
})

describe('what is heard', () => {
  const light = (value: string, allowed: readonly string[] = []) => ({
    state: { status: 'active' as const, value, context: {} },
    kind: 'present' as const,
    taken: undefined,
    allowed: new Set(allowed),
    found: null,
  })
  const heard = (id: string, at: string, allowed: readonly string[] = []) => {
    const view = statesOf(law).find((state) => state.id === id)!
    const shown = light(at, allowed)
    return spokenOf(law, new Set()).state(view, '', shown, activeBy(law, shown))
  }
  it('of a state is where it stands, who may act, and where its arrows lead', () => {
    expect(heard('DEVELOPMENT', 'DEVELOPMENT', ['DEVELOPMENT|REVIEW_REQUESTED|0'])).toMatch(
      /^DEVELOPMENT, it stands here, initial\. Agents: developer-agent, test-executor\. \d+ arrows?: REVIEW_REQUESTED to REVIEW, may be taken/,
    )
    expect(heard('REVIEW', 'DEVELOPMENT')).toMatch(/^REVIEW\. Agents: reviewer-agent, contract-guardian\./)
    expect(heard('REVIEW', 'DEVELOPMENT')).toContain('CODE_MERGED if review_approved to STAGING')
  })
  it('of an arrow is who may send it, and the how manieth it is', () => {
    const arrow = law.arrows.find(({ id }) => id === 'REVIEW|CODE_MERGED|0')!
    expect(spokenOf(law, new Set()).arrow(arrow, { ...light('REVIEW'), taken: arrow.id })).toMatch(
      /^CODE_MERGED if review_approved to STAGING, taken last\. By watcher.*\. Starts post_merge\. \d of \d+ arrows from REVIEW\.$/,
    )
  })
  it('of one that holds others, is final or folded says so', () => {
    const chart = chartOfConfig(
      {
        id: 'm',
        initial: 'a',
        states: { a: { initial: 'x', states: { x: {} } }, z: { type: 'final' as const } },
      },
      'm',
    )
    const [, a, , z] = statesOf(chart)
    const shown = light('z')
    const told = (state: typeof a, folded: readonly string[]) =>
      spokenOf(chart, new Set(folded)).state(state!, '', shown, activeBy(chart, shown))
    expect(told(a, [])).toBe('a, initial, holds 1 state. No arrows.')
    expect(told(a, ['a'])).toBe('a, initial, 1 state folded. No arrows.')
    expect(told(z, [])).toBe('z, it stands here, final. No arrows.')
  })
})

it('what is brought into view is seen whole, and what is seen stays where it is', () => {
  const length = fc.integer({ min: 1, max: 3000 })
  const place = fc.integer({ min: -2000, max: 2000 })
  fc.assert(
    fc.property(
      fc.record({ x: place, y: place, scale: fc.double({ min: 0.06, max: 3, noNaN: true }) }),
      fc.record({ x: place, y: place, width: length, height: length }),
      (view, box) => {
        const pane = { width: 800, height: 500 }
        const next = bringing(view, box, pane)
        // Nothing is seen whole by a hair more than it is.
        const inside = {
          x: box.x + 0.01,
          y: box.y + 0.01,
          width: box.width - 0.02,
          height: box.height - 0.02,
        }
        expect(isSeen(next, inside, pane)).toBe(true)
        if (isSeen(view, box, pane)) expect(next).toBe(view)
      },
    ),
  )
})
