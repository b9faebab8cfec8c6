// Properties of two runtimes on one store, each of which takes the other for another process:
//   - What one has remembered of a tree and the other has moved since is never decided on: no message between its actors is
//     lost, whoever takes the turn.

import type { Sender } from '@opschart/core'
import { createRuntime, memoryStore } from '@opschart/runtime'
import { describe, expect, it } from 'vitest'
import { assign, sendParent, sendTo, setup } from 'xstate'

import { simulatedClock, type SimulatedClock } from '../../packages/testing/src/simulated-clock.ts'

/** A child that ends when it is told to, or answers. */
const worker = setup({}).createMachine({
  id: 'worker',
  initial: 'working',
  on: { ASK: { actions: sendParent({ type: 'ANSWER' }) } },
  states: { working: { on: { END: 'over' } }, over: { type: 'final' } },
})

/** A parent that counts what its child says. */
const boss = setup({
  types: {} as { context: { ended: number; answers: number } },
  actors: { worker },
}).createMachine({
  id: 'boss',
  initial: 'alone',
  context: { ended: 0, answers: 0 },
  on: { ANSWER: { actions: assign({ answers: ({ context }) => context.answers + 1 }) } },
  states: {
    alone: { on: { HIRE: 'two' } },
    two: {
      invoke: {
        src: 'worker',
        id: 'worker',
        onDone: { target: 'alone', actions: assign({ ended: ({ context }) => context.ended + 1 }) },
      },
      on: { ASK: { actions: sendTo('worker', { type: 'ASK' }, { delay: 1_000 }) } },
    },
  },
})

interface Pair {
  readonly here: Sender
  readonly there: Sender
  readonly clock: SimulatedClock
  /** How the parent stands. */
  readonly state: () => Promise<unknown>
  /** Looks here for what the other has left to be done, and does it. */
  readonly look: () => Promise<void>
}

/** Two runtimes; only the first carries anything out. */
async function pair(body: (pair: Pair) => Promise<void>): Promise<void> {
  const store = memoryStore()
  const clock = simulatedClock(0)
  const open = (work: boolean) =>
    createRuntime({
      store: { ...store, close: () => Promise.resolve() },
      clock,
      machines: { boss },
      others: 0,
      work,
    })
  await using runtime = await open(true)
  await using other = await open(false)
  await body({
    here: runtime.as({ person: 'ann' }),
    there: other.as({ person: 'bob' }),
    clock,
    async state() {
      const view = await runtime.actor('boss/a')
      return { value: view?.value, ...view?.context }
    },
    async look() {
      await runtime.check()
      await runtime.idle()
    },
  })
  expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
}

describe('[D8] beside another runtime on the same store', () => {
  it('a child that ends here tells its parent, whom another has moved since', () =>
    pair(async ({ here, there, state }) => {
      await here.start('boss/a')
      await there.send('boss/a', { type: 'HIRE' })
      expect(await here.send('boss/a~worker', { type: 'END' })).toMatchObject({ kind: 'accepted' })
      expect(await state()).toEqual({ value: 'alone', ended: 1, answers: 0 })
    }))

  it('a timer that is fired here reaches a child that another has started since', () =>
    pair(async ({ here, there, clock, state, look }) => {
      await here.start('boss/a')
      await here.send('boss/a', { type: 'HIRE' })
      await here.send('boss/a~worker', { type: 'END' })
      await there.send('boss/a', { type: 'HIRE' })
      await there.send('boss/a', { type: 'ASK' })
      await clock.advance(999)
      await look()
      expect(await state()).toEqual({ value: 'two', ended: 1, answers: 0 })
      await clock.advance(1)
      await look()
      expect(await state()).toEqual({ value: 'two', ended: 1, answers: 1 })
    }))
})
