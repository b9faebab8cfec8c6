// Properties:
//   - [D2] A signal that was added is found in its row, and no other: from memory or from a batch, after the store was
//     opened anew, after a transaction was undone, and whichever connection added it.
//   - However many there are, the latest alone are read when a store is opened.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { openFile } from './_sqlite-file.ts'
import { sqliteSignals } from './_sqlite-signals.ts'
import { storedText } from './_text.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-signals-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

/** One connection as a store has it. */
function connection(file: string, size: number) {
  const database = openFile(file, 0)
  const signals = sqliteSignals(database, size)
  return {
    database,
    find(source: string, id: string): number | undefined {
      signals.lookAgain()
      return signals.find(source, id)
    },
    /** Writes rows, one of them for each signal, and keeps or undoes them. */
    write(rows: readonly (readonly [string, string] | null)[], first: number, keep: boolean): void {
      database.exec('begin immediate')
      signals.lookAgain()
      for (const [index, key] of rows.entries()) {
        if (key) signals.find(...key)
        addRow(database, first + index, key)
        if (key) signals.add(...key, first + index)
        signals.seal(first + index)
      }
      database.exec(keep ? 'commit' : 'rollback')
      if (!keep) signals.forget()
    },
    close: () => database.close(),
  }
}

function addRow(database: DatabaseSync, sequence: number, key: readonly [string, string] | null): void {
  database
    .prepare(
      `insert into journal (sequence, hash, actor, version, definition, at, source, id, entry)
       values (?, x'', 1, 1, 1, 1, ?, ?, 'null')`,
    )
    .run(sequence, key && storedText(key[0]), key && storedText(key[1]))
}

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('write' as const), by: fc.nat(1), count: fc.nat(9) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('undo' as const), by: fc.nat(1), count: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), by: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('look' as const), by: fc.nat(1) }) },
)

describe('the known signals', () => {
  it('[D2] are those that were added and not undone, for each connection', () => {
    fc.assert(
      fc.property(
        fc.array(action, { minLength: 3, maxLength: 40 }),
        fc.constantFrom(1, 4),
        (actions, size) => {
          files += 1
          const file = path.join(folder, `${files}.db`)
          const connections = [connection(file, size), connection(file, size)]
          const known = new Map<number, readonly [string, string] | null>()
          const undone: (readonly [string, string])[] = []
          let made = 0
          const keys = (count: number) =>
            Array.from({ length: count }, () => {
              made += 1
              return made % 3 === 0
                ? null
                : ([`s${made % 2}`, `${made}${made % 5 === 0 ? '\ud800' : ''}`] as const)
            })
          const check = (by: number) => {
            for (const [sequence, key] of known) if (key) expect(connections[by]?.find(...key)).toBe(sequence)
            for (const key of undone) expect(connections[by]?.find(...key)).toBeUndefined()
            expect(connections[by]?.find('s0', 'never')).toBeUndefined()
          }
          for (const step of actions) {
            if (step.kind === 'look') check(step.by)
            else if (step.kind === 'reopen') {
              connections[step.by]?.close()
              connections[step.by] = connection(file, size)
            } else {
              const rows = keys(step.count)
              const first = known.size + 1
              connections[step.by]?.write(rows, first, step.kind === 'write')
              for (const [index, key] of rows.entries()) {
                if (step.kind === 'write') known.set(first + index, key)
                else if (key) undone.push(key)
              }
            }
          }
          check(0)
          check(1)
          for (const { close } of connections) close()
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  it('are read from the last batch on when a store is opened, with or without signals in the rows', () => {
    const file = path.join(folder, 'long.db')
    const first = connection(file, 10)
    first.write(
      Array.from({ length: 1005 }, (_, index) => ['s', String(index)] as const),
      1,
      true,
    )
    first.write(
      Array.from({ length: 1005 }, () => null),
      1006,
      true,
    )
    const rows = (sql: string) => Number(Object.values(first.database.prepare(sql).get() ?? {})[0])
    const unsealed = 'select count(*) from journal where sequence > (select max(last) from signal_batches)'
    expect(rows(unsealed)).toBeLessThan(20)
    expect(rows('select count(*) from signal_batches')).toBeGreaterThan(100)
    const second = connection(file, 10)
    expect([second.find('s', '0'), second.find('s', '1004'), second.find('s', '1005')]).toEqual([
      1,
      1005,
      undefined,
    ])
    first.close()
    second.close()
  }, 60_000)

  it('[D2] are found where another connection has completed the block that this one knows in part', () => {
    const file = path.join(folder, 'blocks.db')
    const [one, other] = [connection(file, 2), connection(file, 2)]
    const signals = Array.from({ length: 200 }, (_, index) => ['s', String(index)] as const)
    one.write(signals.slice(0, 20), 1, true)
    other.write(signals.slice(20, 150), 21, true)
    one.write(signals.slice(150), 151, true)
    for (const each of [one, other, connection(file, 2)])
      expect(signals.map((key) => each.find(...key))).toEqual(signals.map((_, index) => index + 1))
    const bits = one.database.prepare('select bits from signal_batches order by number').all()
    expect(bits.map((row) => row['bits'] === null)).toEqual(bits.map((_, number) => number < 96))
    expect(bits).toHaveLength(100)
    one.close()
    other.close()
  })

  it('[D9] are found in a file of the version before, whose filters of 32 batches were one value', () => {
    const file = path.join(folder, 'older.db')
    const signals = Array.from({ length: 155 }, (_, index) => ['s', String(index)] as const)
    const writer = connection(file, 4)
    writer.write(signals, 1, true)
    const { database } = writer
    database.prepare('insert into signal_filters (number, bits) values (1, ?)').run(Buffer.alloc(262_144))
    database.exec('alter table signal_batches drop column bits; pragma user_version = 5')
    writer.close()
    const reader = connection(file, 4)
    for (const [index, key] of signals.entries()) expect(reader.find(...key)).toBe(index + 1)
    const bits = reader.database.prepare('select bits from signal_batches order by number').all()
    expect(bits).toHaveLength(38)
    expect(bits.map((row) => row['bits'] !== null)).toEqual(bits.map((_, number) => number >= 32))
    expect(reader.database.prepare('select number from signal_filters').all()).toEqual([{ number: 0 }])
    reader.write(
      Array.from({ length: 200 }, (_, index) => ['t', String(index)] as const),
      156,
      true,
    )
    const after = reader.database.prepare('select bits from signal_batches order by number').all()
    expect(after.length).toBeGreaterThan(64)
    expect(after.map((row) => row['bits'] !== null)).toEqual(after.map((_, number) => number >= 64))
    const again = connection(file, 4)
    for (const [index, key] of signals.entries()) expect(again.find(...key)).toBe(index + 1)
    expect([again.find('t', '0'), again.find('t', '199'), again.find('t', '200')]).toEqual([
      156,
      355,
      undefined,
    ])
    again.close()
    reader.close()
  })
})
