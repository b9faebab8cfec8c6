// Properties:
//   - What becomes of timers that were due while nothing ran is what the machine's misfire policy says, and no other.
//   - A process that does not know a machine leaves its timers and operations to the one that does.

import { repeatableCrypto, simulatedClock } from '@opschart/testing'
import { describe, expect, it } from 'vitest'
import { assign, fromPromise, setup } from 'xstate'

import type { Misfire } from '@opschart/core'
import { createRuntime, memoryStore } from '@opschart/runtime'

const start = 1_767_225_600_000
const minute = 60_000

/** Rings every ten minutes. */
const bell = setup({ types: {} as { context: { rung: number } } }).createMachine({
  id: 'bell',
  initial: 'quiet',
  context: { rung: 0 },
  states: {
    quiet: {
      after: {
        [10 * minute]: {
          target: 'quiet',
          reenter: true,
          actions: assign({ rung: ({ context }) => context.rung + 1 }),
        },
      },
    },
  },
})

async function afterAnHourOfSleep(misfire: Misfire) {
  const store = memoryStore()
  const clock = simulatedClock(start)
  const open = () =>
    createRuntime({
      store: { ...store, close: () => Promise.resolve() },
      clock,
      crypto: repeatableCrypto('timers'),
      others: 0,
      machines: { bell: { machine: bell, misfire } },
    })
  const first = await open()
  await first.as({ person: 'ann' }).start('bell/a')
  await first.close()
  await clock.set(start + 65 * minute)
  const second = await open()
  await second.idle()
  const view = (await second.actor('bell/a'))!
  const { sound, fault } = await second.audit()
  await second.close()
  expect({ sound, fault }).toEqual({ sound: true, fault: null })
  return { rung: view.context['rung'], next: (view.timers[0]!.due - start) / minute }
}

describe('[D4] timers that were due while nothing ran', () => {
  it('run_once: ring once, and count anew from now', async () => {
    expect(await afterAnHourOfSleep('run_once')).toEqual({ rung: 1, next: 75 })
  })

  it('run_all: ring as often as they would have, as of their own times', async () => {
    expect(await afterAnHourOfSleep('run_all')).toEqual({ rung: 6, next: 70 })
  })

  it('skip: do not ring, and wait for their next time', async () => {
    expect(await afterAnHourOfSleep('skip')).toEqual({ rung: 0, next: 70 })
  })
})

describe('[D8] beside a process that does not know the machine', () => {
  const job = setup({ actors: { work: fromPromise(async () => 'done') } }).createMachine({
    id: 'job',
    initial: 'working',
    context: {},
    states: { working: { invoke: { src: 'work', id: 'w', onDone: 'over' } }, over: {} },
  })

  it('timers and operations wait for the one that does', async () => {
    const store = memoryStore()
    const shared = { ...store, close: () => Promise.resolve() }
    const clock = simulatedClock(start)
    const crypto = repeatableCrypto('foreign')
    const problems: string[] = []
    const machines = { job, bell }
    const decides = await createRuntime({ store: shared, clock, crypto, others: 0, machines, work: false })
    await decides.as({ person: 'ann' }).start('job/a')
    await decides.as({ person: 'ann' }).start('bell/a')
    const stranger = await createRuntime({
      store: shared,
      clock,
      crypto,
      others: 0,
      onProblem: (text) => void problems.push(text),
    })
    await clock.advance(30 * minute)
    await stranger.check()
    await stranger.idle()
    expect(await decides.actor('job/a')).toMatchObject({ value: 'working', status: 'active' })
    expect(await decides.actor('bell/a')).toMatchObject({ status: 'active', context: { rung: 0 } })
    expect((await store.work()).map(({ attempt }) => attempt)).toEqual([0])
    await stranger.close()
    const knows = await createRuntime({ store: shared, clock, crypto, others: 0, machines })
    await knows.idle()
    expect(await knows.actor('job/a')).toMatchObject({ value: 'over' })
    expect(await knows.actor('bell/a')).toMatchObject({ context: { rung: 1 } })
    expect(problems).toEqual([])
    await knows.close()
    await decides.close()
  })
})

describe('a machine that cannot be kept', () => {
  it('is refused when the runtime is made, with all that is wrong; nothing is started', async () => {
    const machine = setup({ actions: { launch: () => {} } }).createMachine({
      id: 'm',
      entry: ['launch', 'gone' as never],
    })
    await expect(createRuntime({ machines: { m: machine } })).rejects.toThrow(
      /machine m: it cannot be made durable:\naction launch: .*\nstate m: there is no action gone/,
    )
    await expect(createRuntime({ machines: { 'a/b': bell } })).rejects.toThrow(
      'machine "a/b": a name is made of',
    )
    await expect(createRuntime({ machines: { m: {} as never } })).rejects.toThrow('it is no XState machine')
    const misfire = 'sometimes' as Misfire
    await expect(createRuntime({ machines: { m: { machine: bell, misfire } } })).rejects.toThrow(
      'misfire is "sometimes"; it can be run_once, skip, run_all',
    )
    await expect(createRuntime({ machines: { web: bell }, services: [{ name: 'web' }] })).rejects.toThrow(
      'web is a machine and a service',
    )
  })
})
