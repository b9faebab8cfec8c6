// Properties:
//   - An actor of another definition goes on when it fits, as it is or by the migrations that are declared.
//   - What does not fit is named: a state, a child's source, a history that is gone.
//   - Each migration is applied once, in order, and touches nothing that it does not name.

import type { JsonObject, StoredActor } from '@opschart/core'
import { describe, expect, it } from 'vitest'
import { createMachine, fromPromise, setup, type AnyStateMachine } from 'xstate'

import { nodeCrypto } from '../node-crypto.ts'
import { createCharts, type MachineOptions } from './charts.ts'
import { fitOf } from './fit.ts'

const chartOf = (options: AnyStateMachine | MachineOptions) =>
  createCharts({ order: options }, nodeCrypto).of('order')!

/** An actor as an earlier definition left it. */
function stored(state: JsonObject, snapshot: JsonObject): StoredActor {
  const whole = { status: 'active', context: {}, children: {}, historyValue: {}, ...snapshot }
  return {
    actor: 'machine:order/1',
    version: 3,
    definition: 'earlier',
    shard: 'machine:order/1',
    ended: false,
    state: { format: 1, chart: 'order', children: {}, ...state, snapshot: whole },
  }
}

const machine = (config: object) =>
  createMachine({ id: 'order', ...config } as never) as unknown as AnyStateMachine
const nested = machine({
  version: '3',
  initial: 'review',
  context: {},
  states: {
    review: { initial: 'human', states: { human: {}, done: {} } },
    both: {
      type: 'parallel',
      states: {
        left: { initial: 'x', states: { x: {}, y: {} } },
        right: { initial: 'p', states: { p: {} } },
      },
    },
  },
})

describe('[D7] an actor of another definition', () => {
  it('goes on as it is when its state is still there', () => {
    const fit = fitOf(stored({ chart_version: '2' }, { value: { review: 'done' } }), chartOf(nested))
    expect(fit).toMatchObject({ kind: 'fits', by: [], state: { chart_version: '3' } })
  })

  it('is the same when nothing that decides has changed', () => {
    const chart = chartOf(nested)
    const actor = { ...stored({}, { value: { review: 'done' } }), definition: chart.definition }
    expect(fitOf(actor, chart).kind).toBe('same')
    const again = chartOf({ machine: nested, misfire: 'skip' })
    expect(again.definition).toBe(chart.definition)
    expect(chartOf(machine({ ...nested.config, description: 'other' })).definition).not.toBe(chart.definition)
  })

  it.each([
    ['a state', { value: 'gone' }, 'it is in "gone"'],
    ['a state that has become another kind', { value: 'review' }, 'which leads to {"review":"human"} today'],
    [
      'a child’s source',
      { value: { review: 'human' }, children: { pay: { src: 'payment', snapshot: { status: 'active' } } } },
      'its child pay is made of payment, and there is no such actor any more',
    ],
    [
      'what a history remembers',
      { value: { review: 'human' }, historyValue: { 'order.hist': [{ id: 'order.gone' }] } },
      'its history speaks of order.hist, and there is no such state any more',
    ],
  ])('is named what it lacks: %s', (_, snapshot, problem) => {
    const fit = fitOf(stored({}, snapshot as JsonObject), chartOf(nested))
    expect(fit.kind === 'misfit' ? fit.problem : fit).toContain(problem)
  })

  it('is brought along by its version’s migrations, one after the other, states and context', () => {
    const chart = chartOf({
      machine: nested,
      migrations: [
        { from: '2', to: '3', states: { manual: 'review.human', 'both.left.z': 'both.left.y' } },
        {
          from: '1',
          to: '2',
          states: { checking: 'manual' },
          context: ({ sum }) => ({ total: sum ?? 0 }),
        },
      ],
    })
    const old = fitOf(stored({ chart_version: '1' }, { value: 'checking', context: { sum: 7 } }), chart)
    expect(old).toMatchObject({
      kind: 'fits',
      state: { chart_version: '3', snapshot: { value: { review: 'human' }, context: { total: 7 } } },
    })
    const younger = fitOf(
      stored({ chart_version: '2' }, { value: { both: { left: 'z', right: 'p' } }, context: { sum: 7 } }),
      chart,
    )
    expect(younger).toMatchObject({
      kind: 'fits',
      state: { snapshot: { value: { both: { left: 'y', right: 'p' } }, context: { sum: 7 } } },
    })
  })

  it('is brought along with what its history remembers, its delays, and those that wait for it', () => {
    const chart = chartOf({
      machine: machine({
        version: '2',
        initial: 'work',
        context: {},
        states: {
          work: {
            initial: 'reading',
            states: { reading: { after: { 50: 'writing' } }, writing: {}, back: { type: 'history' } },
          },
          pause: {},
        },
      }),
      migrations: [{ from: '1', to: '2', states: { 'work.looking': 'work.reading', rest: 'pause' } }],
    })
    const letter = (type: string) => ({ kind: 'timer', event: { type } })
    const parked = {
      reason: 'r',
      since: 1,
      letters: [letter('xstate.after.100.order.work.looking'), letter('X')],
    }
    const actor = stored(
      { chart_version: '1', parked },
      { value: 'rest', historyValue: { 'order.work.back': [{ id: 'order.work.looking' }] } },
    )
    const timer = (id: string) => ({
      actor: actor.actor,
      id,
      due: 7,
      version: 3,
      event: { event: { type: id }, delay: 100 },
    })
    expect(fitOf(actor, chart, [timer('bell'), timer('xstate.after.100.order.work.looking')])).toMatchObject({
      kind: 'fits',
      state: {
        snapshot: { value: 'pause', historyValue: { 'order.work.back': [{ id: 'order.work.reading' }] } },
        parked: { letters: [letter('xstate.after.50.order.work.reading'), letter('X')] },
      },
      timers: [
        {
          from: 'xstate.after.100.order.work.looking',
          to: {
            id: 'xstate.after.50.order.work.reading',
            due: 7,
            event: { event: { type: 'xstate.after.50.order.work.reading' }, delay: 100 },
          },
        },
      ],
    })
    const lost = fitOf(actor, chart, [timer('xstate.after.100.order.pause')])
    expect(lost).toMatchObject({
      kind: 'misfit',
      problem: 'it waits for the timer xstate.after.100.order.pause, which leads nowhere any more',
    })
  })

  it('of a version that is newer is left to the program that has it, unless a migration leads back', () => {
    const newer = stored({ chart_version: '10' }, { value: { review: 'done' } })
    expect(fitOf(newer, chartOf(nested))).toMatchObject({
      kind: 'misfit',
      newer: true,
      problem: 'it is of version 10, and order here of 3: a newer program has moved it',
    })
    const back = chartOf({ machine: nested, migrations: [{ from: '10', to: '3' }] })
    expect(fitOf(newer, back)).toMatchObject({ kind: 'fits', state: { chart_version: '3' } })
  })

  it('is not touched by a migration of another version', () => {
    const chart = chartOf({
      machine: nested,
      migrations: [{ from: '1', to: '3', states: { old: 'review' } }],
    })
    const fit = fitOf(stored({ chart_version: '2' }, { value: 'old' }), chart)
    expect(fit.kind).toBe('misfit')
  })

  it('is not brought half-way: migrations that end before its machine’s version are told', () => {
    const chart = (version: string | undefined) =>
      chartOf({
        machine: machine({ ...nested.config, version } as never),
        migrations: [{ from: '1', to: '2' }],
      })
    const actor = stored({ chart_version: '1' }, { value: { review: 'done' } })
    expect(fitOf(actor, chart('3'))).toMatchObject({
      kind: 'misfit',
      problem: 'its migrations lead to version 2 only, and order here is of 3',
    })
    expect(fitOf(actor, chart('2')).kind).toBe('fits')
  })

  it('is told when its migration throws, or leads nowhere', () => {
    const broken = () => {
      throw new Error('no such member')
    }
    const chart = (migration: object) =>
      chartOf({ machine: nested, migrations: [{ from: '1', to: '3', ...migration }] })
    const actor = stored({ chart_version: '1' }, { value: { review: 'done' } })
    expect(fitOf(actor, chart({ context: broken }))).toMatchObject({
      kind: 'misfit',
      problem: 'no such member',
    })
    expect(fitOf(actor, chart({ states: { review: 'nowhere' } })).kind).toBe('misfit')
  })

  it('of a format that is not known is left alone', () => {
    const fit = fitOf(stored({ format: 2 }, { value: { review: 'done' } }), chartOf(nested))
    expect(fit).toMatchObject({ kind: 'misfit', problem: 'its format is 2, this version reads 1' })
  })
})

describe('a machine’s definition', () => {
  const made = (guard: () => boolean) =>
    setup({ actors: { work: fromPromise(async () => 1) }, guards: { ok: guard } }).createMachine({
      on: { GO: { guard: 'ok' } },
    }) as unknown as AnyStateMachine

  it('changes with the source of what decides, and not with what operations do', () => {
    const one = chartOf(made(() => true)).definition
    expect(chartOf(made(() => true)).definition).toBe(one)
    expect(chartOf(made(() => false)).definition).not.toBe(one)
  })
})
