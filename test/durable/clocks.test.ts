// Properties of a machine's timers:
//   - They are points of absolute time: of 0 milliseconds, of 40 days or of ten years, whichever way the clock is set meanwhile.
//   - What is more than a minute late was missed; before that every policy fires it. What was missed is fired once, made up
//     for, or put off by its own delay, as the policy says, each machine's by its own, the earliest first.

import type { Misfire } from '@opschart/core'
import { createRuntime, memoryStore, type Runtime } from '@opschart/runtime'
import { describe, expect, it } from 'vitest'
import { assign, raise, setup } from 'xstate'

import { simulatedClock, type SimulatedClock } from '../../packages/testing/src/simulated-clock.ts'

const start = 1_767_225_600_000
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Rings as many milliseconds later as it is asked to, and every hour when it is told to. */
const bell = setup({
  types: {} as {
    context: { rung: readonly string[] }
    events: { type: 'RING'; in: number; name: string } | { type: 'RUNG'; name: string } | { type: 'HOURLY' }
  },
  delays: { asked: ({ event }) => (event.type === 'RING' ? event.in : 0) },
  actions: {
    note: assign({
      rung: ({ context, event }) => [...context.rung, event.type === 'RUNG' ? event.name : 'hour'],
    }),
    ring: raise(({ event }) => ({ type: 'RUNG', name: event.type === 'RING' ? event.name : '' }), {
      delay: 'asked',
    }),
  },
}).createMachine({
  id: 'bell',
  initial: 'quiet',
  context: { rung: [] },
  on: { RING: { actions: 'ring' }, RUNG: { actions: 'note' } },
  states: {
    quiet: { on: { HOURLY: 'hourly' } },
    hourly: { after: { [hour]: { target: 'hourly', reenter: true, actions: 'note' } } },
  },
})

const policies: readonly Misfire[] = ['run_once', 'skip', 'run_all']

interface Bells {
  readonly clock: SimulatedClock
  readonly send: (id: string, type: string, data?: { in: number; name: string }) => Promise<void>
  /** What an actor has rung, and when it rings next, in milliseconds from the beginning. */
  readonly rung: (id: string) => Promise<readonly [string[], number[]]>
  /** Nothing runs until a time; then it goes on. */
  readonly sleepUntil: (time: number) => Promise<void>
  readonly order: () => Promise<string[]>
}

/** A runtime with a bell for each policy, by its name: `skip/a`. */
async function withBells(body: (bells: Bells) => Promise<void>): Promise<void> {
  const store = memoryStore()
  const clock = simulatedClock(start)
  const open = (): Promise<Runtime> =>
    createRuntime({
      store: { ...store, close: () => Promise.resolve() },
      clock,
      others: 0,
      machines: Object.fromEntries(policies.map((misfire) => [misfire, { machine: bell, misfire }])),
    })
  let runtime = await open()
  for (const policy of policies) await runtime.as({ person: 'ann' }).start(`${policy}/a`)
  await body({
    clock,
    async send(id, type, data) {
      const { kind, reason } = await runtime
        .as({ person: 'ann' })
        .send(id, { type, ...(data && { data: { ...data } }) })
      if (kind !== 'accepted') throw new Error(reason)
    },
    async rung(id) {
      await runtime.idle()
      const view = (await runtime.actor(id))!
      return [view.context['rung'] as string[], view.timers.map(({ due }) => due - start)]
    },
    async sleepUntil(time) {
      await runtime.close()
      await clock.set(start + time)
      runtime = await open()
      await runtime.idle()
    },
    order: async () =>
      (await runtime.log({})).filter(({ kind }) => kind === 'timer').map(({ actor }) => actor),
  })
  expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
  await runtime.close()
}

describe.each(policies)('[D4] the timers of an actor (%s)', (policy) => {
  const id = `${policy}/a`

  it('ring at their time: at once, in 40 days, in ten years', () =>
    withBells(async ({ clock, send, rung }) => {
      await send(id, 'RING', { in: 3_650 * day, name: 'far' })
      await send(id, 'RING', { in: 40 * day, name: 'later' })
      await send(id, 'RING', { in: 0, name: 'now' })
      expect(await rung(id)).toEqual([['now'], [40 * day, 3_650 * day]])
      await clock.advance(40 * day - 1)
      expect(await rung(id)).toEqual([['now'], [40 * day, 3_650 * day]])
      await clock.advance(1)
      expect(await rung(id)).toEqual([['now', 'later'], [3_650 * day]])
      await clock.advance(3_610 * day)
      expect(await rung(id)).toEqual([['now', 'later', 'far'], []])
    }))

  it('ring at their time though the clock is set back, and once though it is set forward', () =>
    withBells(async ({ clock, send, rung }) => {
      await send(id, 'RING', { in: hour, name: 'first' })
      await clock.set(start - 5 * hour)
      await clock.advance(6 * hour - 1)
      expect(await rung(id)).toEqual([[], [hour]])
      await clock.advance(1)
      expect(await rung(id)).toEqual([['first'], []])
      await send(id, 'RING', { in: hour, name: 'second' })
      await clock.set(start + 2 * hour + minute)
      expect(await rung(id)).toEqual([['first', 'second'], []])
      await clock.set(start)
      await clock.advance(10 * hour)
      expect(await rung(id)).toEqual([['first', 'second'], []])
    }))

  it('ring when they are a minute late: nothing was missed yet', () =>
    withBells(async ({ send, rung, sleepUntil }) => {
      await send(id, 'RING', { in: hour, name: 'once' })
      await sleepUntil(hour + minute)
      expect(await rung(id)).toEqual([['once'], []])
    }))
})

describe('[D4] timers that were missed', () => {
  it.each<[Misfire, [string[], number[]], [string[], number[]]]>([
    ['run_once', [['once'], []], [['once'], []]],
    ['run_all', [['once'], []], [['once'], []]],
    // Not at once: an hour after its time, or two, whichever lies ahead.
    ['skip', [[], [2 * hour]], [['once'], []]],
  ])('%s: one that rings once', (policy, atOnce, later) =>
    withBells(async ({ clock, send, rung, sleepUntil }) => {
      await send(`${policy}/a`, 'RING', { in: hour, name: 'once' })
      await sleepUntil(hour + minute + 1)
      expect(await rung(`${policy}/a`)).toEqual(atOnce)
      await clock.set(start + 2 * hour)
      expect(await rung(`${policy}/a`)).toEqual(later)
    }),
  )

  it.each<[Misfire, number, number]>([
    ['run_once', 1, 6.5],
    ['run_all', 5, 6],
    ['skip', 0, 6],
  ])('%s: one that rings every hour, after five and a half', (policy, times, next) =>
    withBells(async ({ clock, send, rung, sleepUntil }) => {
      await send(`${policy}/a`, 'HOURLY')
      await sleepUntil(5.5 * hour)
      expect(await rung(`${policy}/a`)).toEqual([Array(times).fill('hour'), [next * hour]])
      await clock.advance((next - 5.5) * hour)
      expect(await rung(`${policy}/a`)).toEqual([Array(times + 1).fill('hour'), [(next + 1) * hour]])
    }),
  )

  it('each machine’s by its own policy, the earliest first', () =>
    withBells(async ({ send, rung, sleepUntil, order }) => {
      await send('run_all/a', 'RING', { in: 3 * hour, name: 'third' })
      await send('run_once/a', 'RING', { in: 2 * hour, name: 'second' })
      await send('skip/a', 'RING', { in: hour, name: 'first' })
      await sleepUntil(day + minute)
      expect(await order()).toEqual(['run_once/a', 'run_all/a'])
      expect(await rung('skip/a')).toEqual([[], [day + hour]])
      expect(await rung('run_once/a')).toEqual([['second'], []])
      expect(await rung('run_all/a')).toEqual([['third'], []])
    }))
})
