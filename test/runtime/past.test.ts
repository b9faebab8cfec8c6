// Properties of a past:
//   - After each row an actor is what was stored of it then, to the byte, whatever it is: a release, a workflow's run, a
//     rule, an actor of a machine; in whatever order one asks, also from a journal that was pruned.
//   - One can step from its first row to its last and back.
//   - What was not there is not there; what cannot be known is said, with the reason.

import { canonicalJson, type Json, type PastView, type Store, type StoredActor } from '@opschart/core'
import { createRuntime, memoryStore, type Runtime } from '@opschart/runtime'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import type { RuntimePlace } from '../../packages/testing/src/runtime-case.ts'
import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'

const counter = setup({
  types: {} as { context: { sum: number }; events: { type: 'ADD' } | { type: 'BREAK' } },
}).createMachine({
  id: 'counter',
  context: { sum: 0 },
  initial: 'low',
  states: {
    low: {
      on: { ADD: { actions: assign({ sum: ({ context }) => context.sum + 1 }) } },
      after: { 1_000: 'high' },
    },
    high: { type: 'parallel', states: { a: {}, b: {} }, on: { ADD: 'low' } },
  },
})

/** A place whose store notes what each actor was after each commit. */
function noting(): { place: RuntimePlace; noted: Map<string, StoredActor[]>; store: Store } {
  const store = memoryStore()
  const noted = new Map<string, StoredActor[]>()
  const commit: Store['commit'] = async (units) => {
    const outcomes = await store.commit(units)
    for (const [index, unit] of units.entries()) {
      if (outcomes[index]?.kind !== 'written') continue
      // Only the last decision of an actor in a commit is what is stored after it.
      for (const actor of new Set(unit.decisions.map(({ actor: own }) => own))) {
        const stored = (await store.actor(actor))!
        noted.set(actor, [...(noted.get(actor) ?? []), stored])
      }
    }
    return outcomes
  }
  const open: RuntimePlace['open'] = (given) =>
    createRuntime({ ...given, store: { ...store, commit, close: () => Promise.resolve() }, others: 0 })
  return { place: { open }, noted, store }
}

/** A release that fails and is rolled back, and an actor of a machine beside it. */
async function history(): Promise<{ scenario: Scenario; noted: Map<string, StoredActor[]>; store: Store }> {
  const { place, noted, store } = noting()
  const scenario = await createScenario(place, { machines: { counter } })
  await scenario.live('old', 'v0')
  await scenario.ann.start('counter/a')
  await scenario.release('new', 'v1')
  await scenario.ann.send('counter/a', { type: 'ADD' })
  await scenario.ann.pause({ target: 'service:web', reason: 'so that something is refused' })
  await scenario.ann.send('counter/a', { type: 'NONE' })
  await scenario.ann.resume('service:web')
  await scenario.clock.advance(1_000)
  await scenario.ann.send('counter/a', { type: 'ADD' })
  await scenario.runtime.idle()
  return { scenario, noted, store }
}

const snapshotOf = ({ state }: StoredActor) => (state as { snapshot?: Record<string, Json> }).snapshot ?? {}

/** What a past says, beside what was stored. */
function expectSame(view: PastView | undefined, stored: StoredActor): void {
  const { value = null, context = {} } = snapshotOf(stored)
  expect(view?.version).toBe(stored.version)
  expect(canonicalJson([view!.value, view!.context])).toBe(canonicalJson([value, context]))
}

const publicName = (actor: string) => actor.replace(/^machine:/, '')

describe('[D6] a past', () => {
  it('is what was stored then, for each actor after each of its rows, in any order', async () => {
    const { scenario, noted, store } = await history()
    let checked = 0
    for (const [actor, all] of noted) {
      if (actor === 'system') continue
      const rows = await store.history({ actor, limit: 10_000 })
      const known = new Map(all.map((stored) => [stored.version, stored]))
      // Back from the end, then forth: both ways from points that are remembered and ones that are not.
      for (const row of [...rows.toReversed(), ...rows]) {
        const stored = known.get(row.version)
        if (stored === undefined) continue
        checked += 1
        expectSame(await scenario.runtime.past({ actor: publicName(actor), sequence: row.sequence }), stored)
      }
    }
    expect(new Set([...noted.keys()].map((actor) => actor.replace(/[:~].*/, '')))).toContain('machine')
    expect([...noted.keys()].some((actor) => actor.includes('~'))).toBe(true)
    expect(checked).toBeGreaterThan(60)
    await scenario.close()
  })

  it('can be stepped through, from its first row to its last and back', async () => {
    const { scenario, store } = await history()
    const rows = (await store.history({ actor: 'machine:counter/a' })).map(({ sequence }) => sequence)
    const walked: number[] = []
    for (let at: number | null = rows[0]!; at !== null;) {
      const view: PastView = (await scenario.runtime.past({ actor: 'counter/a', sequence: at }))!
      expect(view.previous).toBe(walked.at(-1) ?? null)
      walked.push(view.sequence)
      at = view.next
    }
    expect(walked).toEqual(rows)
    // Between two of its rows it is what the first has left.
    const between = await scenario.runtime.past({ actor: 'counter/a', sequence: rows[1]! - 1 })
    expect(between?.sequence).toBe(rows[0])
    expect((await scenario.runtime.past({ actor: 'counter/a' }))?.sequence).toBe(rows.at(-1))
    await scenario.close()
  })

  it('is not there before its actor, nor of one that never was', async () => {
    const { scenario, store } = await history()
    const [first] = await store.history({ actor: 'machine:counter/a', limit: 1 })
    expect(await scenario.runtime.past({ actor: 'counter/a', sequence: first!.sequence - 1 })).toBeUndefined()
    expect(await scenario.runtime.past({ actor: 'counter/none' })).toBeUndefined()
    expect(await scenario.runtime.past({ actor: 'web/none' })).toBeUndefined()
    await scenario.close()
  })

  it('of the system is what people have switched', async () => {
    const { scenario, store } = await history()
    const [first] = await store.history({ actor: 'system', limit: 1 })
    const view = await scenario.runtime.past({ actor: 'system', sequence: first!.sequence })
    expect(view).toMatchObject({ value: null, context: { pauses: [{ target: 'service:web' }] } })
    expect((await scenario.runtime.past({ actor: 'system' }))?.context['pauses']).toEqual([])
    await scenario.close()
  })

  it('begins where the journal was pruned, and says so before', async () => {
    const { scenario, noted } = await history()
    await scenario.clock.advance(60_000)
    const { sequence: end } = (await scenario.runtime.past({ actor: 'counter/a' }))!
    await scenario.ann.send('counter/a', { type: 'ADD' })
    const cut = scenario.clock.now()
    // What was asked for before it is pruned is not known any more either.
    expect((await scenario.runtime.past({ actor: 'counter/a', sequence: end - 1 }))?.version).toBeGreaterThan(
      1,
    )
    await (scenario.runtime as Runtime).prune({ before: cut, by: 'person:ann' })
    const last = noted.get('machine:counter/a')!.at(-1)!
    const view = await scenario.runtime.past({ actor: 'counter/a' })
    expectSame(view, last)
    for (const actor of ['counter/a', 'counter/b', 'web/new'])
      await expect(scenario.runtime.past({ actor, sequence: end - 1 })).rejects.toMatchObject({
        code: 'input',
        message: expect.stringMatching(/was pruned: the journal begins with row \d+$/),
      })
    await scenario.close()
  })

  it('is not gone on with from what was asked for before a pruning', async () => {
    const { scenario } = await history()
    const { ann } = scenario
    const { sequence } = await ann.start('counter/b')
    expect((await scenario.runtime.past({ actor: 'counter/b', sequence: sequence! }))?.version).toBe(1)
    await ann.send('counter/b', { type: 'ADD' })
    await scenario.clock.advance(500)
    await (scenario.runtime as Runtime).prune({ before: scenario.clock.now(), by: 'person:ann' })
    await ann.send('counter/b', { type: 'ADD' })
    expect(await scenario.runtime.past({ actor: 'counter/b' })).toMatchObject({
      version: 3,
      context: { sum: 2 },
    })
    await scenario.close()
  })

  it('that another definition has decided is not known, and is said', async () => {
    const { scenario } = await history()
    const { sequence } = (await scenario.runtime.past({ actor: 'counter/a' }))!
    const other = setup({}).createMachine({
      id: 'counter',
      context: { sum: 0 },
      initial: 'low',
      states: { low: {}, high: { type: 'parallel', states: { a: {}, b: {} } } },
    })
    await scenario.restart({ machines: { counter: other } })
    await expect(scenario.runtime.past({ actor: 'counter/a', sequence })).rejects.toMatchObject({
      code: 'input',
      message: expect.stringContaining('was decided by a definition that is not here any more'),
    })
    await scenario.close()
  })
})
