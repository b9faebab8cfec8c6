// Properties:
//   - Both stores keep every promise of the port; the one in a file also those of a durable store.
//   - The cases are worth something: each planted fault turns the cases red that speak of it.
//   - Whatever is done to them, the two stores give equal answers and end up holding the same, to the byte.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { exportStore, importStore, type Store } from '@opschart/core'
import { nodeCrypto } from '@opschart/runtime'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { memoryStore } from '../packages/runtime/src/stores/memory.ts'
import { sqliteStore } from '../packages/runtime/src/stores/sqlite.ts'
import { storeCases } from '../packages/testing/src/store-cases.ts'
import { durableStoreCases } from '../packages/testing/src/store-cases-durable.ts'
import { pruningStoreCases } from '../packages/testing/src/store-cases-pruning.ts'
import { transferStoreCases } from '../packages/testing/src/store-cases-transfer.ts'
import { contents } from '../packages/testing/src/store-samples.ts'
import { answerOf, operationsOnStores, resolved, type StoreOperation } from './store-operations.ts'
import { storeFaults, transferFaults, unbroken } from './store-faults.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))

const allCases = [...storeCases, ...transferStoreCases, ...pruningStoreCases]
const movingCases = [
  ...transferStoreCases,
  ...pruningStoreCases.filter(({ name }) => name.startsWith('[D14]')),
]

let files = 0
function freshFile(): string {
  files += 1
  return path.join(folder, String(files), 'state.db')
}

async function redCases(plant: (store: Store) => Store, cases = storeCases): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of cases) {
    await run(() => plant(memoryStore())).catch(() => failed.push(name))
  }
  return failed
}

describe('the store in memory', () => {
  it.each(allCases)('$name', async ({ run }) => run(() => memoryStore()))
})

describe('the store in a SQLite file', () => {
  it.each(allCases)('$name', async ({ run }) => run(() => sqliteStore(freshFile())))

  it.each(durableStoreCases)('$name', async ({ run }) => {
    const file = freshFile()
    await run(() => ({ open: () => sqliteStore(file) }))
  })
})

describe('a store that is moved', () => {
  it.each(movingCases)('from memory to a file and back: $name', async ({ run }) => {
    let made = 0
    await run(() => ((made += 1) % 2 === 1 ? memoryStore() : sqliteStore(freshFile())))
    await run(() => ((made += 1) % 2 === 0 ? memoryStore() : sqliteStore(freshFile())))
  })

  it('[D14] without the ability is told what it lacks', async () => {
    const { transfer: _, ...lacking } = memoryStore()
    await expect(exportStore(lacking, nodeCrypto).next()).rejects.toMatchObject({ code: 'unsupported' })
    await expect(importStore(lacking, [], nodeCrypto)).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('the cases of a store', () => {
  it('have each a name of their own', () => {
    const names = [...allCases, ...durableStoreCases].map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it.each(storeFaults)('turn red when $fault', async ({ plant, red }) => {
    expect(await redCases(plant)).toEqual(expect.arrayContaining([...red]))
  })

  it.each(transferFaults)('turn red when $fault', async ({ plant, red }) => {
    expect(await redCases(plant, transferStoreCases)).toEqual(expect.arrayContaining([...red]))
  })

  it('do not turn red by the planting itself', async () => {
    const byPlanting = new Set(await redCases(unbroken))
    expect(storeFaults.flatMap(({ red }) => red).filter((name) => byPlanting.has(name))).toEqual([])
  })
})

describe('the two stores', () => {
  it('[D1] give equal answers to any sequence of operations, and hold the same afterwards', async () => {
    const sequences = fc.array(operationsOnStores, { minLength: 5, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(sequences, async (operations: StoreOperation[]) => {
        const file = freshFile()
        const inMemory = memoryStore()
        let inFile = sqliteStore(file)
        try {
          for (const operation of operations) {
            if (operation.kind === 'reopen') {
              await inFile.close()
              inFile = sqliteStore(file)
              continue
            }
            const perform = await resolved(operation, inMemory)
            const expected = await answerOf(perform(inMemory))
            expect(await answerOf(perform(inFile))).toEqual(expected)
          }
          expect(await contents(inFile)).toEqual(await contents(inMemory))
        } finally {
          await inFile.close()
        }
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('hold every text and every JSON value as it was given', async () => {
    const stores: Store[] = [memoryStore(), sqliteStore(freshFile())]
    const text = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
    let version = 0
    await fc.assert(
      fc.asyncProperty(text, text, fc.jsonValue(), async (name, shard, value) => {
        version += 1
        const actor = `${version}${name}`
        for (const store of stores) {
          await store.commit([
            {
              decisions: [
                {
                  actor,
                  version: 1,
                  definition: name,
                  at: 1,
                  key: { source: shard, id: actor },
                  shard,
                  state: value as never,
                  entry: null,
                },
              ],
              facts: [{ name: actor, version: 1, value: value as never }],
              timers: [{ actor, id: name, due: 1, version: 1, event: null }],
              work: [{ key: actor, actor, shard, slot: name, severity: 'LOW', at: 1, task: null }],
            },
          ])
        }
        const read = async (store: Store) => ({
          actor: await store.actor(actor),
          seen: await store.seen(shard, actor),
          facts: await store.factsBeginning(actor.slice(0, Math.ceil(actor.length / 2))),
          timers: await store.timers(actor),
          work: await store.work({ actor }),
          ofShard: (await store.actors({ shard })).map((found) => found.actor),
        })
        const [inMemory, inFile] = await Promise.all(stores.map(read))
        expect(inFile).toEqual(inMemory)
        expect(inFile?.actor?.shard).toBe(shard)
        expect(inFile?.seen?.key).toEqual({ source: shard, id: actor })
        expect(inFile?.timers[0]?.id).toBe(name)
      }),
      { numRuns: 100 },
    )
    for (const store of stores) await store.close()
  }, 60_000)
})
