// Properties of two runtimes on one store, each of which takes the other for another process:
//   - What one has remembered of a tree and the other has moved since is never decided on: no message between its actors is
//     lost, whoever takes the turn.

import { fromOperation, type Sender, type Store } from '@opschart/core'
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

describe('[D8] beside a program that has other machines, or older ones', () => {
  const start = 1_767_225_600_000
  const shared = (store: Store) => ({ ...store, close: () => Promise.resolve() })

  /** Rings once, a while after it was started. */
  const bell = (delay: number) =>
    setup({}).createMachine({
      id: 'bell',
      initial: 'quiet',
      states: { quiet: { after: { [delay]: 'rung' } }, rung: {} },
    })

  it('[D4] a timer is on time, however many of another’s are overdue', async () => {
    const store = memoryStore()
    const clock = simulatedClock(start)
    const options = { store: shared(store), clock, others: 0 }
    const away = await createRuntime({ ...options, machines: { far: bell(10) }, work: false })
    for (let number = 0; number < 250; number += 1) await away.as({ person: 'bob' }).start(`far/${number}`)
    await clock.advance(1_000)
    await using runtime = await createRuntime({ ...options, machines: { near: bell(300) } })
    await runtime.as({ person: 'ann' }).start('near/a')
    await clock.advance(299)
    expect((await runtime.actor('near/a'))?.value).toBe('quiet')
    await clock.advance(1)
    expect((await runtime.actor('near/a'))?.value).toBe('rung')
    expect(await away.actor('far/0')).toMatchObject({ value: 'quiet', status: 'active' })
    await away.close()
  })

  it('[D3] an operation whose actor a newer program has moved meanwhile is done again by that one, under its key', async () => {
    const did: string[] = []
    const held = Promise.withResolvers<string>()
    const program = (version: string, work: () => Promise<string>) =>
      setup({
        actors: {
          work: fromOperation<string>(({ key, attempt }) => {
            did.push(`${version} ${key} ${attempt}`)
            return work()
          }),
        },
      }).createMachine({
        id: 'job',
        version,
        initial: 'busy',
        context: { by: '' },
        states: {
          busy: {
            on: { LOOK: {} },
            invoke: {
              src: 'work',
              id: 'work',
              onDone: { target: 'done', actions: assign({ by: ({ event }) => event.output }) },
            },
          },
          done: {},
        },
      })
    const store = memoryStore()
    const clock = simulatedClock(start)
    const options = { store: shared(store), clock, others: 0 }
    const older = await createRuntime({ ...options, machines: { job: program('1', () => held.promise) } })
    await older.as({ person: 'ann' }).start('job/a')
    await clock.advance(0)
    await using newer = await createRuntime({
      ...options,
      machines: { job: program('2', async () => 'two') },
    })
    await newer.as({ person: 'ann' }).send('job/a', { type: 'LOOK' })
    held.resolve('one')
    await older.idle()
    await newer.check()
    await newer.idle()
    expect(did).toEqual(['1 machine:job/a:1:0 1', '2 machine:job/a:1:0 2'])
    expect(await newer.actor('job/a')).toMatchObject({
      status: 'active',
      value: 'done',
      context: { by: 'two' },
    })
    expect(await newer.audit()).toMatchObject({ sound: true })
    await older.close()
  })
})
