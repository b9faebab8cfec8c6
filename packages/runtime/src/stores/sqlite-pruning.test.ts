// Properties:
//   - What was pruned is known as pruned to each connection, and after the file was opened anew.
//   - Rows go and space is given back in transactions that are short.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { Store, Unit } from '@opschart/core'
import { afterAll, describe, expect, it } from 'vitest'

import { migrate, schemaSteps } from './_sqlite-schema.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-pruning-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const freshFile = () => path.join(folder, `${(files += 1)}.db`)

const signal = (row: number): Unit => ({
  decisions: [
    {
      actor: 'a',
      version: row,
      definition: 'd',
      at: row,
      key: { source: 's', id: String(row) },
      shard: '',
      state: row,
      entry: 'x'.repeat(300),
    },
  ],
})

async function filled(file: string, rows: number): Promise<Store> {
  const store = sqliteStore(file)
  await store.commit(Array.from({ length: rows }, (_, index) => signal(index + 1)))
  return store
}

async function cut(store: Store, sequence: number, rows: number): Promise<void> {
  const base = await store.pruning!.prepare([])
  const { decisions } = signal(rows + 1)
  const outcome = await store.pruning!.cut({ sequence, after: 0, base, unit: { decisions } })
  expect(outcome).toEqual({ kind: 'written', sequence: rows + 1 })
}

describe('a file whose journal is pruned', () => {
  it('[D2] tells each connection of a pruned signal, and those that are opened afterwards', async () => {
    const file = freshFile()
    const [one, other] = [await filled(file, 100), sqliteStore(file)]
    const again = async (store: Store) =>
      (await store.commit([signal(7), signal(60)])).map((outcome) => outcome)
    const before = [
      { kind: 'duplicate', sequence: 7 },
      { kind: 'duplicate', sequence: 60 },
    ]
    const after = [{ ...before[0], pruned: { source: 's', id: '7' } }, before[1]]
    expect(await again(other)).toEqual(before)
    await cut(one, 50, 100)
    expect(await again(other)).toEqual(after)
    expect(await again(one)).toEqual(after)
    while (await one.pruning!.sweep());
    expect(await again(other)).toEqual(after)
    const third = sqliteStore(file)
    expect(await again(third)).toEqual(after)
    expect((await third.history({ from: 1, limit: 1 }))[0]?.sequence).toBe(51)
    for (const store of [one, other, third]) await store.close()
  })

  it('[D15] loses its rows in short transactions, and then its pages', async () => {
    const file = freshFile()
    const store = await filled(file, 5_000)
    const other = new DatabaseSync(file)
    const counts = (sql: string) => Number(Object.values(other.prepare(sql).get() ?? {})[0])
    const before = counts('pragma page_count')
    await cut(store, 4_500, 5_000)
    const [rows, pages]: [number[], number[]] = [[], []]
    for (let more = true; more;) {
      rows.push(counts('select count(*) from journal'))
      pages.push(counts('pragma page_count'))
      more = await store.pruning!.sweep()
    }
    const steps = (values: number[]) => values.slice(1).map((value, index) => values[index]! - value)
    expect(Math.max(...steps(rows))).toBe(500)
    expect(rows.at(-1)).toBe(501)
    expect(Math.max(...steps(pages))).toBeLessThanOrEqual(256)
    other.close()
    await store.close()
    expect(statSync(file).size).toBeLessThan((before * 4096) / 3)
  })

  it('[D15] gives space back, too, when an earlier version made it', async () => {
    const file = freshFile()
    const old = new DatabaseSync(file)
    old.exec('pragma journal_mode = wal')
    migrate(old, file, schemaSteps.slice(0, 1))
    old.close()
    const store = await filled(file, 5_000)
    await cut(store, 4_900, 5_000)
    while (await store.pruning!.sweep());
    await store.close()
    expect(statSync(file).size).toBeLessThan(700_000)
  })
})
