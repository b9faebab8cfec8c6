// Properties:
//   - The file and its folder are made for this user alone; a file that is not ours, damaged or newer is told, and left
//     as it was to the byte.
//   - What waits is written together: few flushes, few pages. One that fails does not touch the others.
//   - While another connection holds the file, the process goes on; at the end of its patience it says so.
//   - An older schema is brought to the newest step by step, whole or not at all.

import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'

import { OpschartError, type JournalRow, type Store, type Unit } from '@opschart/core'
import { afterAll, describe, expect, it } from 'vitest'

import { nodeCrypto } from '../node-crypto.ts'
import { openFile } from './_sqlite-file.ts'
import { checkSqliteVersion, migrate, schemaSteps, schemaVersion } from './_sqlite-schema.ts'
import { storedText } from './_text.ts'
import { memoryStore } from './memory.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

let places = 0
function freshFile(): string {
  places += 1
  return path.join(folder, String(places), 'state.db')
}

/** A file in a folder that is there, with this content. */
function fileOf(content: string | Uint8Array): string {
  const file = freshFile()
  mkdirSync(path.dirname(file))
  writeFileSync(file, content)
  return file
}

function step(actor: string, version: number, some: Partial<Unit['decisions'][number]> = {}): Unit {
  const row = { definition: 'd', at: version, key: { source: 's', id: `${actor}:${version}` }, shard: 'web' }
  return { decisions: [{ actor, version, ...row, state: { version }, entry: { version }, ...some }] }
}

function errorOf(open: () => unknown): OpschartError {
  try {
    open()
  } catch (error) {
    if (error instanceof OpschartError) return error
    throw error
  }
  throw new Error('it did not throw')
}

async function rejection(promise: Promise<unknown>): Promise<OpschartError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof OpschartError) return error
  throw new Error('it did not reject with an OpschartError', { cause: error })
}

/** How many pages each transaction in the write-ahead log has: the last frame of each carries the file's size. */
function pagesOfTransactions(file: string): number[] {
  const log = readFileSync(`${file}-wal`)
  const frame = 24 + 4096
  const transactions: number[] = []
  let pages = 0
  for (let at = 32; at + frame <= log.length; at += frame) {
    pages += 1
    if (log.readUInt32BE(at + 4) === 0) continue
    transactions.push(pages)
    pages = 0
  }
  return transactions
}

describe('opening', () => {
  it.skipIf(process.platform === 'win32')('makes the folder and the files for this user alone', async () => {
    const file = path.join(folder, 'made', 'deep', 'state.db')
    const store = sqliteStore(file)
    await store.commit([step('a', 1)])
    const mode = (name: string) => (statSync(name).mode & 0o777).toString(8)
    expect(mode(path.dirname(file))).toBe('700')
    expect(mode(path.dirname(path.dirname(file)))).toBe('700')
    expect([mode(file), mode(`${file}-wal`), mode(`${file}-shm`)]).toEqual(['600', '600', '600'])
    await store.close()
  })

  it('leaves the mode of a folder that was there as it was', async () => {
    const file = fileOf('')
    chmodSync(path.dirname(file), 0o755)
    await sqliteStore(file).close()
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o755)
  })

  it('takes a path with the characters of an address as the path it is', async () => {
    const file = path.join(folder, 'a?b#c%20', 'file:state.db')
    const store = sqliteStore(file)
    await store.commit([step('a', 1)])
    await store.close()
    expect(statSync(file).size).toBeGreaterThan(0)
  })

  it.each(['', ':memory:', 'a\0b'])('refuses the path %j, which names no file', (name) => {
    expect(errorOf(() => sqliteStore(name))).toMatchObject({ code: 'input' })
  })

  it('[D9] tells a file that is no database, and leaves it as it is', () => {
    const file = fileOf('these are notes, and no database at all\n'.repeat(200))
    const before = readFileSync(file)
    const error = errorOf(() => sqliteStore(file))
    expect(error.code).toBe('storage')
    expect(error.message).toMatch(/^Opening .*state\.db failed: it is not a SQLite database.*SQLITE_NOTADB/)
    expect(readFileSync(file)).toEqual(before)
  })

  it('[D9] tells a database of another application, and leaves it as it is', () => {
    const file = fileOf('')
    const other = new DatabaseSync(file)
    other.exec('create table theirs (a)')
    other.close()
    const before = readFileSync(file)
    const error = errorOf(() => sqliteStore(file))
    expect(error).toMatchObject({ code: 'storage', message: expect.stringContaining('another application') })
    expect(readFileSync(file)).toEqual(before)
  })

  it('[D9] tells a store of a newer version, and leaves it as it is', async () => {
    const file = freshFile()
    await sqliteStore(file).close()
    const newer = new DatabaseSync(file)
    newer.exec('pragma user_version = 999')
    newer.close()
    const before = readFileSync(file)
    const error = errorOf(() => sqliteStore(file))
    expect(error).toMatchObject({ code: 'store_version', message: expect.stringContaining('newer version') })
    expect(readFileSync(file)).toEqual(before)
  })

  it('[D9] tells when a newer version takes over the file that it has open, and writes nothing more', async () => {
    const file = freshFile()
    const store = sqliteStore(file)
    await store.commit([step('a', 1)])
    const newer = new DatabaseSync(file)
    const read = () => newer.prepare('select count(*) as rows from journal').get()
    // What others write meanwhile is no reason.
    newer.exec('create table of_another (a); drop table of_another')
    await store.commit([step('a', 2)])
    expect(await store.history({})).toHaveLength(2)
    newer.exec('pragma user_version = 999')
    const taken = { code: 'store_version', message: expect.stringContaining('start the newer version') }
    for (const asked of [
      () => store.commit([step('a', 3)]),
      () => store.history({}),
      () => store.actor('a'),
      () => store.changeCounter(),
      () => store.commit([step('a', 3)]),
    ])
      await expect(asked()).rejects.toMatchObject(taken)
    expect(read()).toEqual({ rows: 2 })
    newer.close()
    await store.close()
  })

  it('[D9] tells a folder in the place of the file', () => {
    const file = freshFile()
    mkdirSync(file, { recursive: true })
    expect(errorOf(() => sqliteStore(file))).toMatchObject({ code: 'storage' })
  })

  it('[D9] tells a file in the place of the folder', () => {
    const file = path.join(fileOf('x'), 'state.db')
    const error = errorOf(() => sqliteStore(file))
    expect(error).toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/Name a file in a folder/),
    })
  })

  it.each(['3.51.2', '3.50.99', '2.99.99', '3'])('refuses SQLite %s, which can damage files', (version) => {
    expect(errorOf(() => checkSqliteVersion(version))).toMatchObject({
      code: 'storage',
      message: expect.stringContaining('Use Node 24.15 or later'),
    })
  })

  it.each(['3.51.3', '3.51.10', '3.53.0', '4.0.0'])('takes SQLite %s', (version) => {
    expect(() => checkSqliteVersion(version)).not.toThrow()
  })
})

describe('a damaged file', () => {
  /** A closed store of 300 rows. */
  async function filled(): Promise<string> {
    const file = freshFile()
    const store = sqliteStore(file)
    await store.commit(
      Array.from({ length: 300 }, (_, index) => step('a', index + 1, { entry: 'x'.repeat(500) })),
    )
    await store.close()
    return file
  }

  it('[D9] tells the damage where it is read, and reads the rest', async () => {
    const file = await filled()
    const content = readFileSync(file)
    // The journal's rows fill the file from the middle on; the first pages hold the tables of contents.
    content.fill(0xff, Math.floor(content.length / 2), Math.floor(content.length / 2) + 40 * 1024)
    writeFileSync(file, content)
    const store = sqliteStore(file)
    const error = await rejection(store.history({ limit: 300 }))
    expect(error.code).toBe('storage')
    expect(error.message).toMatch(/^Reading .*state\.db failed: it is damaged \(SQLITE_CORRUPT/)
    expect((await store.actor('a'))?.version).toBe(300)
    await store.close()
  })

  it('[D9] tells a file that was cut off', async () => {
    const file = await filled()
    truncateSync(file, 8192)
    const error = await rejection(
      (async () => {
        const store = sqliteStore(file)
        try {
          await store.history({})
        } finally {
          await store.close()
        }
      })(),
    )
    expect(error).toMatchObject({ code: 'storage', message: expect.stringContaining('damaged') })
  })

  it('[D9] tells a value that somebody wrote over with what is no JSON', async () => {
    const file = await filled()
    const other = new DatabaseSync(file)
    other.exec(`update actors set state = '{"version":'`)
    other.close()
    const store = sqliteStore(file)
    const error = await rejection(store.actor('a'))
    expect(error).toMatchObject({ code: 'storage', message: expect.stringContaining('it is damaged') })
    expect((await store.history({ limit: 1 }))[0]?.version).toBe(1)
    await store.close()
  })
})

describe('writing', () => {
  it('[D1] flushes at each commit, on every system', () => {
    // What a power cut leaves cannot be tried here; what SQLite does at a commit depends on these.
    const database = openFile(freshFile(), 0)
    const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('fullfsync')]).toEqual(['wal', 2, 1])
    database.close()
  })

  it('[D1] writes what waits together: a hundred commits at once take a transaction or two', async () => {
    const file = freshFile()
    const store = sqliteStore(file)
    const before = pagesOfTransactions(file).length
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.commit([step(`actor-${index}`, 1)])))
    expect(pagesOfTransactions(file).length - before).toBeLessThanOrEqual(2)
    expect((await store.head()).sequence).toBe(100)
    await store.close()
  })

  it('[D1] flushes each commit that is waited for, and touches few pages', async () => {
    const file = freshFile()
    const store = sqliteStore(file)
    for (let version = 1; version <= 50; version += 1) await store.commit([step('a', version)])
    const before = pagesOfTransactions(file).length
    for (let version = 51; version <= 60; version += 1) await store.commit([step('a', version)])
    const transactions = pagesOfTransactions(file).slice(before)
    expect(transactions.length).toBe(10)
    // The actor and the journal; now and then a page is split.
    expect(transactions.toSorted((one, other) => one - other)[5]).toBe(2)
    await store.close()
  })

  it('[D1] a unit that was durable is in the file, whatever becomes of the process', async () => {
    const file = freshFile()
    const store = sqliteStore(file)
    await store.commit([step('a', 1)])
    const copy = fileOf('')
    for (const part of ['', '-wal']) copyFileSync(`${file}${part}`, `${copy}${part}`)
    const found = sqliteStore(copy)
    expect((await found.actor('a'))?.version).toBe(1)
    await found.close()
    await store.close()
  })

  it('a commit that fails does not touch those that were to be written with it', async () => {
    const file = freshFile()
    const sha256 = (text: string) => {
      if (text.includes('"bomb"')) throw new Error('no hash for this')
      return nodeCrypto.sha256(text)
    }
    const store = sqliteStore(file, { crypto: { sha256 } })
    const results = await Promise.allSettled([
      store.commit([step('a', 1)]),
      store.commit([step('half', 1, { definition: 'new', shard: 'new' }), step('b', 1, { entry: 'bomb' })]),
      store.commit([step('c', 1, { definition: 'new', shard: 'new' })]),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await store.actors()).map(({ actor }) => actor)).toEqual(['a', 'c'])
    // What the failed commit was the first to name must not be remembered as if it were there.
    expect(await store.actor('c')).toMatchObject({ definition: 'new', shard: 'new' })
    expect((await store.history({})).map(({ sequence }) => sequence)).toEqual([1, 2])
    await store.close()
  })
})

describe('a file that another connection holds', () => {
  /** A store, and what holds its file until it is let go. */
  async function held(busyTimeout: number): Promise<{ store: Store; letGo: () => void }> {
    const file = freshFile()
    const store = sqliteStore(file, { busyTimeout })
    await store.commit([step('a', 1)])
    const other = new DatabaseSync(file)
    other.exec('begin immediate')
    const letGo = () => {
      other.exec('rollback')
      other.close()
    }
    return { store, letGo }
  }

  /** The store begins its transaction one turn after it was handed a commit: by then it has met the other's lock. */
  async function tried(): Promise<void> {
    await turn()
    await turn()
  }

  it('[D8] is waited for without blocking the process, and read meanwhile', async () => {
    const { store, letGo } = await held(5000)
    let written = false
    const waiting = store.commit([step('a', 2)]).then(() => (written = true))
    await tried()
    expect((await store.actor('a'))?.version).toBe(1)
    expect(written).toBe(false)
    letGo()
    await waiting
    expect((await store.actor('a'))?.version).toBe(2)
    await store.close()
  })

  it('[D9] is told when it is held for too long, and written when it is free', async () => {
    const { store, letGo } = await held(10)
    const error = await rejection(store.commit([step('a', 2)]))
    expect(error.code).toBe('storage')
    expect(error.message).toMatch(/^Writing .*state\.db failed: another process kept it locked.*SQLITE_BUSY/)
    letGo()
    expect(await store.commit([step('a', 2)])).toEqual([{ kind: 'written', sequence: 2 }])
    await store.close()
  })

  it('closing waits for what was handed over before', async () => {
    const { store, letGo } = await held(5000)
    const waiting = store.commit([step('a', 2)])
    const closing = store.close()
    await tried()
    letGo()
    await closing
    expect(await waiting).toEqual([{ kind: 'written', sequence: 2 }])
    expect(await rejection(store.actor('a'))).toMatchObject({ code: 'closed' })
  })
})

describe('a schema of an older version', () => {
  const newest = schemaSteps.length
  const oneMore = [...schemaSteps, 'create table later (a integer) strict; insert into later values (1)']

  it('[D9] is brought to the newest, with what it holds', async () => {
    const file = freshFile()
    const store = sqliteStore(file)
    await store.commit([step('a', 1)])
    await store.close()
    const database = new DatabaseSync(file)
    migrate(database, file, oneMore)
    migrate(database, file, oneMore)
    expect(schemaVersion(database, file, newest + 1)).toBe(newest + 1)
    expect(database.prepare('select count(*) as count from later').get()).toEqual({ count: 1 })
    expect(database.prepare('select count(*) as count from journal').get()).toEqual({ count: 1 })
    database.close()
    expect(errorOf(() => sqliteStore(file))).toMatchObject({ code: 'store_version' })
  })

  it('[D9] stays as it is when a step fails', async () => {
    const file = freshFile()
    await sqliteStore(file).close()
    const database = new DatabaseSync(file)
    expect(() => migrate(database, file, [...oneMore, 'create table actors (a)'])).toThrow('already exists')
    expect(database.isTransaction).toBe(false)
    expect(schemaVersion(database, file)).toBe(newest)
    expect(() => database.exec('select * from later')).toThrow('no such table')
    database.close()
    await sqliteStore(file).close()
  })

  it('[D9] of the first version goes on as if nothing had been', async () => {
    const file = fileOf('')
    const units = Array.from({ length: 9000 }, (_, index): Unit => {
      const [actor, version] = [`a${index % 3}\ud800`, Math.floor(index / 3) + 1]
      return step(actor, version, index % 10 === 0 ? { key: null, ended: index > 8990 } : {})
    })
    const inMemory = memoryStore()
    await inMemory.commit(units)
    writeFirstVersion(file, units, await inMemory.history({ limit: 9000 }))
    const store = sqliteStore(file)
    const last = step('a0\ud800', 3001)
    for (const each of [store, inMemory]) {
      expect(await each.commit([units[1]!, units[8998]!, step('a1\ud800', 3000), last])).toEqual([
        { kind: 'duplicate', sequence: 2 },
        { kind: 'duplicate', sequence: 8999 },
        { kind: 'duplicate', sequence: 8999 },
        { kind: 'written', sequence: 9001 },
      ])
    }
    expect(await store.head()).toEqual(await inMemory.head())
    const database = new DatabaseSync(file)
    expect(database.prepare('select max(last) as last from signal_batches').get()).toEqual({ last: 4552 })
    database.close()
    for (const query of [
      { limit: 9001 },
      { actor: 'a0\ud800', limit: 9001 },
      { actor: 'a2\ud800', from: 500, limit: 70 },
    ])
      expect(await store.history(query)).toEqual(await inMemory.history(query))
    for (const ended of [true, false])
      expect(await store.actors({ ended })).toEqual(await inMemory.actors({ ended }))
    await store.close()
  }, 30_000)

  it('[D9] of the fifth version goes on where its journal is short and its entries have forms', async () => {
    const file = freshFile()
    const units = Array.from({ length: 10 }, (_, index) =>
      step('a', index + 1, { entry: { event: { type: 'PAID', amount: index }, verdict: 'accepted' } }),
    )
    const store = sqliteStore(file)
    await store.commit(units)
    const history = await store.history({})
    await store.close()
    backToFifthVersion(file)
    const again = sqliteStore(file)
    expect(await again.history({})).toEqual(history)
    expect(await again.commit([units[3]!, units[9]!, step('a', 11)])).toEqual([
      { kind: 'duplicate', sequence: 4 },
      { kind: 'duplicate', sequence: 10 },
      { kind: 'written', sequence: 11 },
    ])
    await again.close()
  })
})

/** Makes a file of the fifth version of one of the newest that has no batch of signals yet. */
function backToFifthVersion(file: string): void {
  const database = new DatabaseSync(file)
  expect(database.prepare('select count(*) as count from signal_batches').get()).toEqual({ count: 0 })
  expect(database.prepare('select count(*) as count from forms').get()).not.toEqual({ count: 0 })
  database.exec('alter table signal_batches drop column bits; pragma user_version = 5')
  database.close()
}

/** A file as the first version of the schema wrote it. */
function writeFirstVersion(file: string, units: readonly Unit[], rows: readonly JournalRow[]): void {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal')
  migrate(database, file, schemaSteps.slice(0, 1))
  database.exec(`begin; insert into names values (1, 'd'), (2, 'web')`)
  const addActor = database.prepare(
    'insert into actors (id, version, definition, shard, ended, state) values (?, 0, 1, 2, 0, ?)',
  )
  const move = database.prepare(
    'update actors set version = ?, state = ?, ended = max(ended, ?) where id = ?',
  )
  const add = database.prepare(
    `insert into journal values (?, ?, (select number from actors where id = ?), ?, 1, 2, ?, ?, ?, ?)`,
  )
  for (const [index, { decisions }] of units.entries()) {
    const { actor, version, at, key, state, entry, ended = false } = decisions[0]!
    const row = rows[index]!
    const id = storedText(actor)
    if (version === 1) addActor.run(id, 'null')
    move.run(version, JSON.stringify(state), Number(ended), id)
    const signal = [key && key.source, key && storedText(key.id)] as const
    add.run(row.sequence, Buffer.from(row.hash, 'hex'), id, version, at, ...signal, JSON.stringify(entry))
  }
  database.exec('commit')
  database.close()
}
