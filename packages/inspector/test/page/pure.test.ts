// Properties:
//   - Differences say exactly what has become another: none of the same, and applied to the old they give the new.
//   - What lies under the pointer stays there when the drawing is enlarged; all of it is seen when it is fitted.
//   - The arrow that a step took is the one that leads from what was to what is, by its event.

import { arrowTaken, chartOfConfig, type InspectionStep, type Json } from '@opschart/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { differencesOf } from '../../page/differences.ts'
import { lengthOf, valueText } from '../../page/format.ts'
import { fitted, isSeen, moved, zoomed } from '../../page/view-box.ts'

describe('differences', () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>
  it('are none of the same, and some of another', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(differencesOf(value, structuredClone(value))).toEqual([])
      }),
    )
    fc.assert(
      fc.property(json, json, (before, after) => {
        const isSame = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after))
        expect(differencesOf(before, after).length === 0).toBe(isSame)
      }),
    )
  })
  it('name the member, and what it was and is', () => {
    const before = { a: { b: 1, gone: true }, list: [1, 2] }
    expect(differencesOf(before, { a: { b: 2 }, list: [1, 2, 3], 'odd key': null })).toEqual(
      [
        { path: 'a.b', kind: 'changed', before: 1, after: 2 },
        { path: 'a.gone', kind: 'removed', before: true },
        { path: 'list[2]', kind: 'added', after: 3 },
        { path: '."odd key"', kind: 'added', after: null },
      ].map((one) => ({ ...one, path: one.path.replace(/^\./, '') })),
    )
  })
})

describe('a view', () => {
  const size = fc.record({
    width: fc.integer({ min: 50, max: 4000 }),
    height: fc.integer({ min: 50, max: 4000 }),
  })
  it('keeps what lies under the pointer where it is, at every scale', () => {
    fc.assert(
      fc.property(size, size, fc.double({ min: 0.2, max: 5, noNaN: true }), (drawing, pane, by) => {
        const view = fitted(drawing, pane)
        const at = { x: pane.width / 3, y: pane.height / 4 }
        const next = zoomed(view, by, at)
        expect(next.x + at.x / next.scale).toBeCloseTo(view.x + at.x / view.scale, 6)
        expect(moved(moved(next, 5, 7), -5, -7).x).toBeCloseTo(next.x, 6)
      }),
    )
  })
  it('shows all of a drawing that fits', () => {
    const pane = { width: 800, height: 600 }
    const drawing = { width: 700, height: 300 }
    expect(isSeen(fitted(drawing, pane), { x: 0, y: 0, ...drawing }, pane)).toBe(true)
    expect(isSeen(moved(fitted(drawing, pane), 300, 0), { x: 0, y: 0, ...drawing }, pane)).toBe(false)
  })
})

describe('the arrow that was taken', () => {
  const chart = chartOfConfig(
    {
      id: 'door',
      initial: 'closed',
      states: {
        closed: { on: { PUSH: 'open', KNOCK: {} } },
        open: { on: { PUSH: 'closed' }, after: { 1000: 'closed' } },
      },
    },
    'door',
  )
  const step = (type: string, more: Partial<InspectionStep> = {}): InspectionStep => ({
    actor: 'a',
    sequence: 1,
    at: 0,
    event: { type },
    from: null,
    ...more,
  })
  const state = (value: string) => ({ status: 'active' as const, value })
  const taken = (before: string, type: string, after: string, more: Partial<InspectionStep> = {}) =>
    arrowTaken(chart, state(before), step(type, more), state(after))

  it('leads from what was to what is', () => {
    const [out, , back] = ['closed|PUSH', 'closed|KNOCK', 'open|PUSH']
    expect(taken('closed', 'PUSH', 'open')).toContain(out)
    expect(taken('open', 'PUSH', 'closed')).toContain(back)
    expect(taken('closed', 'KNOCK', 'closed')).toContain('closed|KNOCK')
    expect(taken('open', 'xstate.after.1000.door.open', 'closed')).toContain('open|')
  })
  it('is none of a refusal, of an unknown event, and of a state that does not follow', () => {
    const refused = { kind: 'ignored' as const, reason: 'no' }
    expect(taken('closed', 'PUSH', 'open', { verdict: refused })).toBeUndefined()
    expect(taken('closed', 'SHOUT', 'closed')).toBeUndefined()
    expect(taken('open', 'PUSH', 'open')).toBeUndefined()
  })
})

it('says lengths of time and state values as people do', () => {
  expect([0, 999, 61_000, 3_600_000 * 25].map(lengthOf)).toEqual(['0 s', '1 s', '1 min 1 s', '1 d 1 h'])
  expect(valueText({ open: { checking: {}, paying: 'card' } })).toBe('open.(checking + paying.card)')
  expect(valueText('PRODUCTION')).toBe('PRODUCTION')
  expect(valueText(null)).toBe('–')
})

function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value
  if (Array.isArray(value)) return value.map((inner) => sorted(inner as Json))
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner as Json)]),
  )
}
