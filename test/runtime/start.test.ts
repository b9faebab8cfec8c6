// Properties:
//   - [D4] What is at rest costs nothing at the start: neither the actors nor the timers of a store are read then, however
//     many there are; the nearest timer fires at its time.

import type { Store, Unit } from '@opschart/core'
import { createRuntime, memoryStore } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { describe, expect, it } from 'vitest'

import { simulatedClock } from '../../packages/testing/src/simulated-clock.ts'
import { freshFile } from './places.ts'

/** A store that counts the actors and timers that it gives. */
function counting(store: Store, given: { actors: number; timers: number }): Store {
  return {
    ...store,
    async actors(filter) {
      const found = await store.actors(filter)
      given.actors += found.length
      return found
    },
    async timersDue(now, limit) {
      const found = await store.timersDue(now, limit)
      given.timers += found.length
      return found
    },
    close: () => Promise.resolve(),
  }
}

const many = 3_000

describe.each([
  ['in memory', () => memoryStore()],
  ['in a file', () => sqliteStore(freshFile())],
])('a start on a store %s with much at rest', (_, make) => {
  it('[D4] reads none of it, and fires the nearest timer', async () => {
    const store = make()
    const clock = simulatedClock(0)
    const options = { clock, services: [{ name: 'web' }], others: 0 }
    const first = await createRuntime({ ...options, store: counting(store, { actors: 0, timers: 0 }) })
    await first.as({ person: 'ann' }).adopt({ to: 'web/v1', phase: 'STAGING', reason: 'it is there' })
    await first.close()
    const adopted = (await store.actor('web/v1'))!
    const hour = 3_600_000
    const units = Array.from({ length: many }, (__, index): Unit => {
      const actor = `web/r${index}`
      const { definition, shard, state } = adopted
      return {
        decisions: [{ actor, version: 1, definition, shard, state, at: 0, key: null, entry: null }],
        timers: [
          { actor, id: 't', due: clock.now() + hour * (index + 1), version: 1, event: { type: 'never' } },
        ],
      }
    })
    await store.commit(units)
    const given = { actors: 0, timers: 0 }
    const runtime = await createRuntime({ ...options, store: counting(store, given) })
    await runtime.idle()
    expect(given).toEqual({ actors: 0, timers: 0 })
    await clock.advance(hour)
    await runtime.idle()
    expect(given).toEqual({ actors: 0, timers: 1 })
    await runtime.close()
    await store.close()
  })
})
