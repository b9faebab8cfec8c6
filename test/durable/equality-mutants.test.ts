// Properties:
//   - The comparison with XState's own actor is worth something: each planted fault makes it fail, within as many runs as the
//     property itself takes.

import type { JsonObject, Store, Unit } from '@opschart/core'
import { equalsLive, type DurablePlace } from '@opschart/testing'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { plainDriver, type Fault } from './plain-driver.ts'
import { spoiled } from './stores.ts'

/** Whether the property fails within so many runs. */
async function isKilled(place: DurablePlace, numRuns: number): Promise<boolean> {
  const { failed } = await fc.check(equalsLive(place), { numRuns, seed: 20_261_128, endOnFailure: true })
  return failed
}

/** What a faulty driver does. */
const faults: readonly Fault[] = [
  'a timer is dropped',
  'a timer comes early',
  'a cancel is lost',
  'messages go breadth first',
  'history is forgotten',
  'a done event comes twice',
  'a snapshot is not told of',
  'an ended child keeps its timers',
  'a message finds whoever has the id now',
  'members are sorted',
  'a stop is lost',
]

const committing = (store: Store, change: (unit: Unit) => Unit): Store => ({
  ...store,
  commit: (units) => store.commit(units.map(change)),
})

/** Takes back only what has fired: else the same timer would fire for ever. */
async function withFiredOnly(store: Store, unit: Unit): Promise<Unit> {
  const now = unit.decisions[0]?.at ?? Number.POSITIVE_INFINITY
  const due = await store.timersDue(now, Number.POSITIVE_INFINITY)
  const isDue = (gone: { actor: string; id: string }) =>
    due.some(({ actor, id }) => actor === gone.actor && id === gone.id)
  return { ...unit, timersGone: (unit.timersGone ?? []).filter(isDue) }
}

const withState = (store: Store, change: (snapshot: JsonObject) => JsonObject): Store => ({
  ...store,
  async actor(actor) {
    const stored = await store.actor(actor)
    if (stored === undefined) return undefined
    const state = stored.state as { snapshot: JsonObject }
    return { ...stored, state: { ...state, snapshot: change(state.snapshot) } }
  },
})

/** What a faulty store does to the runtime. */
const storeFaults: Readonly<Record<string, (store: Store) => Store>> = {
  'forgets each third timer': (store) => {
    let set = 0
    return committing(store, (unit) => ({
      ...unit,
      timers: (unit.timers ?? []).filter(() => (set += 1) % 3 !== 0),
    }))
  },
  'does not take timers back that are not due': (store) => ({
    ...store,
    commit: async (units) => store.commit(await Promise.all(units.map((unit) => withFiredOnly(store, unit)))),
  }),
  'does not withdraw work': (store) => committing(store, (unit) => ({ ...unit, withdrawn: [] })),
  'forgets histories': (store) => withState(store, (snapshot) => ({ ...snapshot, historyValue: {} })),
  'forgets the order of active states': (store) =>
    withState(store, ({ nodes: _nodes, ...snapshot }) => snapshot),
  'gives timers the last one first': (store) => ({
    ...store,
    timersDue: async (now, limit) => (await store.timersDue(now, limit)).toReversed(),
  }),
}

describe('the comparison with XState’s own actor', () => {
  beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
  afterEach(() => void vi.restoreAllMocks())

  it('passes a driver without a fault', async () => {
    expect(await isKilled((machine, input) => Promise.resolve(plainDriver(machine, input)), 40)).toBe(false)
  }, 60_000)

  it.each(faults)(
    'finds a driver with which %s',
    async (fault) => {
      const place: DurablePlace = (machine, input) => Promise.resolve(plainDriver(machine, input, fault))
      expect(await isKilled(place, 200)).toBe(true)
    },
    60_000,
  )

  it.each(Object.entries(storeFaults))(
    'finds a store that %s',
    async (_, spoil) => {
      expect(await isKilled(spoiled(spoil), 100)).toBe(true)
    },
    60_000,
  )
})
