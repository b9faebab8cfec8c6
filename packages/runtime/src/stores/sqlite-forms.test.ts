// Properties:
//   - What a row says is the same from a file as from memory, whether or not what stands around its event was kept as a form.
//   - What is said again and again takes little more than its events.
//   - A form that was undone, or that another connection has kept, is never taken for another.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { Json, Store, Unit } from '@opschart/core'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { memoryStore } from './memory.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-forms-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const freshFile = () => path.join(folder, `${(files += 1)}.db`)

interface Said {
  readonly entry: Json
  readonly source?: string
  readonly definition?: string
}

const unitsOf = (said: readonly Said[], from = 0): Unit[] =>
  said.map(({ entry, source = 'person:ann', definition = 'd' }, index) => {
    const version = from + index + 1
    const key = source === '' ? null : { source, id: `${version}` }
    return { decisions: [{ actor: 'a', version, definition, at: 1, key, entry, shard: '', state: null }] }
  })

function counts(file: string, sql: string): number {
  using database = new DatabaseSync(file, { readOnly: true })
  return Number(Object.values(database.prepare(sql).get() ?? {})[0])
}

async function same(file: string, inMemory: Store): Promise<void> {
  const again = sqliteStore(file)
  expect(await again.history({ limit: 10_000 })).toEqual(await inMemory.history({ limit: 10_000 }))
  expect(await again.history({ actor: 'a', limit: 10_000 })).toEqual(
    await inMemory.history({ limit: 10_000 }),
  )
  await again.close()
}

const verdict = { kind: 'accepted', from: 'open | idle', phase: 'open | busy' }
const paid = (amount: number): Said => ({
  entry: { event: { type: 'PAID', amount }, verdict, effects: [{ kind: 'timer', id: 'late', in: 5 }] },
})

describe('what stands around the events', () => {
  it('is kept once where it is the same again and again', async () => {
    const [file, inMemory] = [freshFile(), memoryStore()]
    const units = unitsOf(Array.from({ length: 500 }, (_, index) => paid(index)))
    const store = sqliteStore(file)
    for (const each of [store, inMemory]) await each.commit(units)
    await store.close()
    expect(counts(file, 'select count(*) from forms')).toBe(1)
    expect(counts(file, 'select count(*) from journal where form is null')).toBe(2)
    expect(counts(file, 'select max(length(entry)) from journal where form is not null')).toBeLessThan(30)
    await same(file, inMemory)
  })

  it('is read as it was said, whatever it is', async () => {
    const word = fc.constantFrom('a', 'b', '\n', '\ud800', '"', 'event', '{"type":"x"}')
    const event = fc.oneof(
      fc.record({ type: word, data: fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined }) }),
      word,
      fc.constant(null),
    )
    const entry = fc.record(
      { event, verdict: word, effects: fc.array(fc.record({ event }), { maxLength: 2 }) },
      { requiredKeys: [] },
    )
    const source = fc.constantFrom('', 'person:ann', 'git\n', '\n', '\ud800')
    const said = fc.record({ entry, source, definition: fc.constantFrom('d', 'e') })
    const often = fc
      .array(said, { minLength: 1, maxLength: 4 })
      .map((each) => Array.from({ length: 5 }, () => each).flat() as Said[])
    await fc.assert(
      fc.asyncProperty(often, async (all) => {
        const [file, inMemory] = [freshFile(), memoryStore()]
        const store = sqliteStore(file)
        for (const each of [store, inMemory]) await each.commit(unitsOf(all))
        await store.close()
        await same(file, inMemory)
        const filled = sqliteStore(freshFile())
        await filled.transfer!.fill(inMemory.transfer!.contents())
        expect(await filled.history({})).toEqual(await inMemory.history({}))
        await filled.close()
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('is not kept where it is never the same, nor without end', async () => {
    const file = freshFile()
    const store = sqliteStore(file)
    const each = Array.from({ length: 2_000 }, (_, index): Said => ({
      entry: { event: { type: 'X' }, verdict: `${index}` },
    }))
    await store.commit(unitsOf(each))
    expect(counts(file, 'select count(*) from forms')).toBe(0)
    const often = each.slice(0, 1_200).flatMap((one) => [one, one, one, one])
    await store.commit(unitsOf(often, 2_000))
    await store.close()
    expect(counts(file, 'select count(*) from forms')).toBe(1_000)
  })
})

describe('two connections to one file', () => {
  it('use the forms of one another', async () => {
    const [file, inMemory] = [freshFile(), memoryStore()]
    const [one, other] = [sqliteStore(file), sqliteStore(file)]
    const units = unitsOf(Array.from({ length: 40 }, (_, index) => paid(index)))
    for (const [index, unit] of units.entries()) {
      await (index % 2 === 0 ? one : other).commit([unit])
      await inMemory.commit([unit])
    }
    await one.close()
    await other.close()
    expect(counts(file, 'select count(*) from forms')).toBe(1)
    await same(file, inMemory)
  })
})

it('a form of a transaction that was undone is kept again by the next', async () => {
  const [file, inMemory] = [freshFile(), memoryStore()]
  const store = sqliteStore(file)
  const units = unitsOf(Array.from({ length: 20 }, (_, index) => paid(index)))
  using full = new DatabaseSync(file)
  full.exec(
    `create trigger full before insert on journal when new.sequence = 4 begin select raise(abort, 'full'); end`,
  )
  await expect(store.commit(units)).rejects.toMatchObject({ code: 'storage' })
  expect(counts(file, 'select count(*) from forms')).toBe(0)
  full.exec('drop trigger full')
  for (const each of [store, inMemory]) await each.commit(units)
  await store.close()
  expect(counts(file, 'select count(*) from forms')).toBe(1)
  await same(file, inMemory)
})
