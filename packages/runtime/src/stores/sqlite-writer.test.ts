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
afterEach(() => database.close())

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
})
