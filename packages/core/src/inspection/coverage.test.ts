// Properties of what of a chart is covered:
//   - Counts say how often a state was come into, an arrow taken, and its event not let through; what never was is missed.
//   - It is the same of all actors together, however their steps lie between each other.
//   - An arrow is taken only by its own event: time's by its delay, an end's by the actor that has ended.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { arrowTaken, isAskedBy } from './arrow-taken.ts'
import { chartOfConfig } from './chart-of-config.ts'
import { coverageOf, coverageOfInspection } from './coverage.ts'
import type { InspectionStep, SeenState } from './messages.ts'

const door = chartOfConfig(
  {
    initial: 'closed',
    states: {
      closed: { on: { PUSH: 'open', LOCK: { target: 'locked', guard: 'hasKey' } } },
      open: { on: { PUSH: 'closed' }, after: { 500: 'closed', late: 'locked' } },
      locked: { initial: 'once', states: { once: {}, twice: {} }, on: { UNLOCK: 'closed' } },
    },
  },
  'door',
)
const state = (value: SeenState['value']): SeenState => ({ status: 'active', value })
let sequence = 0
const step = (
  type: string,
  value?: SeenState['value'],
  more: Partial<InspectionStep> = {},
): InspectionStep => ({
  actor: 'a',
  sequence: (sequence += 1),
  at: 0,
  event: { type },
  from: null,
  ...(value === undefined ? {} : { state: state(value) }),
  ...more,
})
const refused: Partial<InspectionStep> = { verdict: { kind: 'ignored', reason: 'no key' } }
const named = (counts: ReadonlyMap<string, number>) =>
  Object.fromEntries([...counts].map(([id, count]) => [id.replace(/\|\d+$/, ''), count]))

describe('what is covered', () => {
  it('counts states, arrows and what was not let through, and lists what is missed', () => {
    const coverage = coverageOf(door, [
      step('xstate.init', 'closed'),
      step('PUSH', 'open'),
      step('PUSH', 'closed'),
      step('LOCK', undefined, refused),
      step('PUSH', 'open'),
      step('xstate.after.500.door.open', 'closed'),
      step('NOBODY_KNOWS_IT'),
    ])
    expect(named(coverage.entered)).toEqual({ closed: 3, open: 2 })
    expect(named(coverage.taken)).toEqual({ 'closed|PUSH': 2, 'open|PUSH': 1, 'open|after 500 ms': 1 })
    expect(named(coverage.refused)).toEqual({ 'closed|LOCK': 1 })
    expect(coverage.steps).toBe(7)
    expect(coverage.missed.states.map(({ id }) => id)).toEqual(['locked', 'locked.once', 'locked.twice'])
    expect(coverage.missed.arrows.map(({ from, event }) => `${from}|${event}`)).toEqual([
      'closed|LOCK',
      'open|late',
      'locked|UNLOCK',
    ])
  })

  it('misses nothing once every arrow was taken', () => {
    const { missed } = coverageOf(door, [
      step('xstate.init', 'closed'),
      step('PUSH', 'open'),
      step('PUSH', 'closed'),
      step('PUSH', 'open'),
      step('xstate.after.500.door.open', 'closed'),
      step('LOCK', { locked: 'once' }),
      step('UNLOCK', 'closed'),
      step('PUSH', 'open'),
      step('xstate.after.late.door.open', { locked: 'twice' }),
    ])
    expect(missed).toEqual({ states: [], arrows: [] })
  })

  it('is the same however the steps of several actors lie between each other', () => {
    const life = [
      step('xstate.init', 'closed'),
      step('PUSH', 'open'),
      step('PUSH', 'closed'),
      step('LOCK', undefined, refused),
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }), (turns) => {
        const at = new Map<string, number>()
        const mixed = turns.flatMap((actor) => {
          const place = at.get(actor) ?? 0
          at.set(actor, place + 1)
          return place < life.length ? [{ ...life[place]!, actor }] : []
        })
        const sorted = mixed.toSorted((one, other) => one.actor.localeCompare(other.actor))
        expect(coverageOf(door, mixed)).toEqual(coverageOf(door, sorted))
      }),
    )
  })

  it('is told of every chart that an inspector hears of, from what stood when it began', () => {
    const of = (actor: string, chart: string | null, value: string) =>
      ({
        kind: 'actor',
        source: 's',
        actor,
        chart,
        name: actor,
        parent: null,
        at: 0,
        state: state(value),
      }) as const
    const told = coverageOfInspection([
      { kind: 'source', source: 's', protocol: 1, name: 's', at: 0 },
      { kind: 'chart', source: 's', chart: 'door', view: door },
      of('a', 'door', 'open'),
      of('promise', null, 'open'),
      { kind: 'step', source: 's', ...step('PUSH', 'closed') },
      { kind: 'step', source: 's', ...step('PUSH', 'closed', { actor: 'promise' }) },
    ])
    expect([...told.keys()]).toEqual(['door'])
    expect(named(told.get('door')!.taken)).toEqual({ 'open|PUSH': 1 })
    expect(told.get('door')).toMatchObject({ steps: 1, view: door })
  })
})

it.each([
  ['event', 'GO', 'GO', true],
  ['event', 'GO', 'GONE', false],
  ['event', 'snapshot of child', 'xstate.snapshot.actor.child', true],
  ['after', '500 ms', 'xstate.after.500.a.b', true],
  ['after', '500 ms', 'xstate.after.5000.a.b', false],
  ['after', 'late', 'xstate.after.late.a', true],
  ['done', 'done', 'xstate.done.state.door.a', true],
  ['done', 'check', 'xstate.done.actor.check', true],
  ['done', 'check', 'xstate.done.actor.other', false],
  ['error', 'check', 'xstate.error.actor.check', true],
  ['error', 'check', 'xstate.done.actor.check', false],
  ['move', 'move', 'MOVE_REQUESTED', true],
  ['always', '', '', false],
] as const)('an arrow of kind %s for %o is asked by %s: %o', (kind, event, type, is) => {
  expect(isAskedBy({ kind, event }, type)).toBe(is)
})

it('an arrow that stays is taken where it starts, and none is by who is not known to stand there', () => {
  const chart = chartOfConfig(
    { initial: 'a', states: { a: { on: { NOTE: { actions: 'note' } } }, b: {} } },
    'c',
  )
  expect(arrowTaken(chart, state('a'), step('NOTE'), state('a'))).toContain('a|NOTE')
  expect(arrowTaken(chart, state('b'), step('NOTE'), state('b'))).toBeUndefined()
})
