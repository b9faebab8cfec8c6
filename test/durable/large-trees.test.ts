// Properties: what a turn of a tree costs grows with what follows from its event, and no faster, however much of the tree was
// not read before. Counted in calls of the machines' own functions, not in time.

import { repeatableCrypto, simulatedClock } from '@opschart/testing'
import { describe, expect, it } from 'vitest'
import { enqueueActions, setup } from 'xstate'

import { createRuntime, memoryStore } from '@opschart/runtime'

let calls = 0
const counted = () => {
  calls += 1
  return true
}

/** Has a timer, greets back, has a helper once it is told to, and cannot bear poison. */
const guest = setup({
  types: {} as { events: { type: 'GREET' | 'HELP' | 'POISON' | 'LEAVE' } },
  actors: { helper: setup({}).createMachine({ id: 'helper', context: () => ({ made: counted() }) }) },
  guards: {
    counted,
    broken: () => {
      counted()
      throw new Error('poison')
    },
  },
}).createMachine({
  id: 'guest',
  context: () => ({ made: counted() }),
  initial: 'inside',
  states: {
    inside: {
      after: { 3_600_000: 'bored' },
      on: {
        GREET: { guard: 'counted', target: 'inside' },
        HELP: { guard: 'counted', target: 'helped' },
        LEAVE: { guard: 'counted', target: 'gone' },
        POISON: { guard: 'broken' },
      },
    },
    helped: { invoke: { src: 'helper', id: 'helper' } },
    bored: {},
    gone: { type: 'final' },
  },
})

const hall = setup({
  types: {} as {
    context: { guests: number }
    input: { guests: number }
    events: { type: 'GREET' | 'HELP' | 'POISON' | 'LEAVE' }
  },
  actors: { guest },
  actions: {
    invite: enqueueActions(({ enqueue, context }) => {
      for (let number = 0; number < context.guests; number += 1)
        enqueue.spawnChild('guest', { id: `guest-${number}` })
    }),
    tell: enqueueActions(({ enqueue, context, event }) => {
      for (let number = 0; number < context.guests; number += 1)
        enqueue.sendTo(`guest-${number}`, { type: event.type } as { type: 'GREET' })
    }),
  },
}).createMachine({
  id: 'hall',
  context: ({ input }) => ({ guests: input.guests }),
  initial: 'open',
  entry: 'invite',
  states: {
    open: { on: { '*': { actions: 'tell' } } },
  },
})

/** Calls for a turn of a hall with so many guests, by a process that has read nothing of it. */
async function callsOf(guests: number, ...types: readonly string[]): Promise<number> {
  const store = memoryStore()
  const open = () =>
    createRuntime({
      store: { ...store, close: () => Promise.resolve() },
      clock: simulatedClock(1_767_225_600_000),
      crypto: repeatableCrypto('hall'),
      machines: { hall },
    })
  calls = 0
  await using first = await open()
  await first.as({ person: 'ann' }).start('hall/a', { input: { guests } })
  await first.close()
  let made = calls
  for (const type of types) {
    calls = 0
    await using next = await open()
    expect(await next.as({ person: 'ann' }).send('hall/a', { type })).toMatchObject({ kind: 'accepted' })
    made = calls
    expect(await next.audit()).toMatchObject({ sound: true })
  }
  return made
}

describe('a turn of a large tree that was not read before', () => {
  it.each([
    { what: 'starts its children', types: [] },
    { what: 'tells its children', types: ['GREET'] },
    { what: 'has its children start theirs', types: ['HELP'] },
    { what: 'parks its children', types: ['POISON'] },
    { what: 'has its children end', types: ['LEAVE'] },
  ])('costs four times as much with four times as many: $what', async ({ types }) => {
    const [few, many] = [await callsOf(40, ...types), await callsOf(160, ...types)]
    expect(many).toBeLessThanOrEqual(4.5 * few)
    expect(few).toBeGreaterThanOrEqual(40)
    expect(few).toBeLessThanOrEqual(40 * 4)
  })
})
