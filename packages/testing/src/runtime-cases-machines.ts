import type { Json } from '@opschart/core'
import { assign, cancel, emit, raise, setup } from 'xstate'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const day = 86_400_000

interface CounterContext {
  readonly count: number
  readonly rung: readonly string[]
}

/** A machine that counts, rings at times, and breaks when it is told to. */
export const counter = setup({
  types: {} as { context: CounterContext },
  guards: {
    few: ({ context }) => context.count < 100,
    broken() {
      throw new Error('the guard is off its hinges')
    },
  },
}).createMachine({
  id: 'counter',
  initial: 'open',
  context: ({ input }) => ({ count: (input as { count?: number } | undefined)?.count ?? 0, rung: [] }),
  on: {
    ADD: { guard: 'few', actions: assign({ count: ({ context }) => context.count + 1 }) },
    BREAK: { guard: 'broken', target: '.closed' },
    RING: {
      actions: assign({
        rung: ({ context, event }) => [...context.rung, (event as { what?: string }).what ?? ''],
      }),
    },
    SOON: { actions: raise({ type: 'RING', what: 'soon' } as never, { delay: 1_000, id: 'bell' }) },
    LATER: { actions: raise({ type: 'RING', what: 'later' } as never, { delay: 5_000, id: 'bell' }) },
    FAR: { actions: raise({ type: 'RING', what: 'far' } as never, { delay: 3_650 * day, id: 'far' }) },
    AT_ONCE: { actions: raise({ type: 'RING', what: 'at once' } as never, { delay: 0 }) },
    HUSH: { actions: cancel('bell') },
    TELL: { actions: emit({ type: 'told' } as never) },
    CLOSE: '.closed',
  },
  states: { open: { tags: ['busy'], on: { NEVER: {} } }, closed: { type: 'final' } },
  output: ({ context }) => ({ counted: context.count }),
})

const machines = { counter }

async function started(scenario: Scenario, id = 'counter/a', input?: Json): Promise<void> {
  const verdict = await scenario.ann.start(id, input === undefined ? {} : { input })
  if (verdict.kind !== 'accepted') throw new Error(verdict.reason)
}

async function context(scenario: Scenario, id = 'counter/a'): Promise<CounterContext> {
  return (await scenario.runtime.actor(id))?.context as unknown as CounterContext
}

/** Actors of machines: signals, timers, what is refused. */
export const machineCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[D2] an actor is started once, and goes on where it was when the runtime is opened again',
    async (scenario) => {
      const early = await scenario.ann.send('counter/a', { type: 'ADD' })
      same([early.kind, early.sequence], ['unrouted', 0], 'before it is started')
      await started(scenario, 'counter/a', { count: 3 })
      const again = await scenario.ann.start('counter/a', { input: { count: 9 } })
      same([again.kind, again.duplicate], ['accepted', true], 'the second start')
      await scenario.ann.send('counter/a', { type: 'ADD' })
      await scenario.restart()
      await scenario.ann.send('counter/a', { type: 'ADD' })
      const view = await scenario.runtime.actor('counter/a')
      same(
        [view?.status, view?.value, view?.tags, view?.version],
        ['active', 'open', ['busy'], 3],
        'how it stands',
      )
      same((await context(scenario)).count, 5, 'what was counted')
    },
    { machines },
  ),

  runtimeCase(
    '[D2] fifty senders of twenty-five ids at once: each id counts once, and in each copy the verdict is the first',
    async (scenario) => {
      await started(scenario)
      const ids = Array.from({ length: 50 }, (_, index) => `id-${index % 25}`)
      const verdicts = await Promise.all(ids.map((id) => scenario.ann.send('counter/a', { type: 'ADD', id })))
      same(verdicts.filter(({ duplicate }) => duplicate === true).length, 25, 'duplicates')
      same(new Set(verdicts.map(({ sequence }) => sequence)).size, 25, 'rows')
      same((await context(scenario)).count, 25, 'what was counted')
    },
    { machines },
  ),

  runtimeCase(
    '[L1] [L4] what it has no arrow for, or a guard says no to, is refused with the reason, and changes nothing',
    async (scenario) => {
      await started(scenario, 'counter/a', { count: 100 })
      const before = await scenario.runtime.actor('counter/a')
      const reasons = []
      for (const type of ['ADD', 'UNKNOWN', 'NEVER']) {
        const verdict = await scenario.ann.send('counter/a', { type })
        same(verdict.kind, 'refused', type)
        reasons.push(verdict.reason)
      }
      same(
        reasons,
        ['ADD in open: few said no', 'UNKNOWN in open: no such arrow', 'NEVER in open: it is forbidden here'],
        'why',
      )
      same({ ...(await scenario.runtime.actor('counter/a')), version: 1 }, { ...before }, 'the actor')
    },
    { machines },
  ),

  runtimeCase(
    '[L5] names that begin with xstate. are refused from outside, and so are the open channels',
    async (scenario) => {
      await started(scenario)
      for (const type of ['xstate.init', 'xstate.stop', 'xstate.done.actor.x', 'xstate.after.1000.counter'])
        same((await scenario.ann.send('counter/a', { type })).kind, 'refused', type)
      const inbox = scenario.runtime.as({ watcher: 'inbox' })
      same((await inbox.send('counter/a', { type: 'ADD' })).kind, 'refused', 'from the inbox')
      same((await inbox.start('counter/b')).kind, 'refused', 'a start from the inbox')
      same(await scenario.runtime.actor('counter/b'), undefined, 'which started nothing')
      same((await context(scenario)).count, 0, 'what was counted')
    },
    { machines },
  ),

  runtimeCase(
    '[L6] a guard that throws refuses the signal with its error; the actor goes on, and so do the others',
    async (scenario) => {
      await started(scenario)
      await started(scenario, 'counter/b')
      const verdict = await scenario.ann.send('counter/a', { type: 'BREAK' })
      same(verdict.kind, 'refused', 'the verdict')
      same(verdict.reason.includes('the guard is off its hinges'), true, verdict.reason)
      for (const id of ['counter/a', 'counter/b'])
        same((await scenario.ann.send(id, { type: 'ADD' })).kind, 'accepted', id)
    },
    { machines },
  ),

  runtimeCase(
    '[D4] a timer fires at its time and once; one that is set again is replaced, one that is taken back is gone',
    async (scenario) => {
      await started(scenario)
      const send = (type: string) => scenario.ann.send('counter/a', { type })
      await send('SOON')
      await send('LATER')
      await scenario.clock.advance(1_500)
      await scenario.runtime.idle()
      same((await context(scenario)).rung, [], 'the one that was replaced')
      await scenario.clock.advance(4_000)
      await scenario.runtime.idle()
      await send('SOON')
      await send('HUSH')
      await scenario.clock.advance(10_000)
      await scenario.runtime.idle()
      await send('AT_ONCE')
      await scenario.runtime.idle()
      same((await context(scenario)).rung, ['later', 'at once'], 'what rang')
      same((await scenario.runtime.actor('counter/a'))?.timers, [], 'what is left')
    },
    { machines },
  ),

  runtimeCase(
    '[D4] a timer may lie ten years ahead, and one that fell due while nothing ran fires at the next start',
    async (scenario) => {
      await started(scenario)
      await scenario.ann.send('counter/a', { type: 'FAR' })
      await scenario.ann.send('counter/a', { type: 'SOON' })
      await scenario.runtime.close()
      await scenario.clock.set(scenario.clock.now() + day)
      await scenario.restart()
      await scenario.runtime.idle()
      same((await context(scenario)).rung, ['soon'], 'after a day')
      await scenario.clock.advance(3_648 * day)
      await scenario.runtime.idle()
      same((await context(scenario)).rung, ['soon'], 'a day before its time')
      await scenario.clock.advance(day)
      await scenario.runtime.idle()
      same((await context(scenario)).rung, ['soon', 'far'], 'ten years on')
    },
    { machines },
  ),

  runtimeCase(
    'what a machine emits is told once it is written',
    async (scenario) => {
      await started(scenario)
      const told: unknown[] = []
      scenario.runtime.on('emitted', ({ actor, event }) => void told.push([actor, event.type]))
      await scenario.ann.send('counter/a', { type: 'TELL' })
      await scenario.runtime.idle()
      same(told, [['counter/a', 'told']], 'what was told')
    },
    { machines },
  ),

  runtimeCase(
    'one that has ended keeps its output, and refuses what comes later',
    async (scenario) => {
      await started(scenario)
      await scenario.ann.send('counter/a', { type: 'SOON' })
      await scenario.ann.send('counter/a', { type: 'CLOSE' })
      const view = await scenario.runtime.actor('counter/a')
      same([view?.status, view?.output, view?.timers], ['done', { counted: 0 }, []], 'how it stands')
      const verdict = await scenario.ann.send('counter/a', { type: 'ADD' })
      same(
        [verdict.kind, verdict.reason],
        ['refused', 'ADD in closed: counter/a has ended (done)'],
        'what comes later',
      )
    },
    { machines },
  ),

  runtimeCase(
    '[D13] when too many wait for one actor, more are refused as busy, and may be sent again',
    async (scenario) => {
      await started(scenario)
      const sent = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          scenario.ann.send('counter/a', { type: 'ADD', id: String(index) }),
        ),
      )
      const busy = sent.filter(({ status }) => status === 'rejected')
      same(busy.length, 3, 'how many were refused')
      for (const { reason } of busy as PromiseRejectedResult[])
        same((reason as { code: string }).code, 'busy', 'how')
      await Promise.all(['5', '6', '7'].map((id) => scenario.ann.send('counter/a', { type: 'ADD', id })))
      same((await context(scenario)).count, 8, 'what was counted')
    },
    { machines, longestLine: 5 },
  ),
]
