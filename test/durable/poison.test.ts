// Properties of an actor that cannot go on, among hundreds that can, in one runtime:
//   - What its machine throws refuses the signal it came of; whatever else comes for it is kept, and it is parked with the
//     reason. A start that breaks is refused and leaves nothing behind; a child that cannot be started is its parent's error.
//   - The others never notice.

import { fromOperation, type Json } from '@opschart/core'
import { assign, raise, sendParent, sendTo, setup, spawnChild } from 'xstate'
import { describe, expect, it, vi } from 'vitest'

import type { RuntimePlace } from '../../packages/testing/src/runtime-case.ts'
import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace, sqlitePlace } from '../runtime/places.ts'

const others = 300

type Poison = 'guard' | 'action' | 'loop' | 'ping' | 'odd'

/** A machine that breaks where it is told to: in a guard, in an assign, in a circle of its own, or of its own and its child's. */
const fragile = setup({
  types: {} as {
    context: { count: number; results: readonly Json[]; failed: string; poison: Json }
    input: { breaks?: boolean; poison?: Poison } | undefined
    events:
      | { type: 'COUNT' | 'LATER' | 'WORK' | 'RING' | 'PING' }
      | { type: 'BREAK'; poison: Poison }
      | { type: 'HIRE'; breaks: boolean }
  },
  actors: {
    job: fromOperation<Json>(async ({ key }) => key),
    picky: setup({ types: {} as { input: { breaks: boolean } } }).createMachine({
      id: 'picky',
      context: ({ input }) => {
        if (input.breaks) throw new Error('there is no such worker')
        return {}
      },
    }),
    echo: setup({}).createMachine({ id: 'echo', on: { PONG: { actions: sendParent({ type: 'PING' }) } } }),
  },
  guards: {
    broken({ context }) {
      if (context.poison === 'guard') throw new Error('the guard is off its hinges')
      return true
    },
    isLoop: ({ context }) => context.poison === 'loop',
    isPing: ({ context }) => context.poison === 'ping',
  },
  actions: {
    count: assign({
      count({ context }) {
        if (context.poison === 'action') throw new Error('nobody can count that far')
        return context.count + 1
      },
      poison: ({ context }) => (context.poison === 'odd' ? (new Map() as unknown as Json) : context.poison),
    }),
  },
}).createMachine({
  id: 'fragile',
  initial: 'idle',
  context({ input }) {
    if (input?.breaks === true) throw new Error('there is nothing to make it of')
    return { count: 0, results: [], failed: '', poison: input?.poison ?? null }
  },
  on: {
    LATER: { actions: raise({ type: 'RING' }, { delay: 1_000 }) },
    RING: [
      { guard: 'isLoop', target: '.spinning' },
      { guard: 'isPing', actions: [spawnChild('echo', { id: 'echo' }), sendTo('echo', { type: 'PONG' })] },
      { guard: 'broken', actions: 'count' },
    ],
    COUNT: { guard: 'broken', actions: 'count' },
    PING: { actions: sendTo('echo', { type: 'PONG' }) },
  },
  states: {
    idle: {
      on: {
        WORK: 'working',
        HIRE: 'hiring',
      },
    },
    working: {
      invoke: {
        src: 'job',
        id: 'job',
        onDone: {
          guard: 'broken',
          target: 'idle',
          actions: assign({ results: ({ context, event }) => [...context.results, event.output] }),
        },
      },
    },
    hiring: {
      invoke: {
        src: 'picky',
        id: 'picky',
        input: ({ event }) => ({ breaks: (event as { breaks?: boolean }).breaks === true }),
        onError: {
          target: 'idle',
          actions: assign({ failed: ({ event }) => (event.error as { message: string }).message }),
        },
      },
    },
    spinning: { always: 'turning' },
    turning: { always: 'spinning' },
  },
})

async function inScenario(
  body: (scenario: Scenario) => Promise<void>,
  place: RuntimePlace = memoryPlace(),
): Promise<void> {
  const scenario = await createScenario(place, { machines: { fragile }, concurrency: 50 })
  await body(scenario)
  expect(await scenario.runtime.audit()).toMatchObject({ sound: true, fault: null })
  expect(scenario.problems).toEqual([])
  await scenario.close()
}

const start = ({ ann }: Scenario, poison: Poison) => ann.start('fragile/bad', { input: { poison } })
const bad = async ({ runtime }: Scenario) => (await runtime.actor('fragile/bad'))!

describe('[L6] [D12] an actor that breaks', () => {
  it.each([
    ['guard', /^COUNT in idle: .*the guard is off its hinges$/s],
    ['action', /^COUNT in idle: .*nobody can count that far$/s],
    ['odd', /^COUNT in idle: .*poison.*; keep what JSON can hold$/s],
  ] as const)('on a signal, in %s: the signal is refused', (poison, reason) =>
    inScenario(async (scenario) => {
      await start(scenario, poison)
      const verdict = await scenario.ann.send('fragile/bad', { type: 'COUNT' })
      expect(verdict.kind).toBe('refused')
      expect(verdict.reason).toMatch(reason)
      expect(await bad(scenario)).toMatchObject({ status: 'active', context: { count: 0 }, parked: null })
    }),
  )

  it.each([
    ['guard', /^on RING: .*the guard is off its hinges$/s],
    ['action', /^on RING: .*nobody can count that far$/s],
    ['loop', /^on RING: .*infinite/is],
    [
      'ping',
      /^on RING: one event led to more than 10000 steps in fragile\/bad: its machines go round in a circle$/,
    ],
  ] as const)('on a timer, in %s: it is parked, and the timer waits', (poison, reason) =>
    inScenario(async (scenario) => {
      await start(scenario, poison)
      await scenario.ann.send('fragile/bad', { type: 'LATER' })
      await scenario.clock.advance(1_000)
      await scenario.runtime.idle()
      const view = await bad(scenario)
      expect(view).toMatchObject({
        status: 'parked',
        context: { count: 0 },
        parked: { letters: 1 },
        timers: [],
      })
      expect(view.parked?.reason).toMatch(reason)
      const verdict = await scenario.ann.send('fragile/bad', { type: 'COUNT' })
      expect(verdict).toMatchObject({ kind: 'refused' })
      expect(verdict.reason).toMatch(/fragile\/bad is parked, .*; mend it, then resume actor:fragile\/bad$/s)
    }),
  )

  it('on an outcome: it is parked, and the outcome waits', () =>
    inScenario(async (scenario) => {
      await start(scenario, 'guard')
      await scenario.ann.send('fragile/bad', { type: 'WORK' })
      await scenario.runtime.idle()
      const view = await bad(scenario)
      expect(view).toMatchObject({ status: 'parked', value: 'working', parked: { letters: 1 } })
      expect(await scenario.ann.resume('actor:fragile/bad')).toMatchObject({ done: false })
      expect(await bad(scenario)).toMatchObject({
        status: 'parked',
        value: 'working',
        parked: { letters: 1 },
      })
    }))

  it('[L5] and is mended: an outcome that waited is late when its work was begun anew before its turn', async () => {
    let isBroken = true
    const ends: (() => void)[] = []
    const renewing = setup({
      types: {} as { context: { results: readonly Json[] }; events: { type: 'RENEW' } },
      actors: {
        job: fromOperation<Json>(async ({ key }) => {
          await new Promise<void>((end) => void ends.push(end))
          return key
        }),
      },
      guards: {
        works() {
          if (isBroken) throw new Error('the guard is off its hinges')
          return true
        },
      },
    }).createMachine({
      id: 'renewing',
      context: { results: [] },
      initial: 'working',
      states: {
        working: {
          after: { 1_000: { guard: 'works', target: 'working', reenter: true } },
          invoke: {
            src: 'job',
            id: 'job',
            onDone: {
              target: 'done',
              actions: assign({ results: ({ context, event }) => [...context.results, event.output] }),
            },
          },
        },
        done: {},
      },
    })
    const scenario = await createScenario(memoryPlace(), { machines: { renewing } })
    const actor = async () => (await scenario.runtime.actor('renewing/a'))!
    await scenario.ann.start('renewing/a')
    await vi.waitUntil(() => ends.length === 1)
    await scenario.clock.advance(1_000)
    ends[0]!()
    await scenario.runtime.idle()
    expect(await actor()).toMatchObject({ status: 'parked', parked: { letters: 2 } })
    isBroken = false
    expect((await scenario.ann.resume('actor:renewing/a')).done).toBe(true)
    expect(await actor()).toMatchObject({ status: 'active', value: 'working', context: { results: [] } })
    const late = (await scenario.rows()).filter(({ verdict }) => verdict?.kind === 'ignored')
    expect(late.map(({ kind, cause }) => [kind, cause])).toEqual([['result', 'machine:renewing/a:1:0']])
    await vi.waitUntil(() => ends.length === 2)
    ends[1]!()
    await scenario.runtime.idle()
    const [result] = (await actor()).context['results'] as string[]
    expect(await actor()).toMatchObject({ value: 'done', context: { results: [result] } })
    expect(result).not.toBe('machine:renewing/a:1:0')
    expect(await scenario.runtime.audit()).toMatchObject({ sound: true, fault: null })
    await scenario.close()
  })

  it('on a signal that leads in a circle: the signal is refused', () =>
    inScenario(async (scenario) => {
      await start(scenario, 'ping')
      const verdict = await scenario.ann.send('fragile/bad', { type: 'RING', id: 'circle' })
      expect(verdict).toMatchObject({ kind: 'refused', reason: expect.stringContaining('steps') })
      expect(await scenario.ann.send('fragile/bad', { type: 'RING', id: 'circle' })).toEqual({
        ...verdict,
        duplicate: true,
      })
      expect(await bad(scenario)).toMatchObject({ status: 'active', children: [], parked: null })
    }))

  it('in its own making: its start is refused and leaves nothing behind, and it may be started again', () =>
    inScenario(async (scenario) => {
      const rows = (await scenario.rows()).length
      const verdict = await scenario.ann.start('fragile/bad', { input: { breaks: true } })
      expect(verdict).toMatchObject({
        kind: 'refused',
        reason: 'fragile/bad cannot be started: there is nothing to make it of',
        sequence: 0,
      })
      expect(await scenario.runtime.actor('fragile/bad')).toBeUndefined()
      expect(await scenario.rows()).toHaveLength(rows)
      expect(await scenario.ann.send('fragile/bad', { type: 'COUNT' })).toMatchObject({ kind: 'unrouted' })
      expect(await scenario.ann.start('fragile/bad')).toMatchObject({ kind: 'accepted' })
    }))

  it('in the making of its child: that is its error, to be handled', () =>
    inScenario(async (scenario) => {
      await scenario.ann.start('fragile/bad')
      await scenario.ann.send('fragile/bad', { type: 'HIRE', data: { breaks: true } })
      expect(await bad(scenario)).toMatchObject({
        value: 'idle',
        status: 'active',
        children: [],
        context: { failed: 'there is no such worker' },
      })
      expect(await scenario.runtime.actor('fragile/bad~picky')).toBeUndefined()
    }))
})

it.each([
  ['memory', memoryPlace],
  ['SQLite', sqlitePlace],
])(
  '[D12] hundreds of others never notice those that break (%s)',
  (_, place) =>
    inScenario(async (scenario) => {
      const { ann, clock, runtime } = scenario
      const poisons: readonly Poison[] = ['guard', 'action', 'loop', 'ping', 'odd']
      const names = Array.from({ length: others }, (__, index) => `fragile/other-${index}`)
      const sendAll = (type: string) =>
        Promise.all(
          [...poisons.map((poison) => `fragile/${poison}`), ...names].map((name) => ann.send(name, { type })),
        )
      await Promise.all(names.map((name) => ann.start(name)))
      for (const poison of poisons) await ann.start(`fragile/${poison}`, { input: { poison } })
      await sendAll('LATER')
      await sendAll('WORK')
      await runtime.idle()
      await clock.advance(1_000)
      await sendAll('COUNT')
      await runtime.idle()
      for (const poison of poisons)
        expect((await runtime.actor(`fragile/${poison}`))?.status, poison).toBe('parked')
      for (const name of names) {
        const view = await runtime.actor(name)
        const { count, results } = view!.context as { count: number; results: Json[] }
        expect([name, view?.status, view?.value, count, results.length]).toEqual([
          name,
          'active',
          'idle',
          2,
          1,
        ])
      }
    }, place()),
  30_000,
)
