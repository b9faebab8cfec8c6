// Properties:
//   - Whatever rows are asked for, those of one actor among others included, the file gives what the memory gives.
//   - [D8] What one connection remembers of its last write is never taken for what another has written since.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { HistoryQuery, Unit } from '@opschart/core'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { memoryStore } from './memory.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-history-'))
afterAll(() => rmSync(folder, { recursive: true }))

function step(actor: string, version: number): Unit {
  const row = { definition: 'd', at: version, key: { source: 's', id: `${actor}:${version}` }, shard: 'web' }
  return { decisions: [{ actor, version, ...row, state: { version }, entry: { version } }] }
}

describe('the history of an actor', () => {
  it('is the same from the file as from memory, for every range, limit and direction', async () => {
    const inMemory = memoryStore()
    const inFile = sqliteStore(path.join(folder, 'history.db'))
    const versions = { often: 0, seldom: 0, once: 0 }
    const units = Array.from({ length: 700 }, (_, index) => {
      const actor = index === 350 ? 'once' : index % 5 === 0 ? 'seldom' : 'often'
      versions[actor] += 1
      return step(actor, versions[actor])
    })
    for (const store of [inMemory, inFile]) await store.commit(units)
    const bound = fc.integer({ min: -2, max: 705 })
    const query = fc.record(
      {
        actor: fc.constantFrom('often', 'seldom', 'once', 'none'),
        from: bound,
        to: bound,
        limit: fc.oneof(fc.nat(3), fc.constantFrom(63, 64, 65, 130, 1000)),
        backwards: fc.boolean(),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<HistoryQuery>
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        expect(await inFile.history(asked)).toEqual(await inMemory.history(asked))
      }),
      { numRuns: 300 },
    )
    for (const store of [inMemory, inFile]) await store.close()
  }, 60_000)
})

describe('two connections to one file', () => {
  it('[D8] each go on from what the other has written', async () => {
    const file = path.join(folder, 'two.db')
    const [one, other] = [sqliteStore(file), sqliteStore(file)]
    const fact = (version: number): Unit => ({
      decisions: [],
      facts: [{ name: 'f', version, value: version }],
    })
    const written = (sequence: number) => [{ kind: 'written', sequence }]
    expect(await one.commit([step('a', 1)])).toEqual(written(1))
    expect(await one.commit([fact(1)])).toEqual(written(0))
    expect(await other.commit([step('a', 2)])).toEqual(written(2))
    expect(await other.commit([fact(2)])).toEqual(written(0))
    // As remembered, this would follow: version 2, a new signal, after row 1.
    const late = { ...step('a', 2).decisions[0]!, key: { source: 's', id: 'late' } }
    expect(await one.commit([{ decisions: [late] }])).toEqual([{ kind: 'conflict', on: 'a' }])
    expect(await one.commit([fact(2)])).toEqual([{ kind: 'conflict', on: 'f' }])
    expect(await one.commit([step('a', 2)])).toEqual([{ kind: 'duplicate', sequence: 2 }])
    expect(await one.commit([step('a', 3)])).toEqual(written(3))
    expect(await other.commit([step('b', 1)])).toEqual(written(4))
    expect((await one.seen('s', 'b:1'))?.sequence).toBe(4)
    expect((await one.history({ actor: 'a' })).map(({ version }) => version)).toEqual([1, 2, 3])
    await one.close()
    await other.close()
  })
})
