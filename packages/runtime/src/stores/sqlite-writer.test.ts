import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { sqliteWriter, type Writer } from './_sqlite-writer.ts'

let database: DatabaseSync
let writer: Writer
/** How many transactions have begun. */
let begun: number
/** Who was answered, in that order. */
let answered: string[]

beforeEach(() => {
  database = new DatabaseSync(':memory:')
  database.exec('create table names (name text primary key)')
  begun = 0
  answered = []
  writer = sqliteWriter(database, 0, { began: () => void (begun += 1), undone: () => {} })
})
afterEach(() => {
  if (database.isOpen) database.close()
})

const insert = (name: string) => () => database.prepare('insert into names values (?)').run(name)
const written = (name: string) => writer.write(insert(name)).then(() => void answered.push(name))
const names = (count: number, round: string) =>
  Array.from({ length: count }, (_, index) => `${round}-${index}`)
async function someAnswered(): Promise<void> {
  while (answered.length === 0) await turn()
}
/** Each writes again as soon as it was answered. */
const twice = (first: string, then: string) => written(first).then(() => written(then))
const all = (count: number) =>
  Promise.all(
    names(count, 'first').map((name, index) => twice(name, names(count, 'second')[index] as string)),
  )

describe('what waits together', () => {
  it('is written in one transaction, and what those who were answered write next in another', async () => {
    await all(64)
    expect(begun).toBe(2)
    expect(answered).toEqual([...names(64, 'first'), ...names(64, 'second')])
  })

  it('lets one who comes from elsewhere pass between the answers', async () => {
    const group = all(64)
    await someAnswered()
    expect(answered.length).toBeLessThan(64)
    const before = answered.length
    await written('elsewhere')
    expect(answered.indexOf('elsewhere')).toBeLessThanOrEqual(before + 8)
    await group
    expect(begun).toBe(3)
    expect(answered.filter((name) => name !== 'elsewhere')).toEqual([
      ...names(64, 'first'),
      ...names(64, 'second'),
    ])
  })

  it('lets others pass once, so that a stream of them does not hold up the answers', async () => {
    const group = all(64)
    const stream: Promise<void>[] = []
    for (let next = 0; !answered.includes('first-63'); next += 1) {
      await turn()
      if (answered.length > 0) stream.push(written(`stream-${next}`))
    }
    const before = answered.slice(0, answered.indexOf('first-63'))
    expect(before.filter((name) => name.startsWith('stream'))).toHaveLength(1)
    expect(stream.length).toBeGreaterThan(3)
    await Promise.all([group, ...stream])
    expect(begun).toBe(3)
  })

  it('lets nobody pass where those who were answered do not go on: all are answered at once, nearly', async () => {
    const group = Promise.all(names(64, 'group').map(written))
    await someAnswered()
    expect(answered.length).toBeLessThan(64)
    await written('elsewhere')
    expect(answered).toEqual([...names(64, 'group'), 'elsewhere'])
    expect(begun).toBe(2)
    await group
  })

  it('is answered all the same when one who passed has failed', async () => {
    const group = all(64)
    await someAnswered()
    const failing = writer.write(insert('first-3'))
    const passing = written('passing')
    await expect(failing).rejects.toThrow('UNIQUE')
    await passing
    expect(answered.length).toBeLessThan(64)
    await group
    expect(answered).toHaveLength(129)
    expect(database.prepare('select count(*) as count from names').get()?.['count']).toBe(129)
  })

  it('is not in the way of who reads with several statements after a failure', async () => {
    await written('here')
    const read = () => writer.view(() => database.prepare('select count(*) as count from names').get())
    const failing = writer.write(insert('here')).catch(async () => {
      for (let again = 0; again < 20; again += 1) await read()
    })
    await Promise.all([failing, ...names(3, 'others').map(written)])
    expect(await read()).toEqual({ count: 4 })
  })

  it('is answered while one who would pass waits for another process that holds the file', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'opschart-writer-'))
    const file = path.join(folder, 'shared.db')
    const shared = new DatabaseSync(file)
    shared.exec('pragma journal_mode = wal; create table names (name text primary key)')
    const other = new DatabaseSync(file)
    database.close()
    database = shared
    writer = sqliteWriter(shared, 60_000, { began: () => {}, undone: () => {} })
    const group = all(64)
    await someAnswered()
    other.exec('begin immediate')
    let passed = false
    const passing = written('elsewhere').then(() => void (passed = true))
    while (!answered.includes('first-63')) await turn()
    expect(passed).toBe(false)
    expect(answered).toEqual(names(64, 'first'))
    other.exec('rollback')
    await Promise.all([group, passing])
    expect(answered[64]).toBe('elsewhere')
    other.close()
    shared.close()
    rmSync(folder, { recursive: true })
  })

  it('keeps the order of those who come from elsewhere', async () => {
    const group = Promise.all([
      ...names(8, 'ending').map(written),
      ...names(56, 'first').map((name) => twice(name, `${name}-again`)),
    ])
    await someAnswered()
    const one = written('one')
    await turn()
    const two = written('two')
    await Promise.all([group, one, two])
    const passed = answered.filter((name) => name === 'one' || name === 'two')
    expect(passed).toEqual(['one', 'two'])
    expect(answered.indexOf('one')).toBeLessThan(answered.indexOf('first-55'))
  })

  it('answers those who passed eight at a time as well', async () => {
    const group = all(64)
    await someAnswered()
    const passing = Promise.all(names(100, 'passing').map(written))
    let most = 0
    for (let before = answered.length; answered.length < 164; before = answered.length) {
      await turn()
      most = Math.max(most, answered.length - before)
    }
    expect(most).toBeLessThanOrEqual(8)
    await Promise.all([group, passing])
  })

  it('answers each at once where they are written alone, after one of them has failed', async () => {
    await written('here')
    const failing = writer.write(insert('here')).catch(() => void answered.push('failed'))
    const first = Promise.all(names(5, 'first').map(written))
    let seen: string[] = []
    const last = writer.write(() => {
      seen = [...answered]
      return insert('last')()
    })
    await Promise.all([failing, first, last])
    expect(seen.slice(0, 5)).toEqual(['here', 'failed', ...names(3, 'first')])
  })
})
