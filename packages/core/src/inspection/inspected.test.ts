// Properties of what an inspector knows:
//   - It is a fold: in pieces or at once, it is the same; what was given is not changed.
//   - What comes twice counts once; what comes of a source that has not begun does not count.
//   - It is bounded: the oldest steps go, actors that have ended before others, sources that have ended before others; how
//     much has gone is said.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { chartOfConfig } from './chart-of-config.ts'
import { inspect, inspectionLimits, nothingInspected } from './inspected.ts'
import type { InspectionMessage } from './messages.ts'

const limits = { steps: 20, actors: 5, charts: 3, sources: 3 }
const begin = (source: string, at = 1): InspectionMessage => ({
  kind: 'source',
  source,
  protocol: 1,
  name: source,
  at,
})
const actor = (source: string, id: string, status: 'active' | 'done' = 'active'): InspectionMessage => ({
  kind: 'actor',
  source,
  actor: id,
  chart: null,
  name: id,
  parent: null,
  at: 1,
  state: { status, value: 'a' },
})
const step = (
  source: string,
  id: string,
  sequence: number,
  value?: string,
): Extract<InspectionMessage, { kind: 'step' }> => ({
  kind: 'step',
  source,
  actor: id,
  sequence,
  at: sequence,
  event: { type: 'E' },
  from: null,
  ...(value === undefined ? {} : { state: { status: 'active', value } }),
})

const messages = fc.array(
  fc.oneof(
    fc.constantFrom('a', 'b', 'c', 'd').map((source) => begin(source)),
    fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', 'z'), fc.nat(30))
      .map(([source, id, at]) => step(source, id, at, `s${at}`)),
    fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', 'z', 'u', 'v', 'w'))
      .map(([source, id]) => actor(source, id)),
    fc
      .constantFrom('a', 'b')
      .map((source): InspectionMessage => ({ kind: 'lost', source, count: 2, reason: 'slow' })),
    fc.constantFrom('a', 'b').map((source): InspectionMessage => ({ kind: 'ended', source, at: 9 })),
  ),
  { maxLength: 60 },
)

describe('what is inspected', () => {
  it('is the same in pieces and at once, and nothing that was given is changed', () =>
    fc.assert(
      fc.property(messages, fc.nat(60), (all, cut) => {
        const first = inspect(nothingInspected, all.slice(0, cut), limits)
        const before = structuredClone(first)
        const whole = inspect(first, all.slice(cut), limits)
        expect(first).toEqual(before)
        expect(new Set(whole.keys())).toEqual(new Set(inspect(nothingInspected, all, limits).keys()))
        expect(whole).toEqual(inspect(nothingInspected, all, limits))
      }),
      { numRuns: 300, seed: 2 },
    ))

  it('counts what comes again once, and nothing of a source that has not begun', () => {
    const stream = [begin('a'), actor('a', 'x'), step('a', 'x', 1, 'b'), step('a', 'x', 2), step('b', 'x', 1)]
    const known = inspect(nothingInspected, [
      ...stream,
      step('a', 'x', 1, 'c'),
      step('a', 'x', 2),
      step('a', 'x', 3, 'd'),
    ])
    expect([...known.keys()]).toEqual(['a'])
    expect(known.get('a')!.steps.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    expect(known.get('a')!.actors.get('x')).toMatchObject({ state: { value: 'd' }, last: { sequence: 3 } })
  })

  it('keeps the state of a step that says none', () => {
    const known = inspect(nothingInspected, [
      begin('a'),
      actor('a', 'x'),
      step('a', 'x', 1, 'b'),
      step('a', 'x', 2),
    ])
    expect(known.get('a')!.actors.get('x')).toMatchObject({ state: { value: 'b' }, last: { sequence: 2 } })
  })

  it('says since when an actor stands where it does: a step that leaves it there does not count', () => {
    const entered = (...more: InspectionMessage[]) =>
      inspect(nothingInspected, [begin('a'), actor('a', 'x'), ...more])
        .get('a')!
        .actors.get('x')!.entered
    expect(entered()).toBe(1)
    expect(entered(step('a', 'x', 3, 'a'), step('a', 'x', 4))).toBe(1)
    expect(entered(step('a', 'x', 3, 'b'), step('a', 'x', 4, 'b'), step('a', 'x', 5))).toBe(3)
    const nested = (sequence: number, status: 'active' | 'done' = 'active'): InspectionMessage => ({
      ...step('a', 'x', sequence),
      state: { status, value: { a: 'b' } },
    })
    expect(entered(nested(6), nested(7))).toBe(6)
    expect(entered(nested(6), nested(7, 'done'))).toBe(7)
  })

  it('is forgotten when its source begins anew', () => {
    const known = inspect(nothingInspected, [
      begin('a'),
      actor('a', 'x'),
      step('a', 'x', 5),
      begin('a'),
      step('a', 'x', 1),
    ])
    expect(known.get('a')).toMatchObject({ steps: [{ sequence: 1 }], forgotten: 0 })
    expect(known.get('a')!.actors.size).toBe(0)
  })

  it('is bounded, and says what has gone', () => {
    const steps = Array.from({ length: 100 }, (_, index) => step('a', 'x', index + 1))
    const charts = [1, 2, 3, 4, 5].map((id): InspectionMessage => ({
      kind: 'chart',
      source: 'a',
      chart: String(id),
      view: chartOfConfig({}),
    }))
    const actors = [
      actor('a', '1'),
      actor('a', '2', 'done'),
      ...['3', '4', '5', '6', '7'].map((id) => actor('a', id)),
    ]
    const known = inspect(nothingInspected, [begin('a'), ...steps, ...charts, ...actors], limits).get('a')!
    expect(known.steps.length).toBeLessThanOrEqual(22)
    expect(known.steps.at(-1)?.sequence).toBe(100)
    expect(known.steps.length + known.forgotten).toBe(100)
    expect([...known.charts.keys()]).toEqual(['3', '4', '5'])
    // The one that had ended went first, then the oldest.
    expect([...known.actors.keys()]).toEqual(['3', '4', '5', '6', '7'])
    const sources = inspect(
      nothingInspected,
      [begin('a', 1), begin('b', 2), { kind: 'ended', source: 'b', at: 3 }, begin('c', 4), begin('d', 5)],
      limits,
    )
    expect([...sources.keys()]).toEqual(['a', 'c', 'd'])
  })

  it('takes ten thousand steps a time, many times over', () => {
    let known = inspect(nothingInspected, [begin('a'), actor('a', 'x')])
    for (let round = 0; round < 10; round += 1)
      known = inspect(
        known,
        Array.from({ length: 10_000 }, (_, index) => step('a', 'x', round * 10_000 + index + 1)),
      )
    const { steps, forgotten } = known.get('a')!
    expect(steps.length + forgotten).toBe(100_000)
    expect(steps.length).toBeLessThanOrEqual(inspectionLimits.steps * 1.1)
  })
})
