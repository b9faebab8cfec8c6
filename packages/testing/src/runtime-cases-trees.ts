import { fromOperation, type Json, type OperationGiven } from '@opschart/core'
import { assign, sendParent, sendTo, setup, spawnChild, stopChild } from 'xstate'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

/** A machine whose child carries an operation out. `script` says what the operation does. */
function boss(script: (given: OperationGiven<unknown>) => Promise<unknown>) {
  const worker = setup({
    actors: { job: fromOperation(script, { timeout: '1m' }) },
    guards: {
      broken() {
        throw new Error('the worker cannot decide')
      },
    },
  }).createMachine({
    id: 'worker',
    initial: 'working',
    context: { done: null as Json },
    on: { POKE: { guard: 'broken', target: '.working' }, PING: { actions: sendParent({ type: 'PONG' }) } },
    states: {
      working: {
        invoke: {
          src: 'job',
          id: 'job',
          input: { bread: 1 },
          onDone: { target: 'over', actions: assign({ done: ({ event }) => event.output as Json }) },
        },
      },
      over: { type: 'final' },
    },
    output: ({ context }) => context.done,
  })
  return setup({
    types: {} as { context: { outcome: Json; pongs: number; seen: string[] } },
    actors: { worker },
  }).createMachine({
    id: 'boss',
    initial: 'idle',
    context: { outcome: null, pongs: 0, seen: [] },
    on: {
      PONG: { actions: assign({ pongs: ({ context }) => context.pongs + 1 }) },
      POKE: { actions: sendTo('worker', { type: 'POKE' }) },
      PING: {
        actions: [
          sendTo('worker', { type: 'PING' }),
          sendTo('worker', { type: 'PING' }, { delay: 1_000, id: 'again' }),
        ],
      },
      HELP: { actions: spawnChild('worker', { id: 'helper' }) },
      FIRE: { actions: stopChild('helper') },
    },
    states: {
      idle: { on: { GO: 'waiting' } },
      waiting: {
        invoke: {
          src: 'worker',
          id: 'worker',
          onDone: { target: 'idle', actions: assign({ outcome: ({ event }) => event.output as Json }) },
          onError: {
            target: 'idle',
            actions: assign({
              outcome: ({ event }) => ({ failed: (event.error as { message: string }).message }),
            }),
          },
          onSnapshot: {
            actions: assign({
              seen: ({ context, event }) => [
                ...context.seen,
                (event.snapshot as { value?: string }).value ?? '',
              ],
            }),
          },
        },
        on: { STOP: 'idle', GO: { target: 'waiting', reenter: true } },
      },
    },
  })
}

async function started(scenario: Scenario, id: string): Promise<void> {
  const verdict = await scenario.ann.start(id)
  if (verdict.kind !== 'accepted') throw new Error(verdict.reason)
}

/** Children and operations of machines. */
export const treeCases: readonly Case<RuntimePlace>[] = [
  (() => {
    const given: { key: string; attempt: number }[] = []
    let hold = true
    const script = ({ key, attempt, signal }: OperationGiven<unknown>): Promise<unknown> => {
      given.push({ key, attempt })
      if (!hold) return Promise.resolve({ loaf: attempt })
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
    }
    return runtimeCase(
      '[D3] an operation that was under way is done again under the same key, and completes once',
      async (scenario) => {
        given.length = 0
        hold = true
        await started(scenario, 'boss/a')
        await scenario.ann.send('boss/a', { type: 'GO' })
        await scenario.until(({ type }) => type === 'opened')
        await scenario.clock.advance(0)
        same(given.length, 1, 'attempts so far')
        hold = false
        await scenario.restart()
        await scenario.runtime.idle()
        const key = 'machine:boss/a~worker:1:0'
        same(
          given,
          [
            { key, attempt: 1 },
            { key, attempt: 2 },
          ],
          'the attempts',
        )
        const view = await scenario.runtime.actor('boss/a')
        same([view?.value, view?.context['outcome']], ['idle', { loaf: 2 }], 'what came of it')
        same((await scenario.runtime.actor('boss/a~worker'))?.status, 'done', 'the child')
      },
      { machines: { boss: boss(script) } },
    )
  })(),

  (() => {
    let end: (value: Json) => void = () => {}
    const script = () => new Promise((resolve) => (end = resolve))
    return runtimeCase(
      '[L8] a child that is stopped takes its operation along; a late result changes nothing',
      async (scenario) => {
        await started(scenario, 'boss/a')
        await scenario.ann.send('boss/a', { type: 'GO' })
        await scenario.clock.advance(0)
        await scenario.ann.send('boss/a', { type: 'STOP' })
        end('too late')
        await scenario.runtime.idle()
        const view = await scenario.runtime.actor('boss/a')
        same([view?.value, view?.context['outcome']], ['idle', null], 'the parent')
        same((await scenario.runtime.actor('boss/a~worker'))?.status, 'stopped', 'the child')
      },
      { machines: { boss: boss(script) } },
    )
  })(),

  runtimeCase(
    'children hear and answer, at once and after a delay; whoever listens sees each of their steps',
    async (scenario) => {
      await started(scenario, 'boss/a')
      await scenario.ann.send('boss/a', { type: 'GO' })
      await scenario.ann.send('boss/a', { type: 'PING' })
      await scenario.restart()
      await scenario.clock.advance(1_000)
      await scenario.clock.advance(60_000)
      await scenario.runtime.idle()
      const { pongs, outcome, seen } = (await scenario.runtime.actor('boss/a'))!.context as {
        pongs: number
        outcome: Json
        seen: string[]
      }
      same(
        [pongs, outcome, seen],
        [2, { failed: 'boss/a~worker job took longer than 60000 ms' }, ['working', 'working', 'working']],
        'what it knows',
      )
    },
    { machines: { boss: boss(() => new Promise(() => {})) } },
  ),

  runtimeCase(
    'an operation’s failure ends a machine that does not handle it, and is told to its parent as data',
    async (scenario) => {
      await started(scenario, 'boss/a')
      await scenario.ann.send('boss/a', { type: 'GO' })
      await scenario.runtime.idle()
      const child = await scenario.runtime.actor('boss/a~worker')
      same(
        [child?.status, child?.error],
        ['error', { name: 'TypeError', message: 'no flour', code: 'E_FLOUR' }],
        'the child',
      )
      same(
        (await scenario.runtime.actor('boss/a'))?.context,
        { outcome: { failed: 'no flour' }, pongs: 0, seen: ['working'] },
        'the parent',
      )
    },
    {
      machines: {
        boss: boss(() => Promise.reject(Object.assign(new TypeError('no flour'), { code: 'E_FLOUR' }))),
      },
    },
  ),

  runtimeCase(
    '[D12] an actor that cannot take what comes from within is parked with the reason and what waits; the others never notice; it goes on when a person says so',
    async (scenario) => {
      await started(scenario, 'boss/a')
      await started(scenario, 'boss/b')
      await scenario.ann.send('boss/a', { type: 'GO' })
      same((await scenario.ann.send('boss/a', { type: 'POKE' })).kind, 'accepted', 'the parent')
      await scenario.ann.send('boss/a', { type: 'PING' })
      const child = await scenario.runtime.actor('boss/a~worker')
      same(child?.status, 'parked', 'the child')
      same(
        [child?.parked?.letters, child?.parked?.reason.includes('the worker cannot decide')],
        [2, true],
        'why',
      )
      same(
        (await scenario.runtime.status()).parked.map(({ actor }) => actor),
        ['boss/a~worker'],
        'what the status tells of',
      )
      same((await scenario.ann.send('boss/b', { type: 'GO' })).kind, 'accepted', 'another tree')
      const asAgent = await scenario.reviewer.resume('actor:boss/a~worker')
      same(asAgent.done, false, 'an agent may not let it go on')
      const still = await scenario.ann.resume('actor:boss/a~worker')
      same([still.done, still.reason.includes('parked again')], [false, true], still.reason)
      await scenario.ann.send('boss/a', { type: 'STOP' })
      same((await scenario.runtime.actor('boss/a~worker'))?.status, 'stopped', 'told to end, it is given up')
      same((await scenario.runtime.status()).parked, [], 'what the status tells of then')
    },
    { machines: { boss: boss(() => new Promise(() => {})) } },
  ),

  runtimeCase(
    'a child’s id that is in use is not given to another',
    async (scenario) => {
      await started(scenario, 'boss/a')
      same((await scenario.ann.send('boss/a', { type: 'HELP' })).kind, 'accepted', 'the first')
      const verdict = await scenario.ann.send('boss/a', { type: 'HELP' })
      same(
        [verdict.kind, verdict.reason.includes('child helper is at work')],
        ['refused', true],
        verdict.reason,
      )
      await scenario.ann.send('boss/a', { type: 'FIRE' })
      same((await scenario.ann.send('boss/a', { type: 'HELP' })).kind, 'accepted', 'after it was stopped')
      same(
        (await scenario.runtime.actor('boss/a'))?.children,
        [{ id: 'helper', src: 'worker', actor: 'boss/a~helper' }],
        'its children',
      )
    },
    { machines: { boss: boss(() => new Promise(() => {})) } },
  ),
]
