// Properties:
//   - The runtime keeps every promise of the port, with the store in memory and with the one in a file.
//   - At every committed point of all those cases, at most one release of a service is live.

import { describe, expect, it } from 'vitest'

import { runtimeCases } from '../../packages/testing/src/runtime-cases.ts'
import { memoryPlace, sqlitePlace } from './places.ts'
import { watchfulStore } from './watchful-store.ts'

// A law of its own has phases of its own.
const ofTheDefaultLaw = runtimeCases.filter(({ name }) => !/gate that throws|no chain of signals/.test(name))

describe('the runtime in memory', () => {
  it.each(runtimeCases)('$name', async ({ run }) => run(() => memoryPlace()))
})

describe('the runtime on SQLite', () => {
  it.each(runtimeCases)('$name', async ({ run }) => run(() => sqlitePlace()))
})

it('[L15] after every commit of every case, the live pointer names the one release that is live', async () => {
  const faults: string[] = []
  for (const { name, run } of ofTheDefaultLaw) {
    const own: string[] = []
    await run(() => memoryPlace((store) => watchfulStore(store, own)))
    faults.push(...own.map((fault) => `${name}: ${fault}`))
  }
  expect(faults).toEqual([])
}, 60_000)
