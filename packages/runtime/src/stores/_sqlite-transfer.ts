import type { StoreRecord, Transfer } from '@opschart/core'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'

import { notEmpty, standsTwice } from './_filling.ts'
import { patiently } from './_patiently.ts'
import { isConstraint } from './_sqlite-errors.ts'
import { openFile } from './_sqlite-file.ts'
import { fillingWriter } from './_sqlite-filling.ts'
import { selectRows } from './_sqlite-history.ts'
import { sqliteBeginning } from './_sqlite-pruning.ts'
import { selectActors } from './_sqlite-queries.ts'
import { signalBatches } from './_signal-batches.ts'
import { actorRow, baseState, factRow, hash, journalRow, json, timerRow, workRow } from './_sqlite-rows.ts'
import { textOf } from './_text.ts'

/** Records after which the process has a turn for other things. */
const pause = 256

/**
 * Moves what a file holds. Both ways use a connection of their own: what is read is of one moment while others write, and
 * what is written is one transaction, of which nobody else's commits become a part.
 */
export function sqliteTransfer(sources: {
  readonly file: string
  readonly busyTimeout: number
  /** Tells an error as what it is. */
  readonly told: <T>(doing: string, answer: () => Promise<T>) => Promise<T>
}): Transfer {
  const { file, busyTimeout, told } = sources
  const open = (doing: string) => told(doing, async () => openFile(file, busyTimeout))

  async function take(database: DatabaseSync, records: AsyncIterable<StoreRecord>): Promise<void> {
    await patiently(busyTimeout, () => database.exec('begin immediate'))
    if (!isEmpty(database)) throw notEmpty(file)
    const writer = fillingWriter(database)
    let count = 0
    for await (const record of records) {
      if (!put(writer, record)) throw standsTwice(`one ${record.kind}`)
      count += 1
      if (count % pause === 0) await turn()
    }
    writer.finish()
    database.exec('commit')
  }

  return {
    async *contents() {
      const database = await open('Reading')
      try {
        const records = recordsIn(database)
        for (let count = 1; ; count += 1) {
          // Whoever else works in this process is not kept waiting.
          if (count % pause === 0) await turn()
          const next = await told('Reading', async () => records.next())
          if (next.done === true) return
          yield next.value
        }
      } finally {
        database.close()
      }
    },
    async fill(records) {
      const database = await open('Writing')
      const given = watched(records)
      try {
        await told('Writing', () => take(database, given.records))
      } catch (error) {
        if (database.isTransaction) database.exec('rollback')
        // What fails elsewhere is no fault of this file.
        throw given.failure() ?? error
      } finally {
        database.close()
      }
    },
  }
}

function put(writer: ReturnType<typeof fillingWriter>, record: StoreRecord): boolean {
  try {
    return writer.put(record)
  } catch (error) {
    if (isConstraint(error)) return false
    throw error
  }
}

/** The records, and what their source has failed with. */
function watched(records: AsyncIterable<StoreRecord>) {
  let failed: { readonly error: unknown } | undefined
  async function* passed() {
    try {
      yield* records
    } catch (error) {
      failed = { error }
      throw error
    }
  }
  return { records: passed(), failure: () => failed?.error }
}

function isEmpty(database: DatabaseSync): boolean {
  const tables = ['journal', 'actors', 'facts', 'checkpoints', 'work', 'timers', 'beginning']
  return tables.every((table) => database.prepare(`select 1 from ${table} limit 1`).get() === undefined)
}

/** All that is there at the moment of the first record: one transaction, ended by closing the connection. */
function* recordsIn(database: DatabaseSync): Generator<StoreRecord> {
  database.exec('begin')
  const rows = (sql: string) => database.prepare(sql).iterate()
  const beginning = sqliteBeginning(database)()
  const { sequence: first } = beginning
  const last = database.prepare('select sequence, hash from journal order by sequence desc limit 1').get()
  const head = last ? { sequence: last['sequence'] as number, hash: hash(last) } : { sequence: 0, hash: '' }
  yield { kind: 'head', ...head, beginning }
  for (const row of rows(
    'select * from base_states where base = (select base from beginning) order by number',
  )) {
    const { kind, ...state } = baseState(row)
    yield { kind: 'base', of: kind, ...state }
  }
  if (first > 0) {
    for (const [signal, sequence] of signalBatches(database).upTo(first))
      yield { kind: 'known', hash: signal, sequence }
  }
  for (const row of rows(`${selectRows} where j.sequence > ${first} order by j.sequence`))
    yield { kind: 'row', ...journalRow(row) }
  for (const row of rows(`${selectActors} order by a.id`)) yield { kind: 'actor', ...actorRow(row) }
  for (const row of rows('select * from facts order by name')) yield { kind: 'fact', ...factRow(row) }
  for (const row of rows('select * from checkpoints order by watcher')) {
    yield { kind: 'checkpoint', watcher: textOf(row['watcher'] as string), value: json(row, 'value') }
  }
  for (const row of rows('select * from work order by number')) {
    const { status: _, ...work } = workRow(row)
    yield { kind: 'work', ...work }
  }
  for (const row of rows('select * from timers order by number')) yield { kind: 'timer', ...timerRow(row) }
}
