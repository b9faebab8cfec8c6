import type { Beginning, Cut, Pruning, UnitOutcome } from '@opschart/core'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

import { preparedUnit } from './_prepared-unit.ts'
import { baseState, hash } from './_sqlite-rows.ts'
import type { UnitWriter } from './_sqlite-units.ts'
import { storedText } from './_text.ts'

/** Rows of one transaction: others wait for milliseconds at most. */
const batch = 500
/** Pages that are given back in one. */
const pages = 256
/** Milliseconds between two of them, in which whoever waits for the file gets it. */
const breath = 2

/** Where the journal of a database begins. */
export function sqliteBeginning(database: DatabaseSync): () => Beginning {
  const select = database.prepare('select sequence, hash, told from beginning')
  return () => {
    const row = select.get()
    if (row === undefined) return { sequence: 0, hash: '', told: 0 }
    return { sequence: row['sequence'] as number, hash: hash(row), told: row['told'] as number }
  }
}

/** Prunes the journal of a database. */
export function sqlitePruning(sources: {
  readonly database: DatabaseSync
  readonly units: UnitWriter
  readonly beginning: () => Beginning
  readonly read: <T>(job: () => T) => Promise<T>
  /** Runs a job in a transaction. */
  readonly write: <T>(job: () => T) => Promise<T>
}): Pruning {
  const { database, units, beginning, read, write } = sources
  const activeBase = database.prepare('select base from beginning')
  const states = database.prepare(
    'select number, kind, name, version, state from base_states where base = ? and number > ? order by number limit ?',
  )
  const addBase = database.prepare('insert into bases (whole) values (0)')
  const endBase = database.prepare('update bases set whole = 1 where number = ?')
  const wholeBase = database.prepare('select whole from bases where number = ?')
  const addState = database.prepare(
    'insert into base_states (base, number, kind, name, version, state) values (?, ?, ?, ?, ?, ?)',
  )
  const rowHash = database.prepare('select hash from journal where sequence = ?')
  const setBeginning = database.prepare(
    'insert or replace into beginning (only, sequence, hash, told, base) values (1, ?, ?, ?, ?)',
  )
  const removeRows = database.prepare(
    'delete from journal where sequence in (select sequence from journal where sequence <= ? order by sequence limit ?)',
  )
  const removeBases = database.prepare('delete from bases where number <> ?')
  const removeStates = database.prepare(
    `delete from base_states where (base, number) in (select base, number from base_states where base <> ? limit ?)`,
  )
  const free = database.prepare('pragma freelist_count')
  const vacuum = database.prepare(`pragma incremental_vacuum(${pages})`)
  const givesBack = database.prepare('pragma auto_vacuum')

  const active = () => (activeBase.get()?.['base'] ?? 0) as number

  function cut({ sequence, after, base, unit }: Cut): UnitOutcome {
    const conflict = { kind: 'conflict', on: 'journal' } as const
    const row = rowHash.get(sequence)
    if (beginning().sequence !== after || sequence <= after || row === undefined) return conflict
    if (wholeBase.get(base)?.['whole'] !== 1) return conflict
    const outcome = units.write(preparedUnit(unit))
    if (outcome.kind !== 'written') return outcome
    // Signals are known by their batches from now on: their rows go.
    units.seal()
    setBeginning.run(sequence, row['hash'] as Uint8Array, outcome.sequence, base)
    units.lookAgain()
    return outcome
  }

  /** Whether there was something to remove or to give back. */
  function swept(): boolean {
    const { sequence } = beginning()
    if (removeRows.run(sequence, batch).changes !== 0) return true
    removeBases.run(active())
    if (removeStates.run(active(), batch).changes !== 0) return true
    const before = free.get()?.['freelist_count'] as number
    if (before === 0 || givesBack.get()?.['auto_vacuum'] !== 2) return false
    vacuum.all()
    return (free.get()?.['freelist_count'] as number) < before
  }

  return {
    beginning: () => read(beginning),
    async *base() {
      const number = await read(active)
      for (let last = -1; ;) {
        const rows = await read(() => states.all(number, last, batch))
        for (const row of rows) yield baseState(row)
        if (rows.length === 0) return
        last = rows.at(-1)?.['number'] as number
      }
    },
    async prepare(base) {
      const ready = [...base]
      const number = await write(() => addBase.run().lastInsertRowid as number)
      for (let first = 0; first < ready.length; first += batch) {
        await write(() => {
          for (const [index, { kind, name, version, state }] of ready.slice(first, first + batch).entries())
            addState.run(number, first + index, kind, storedText(name), version, JSON.stringify(state))
        })
        await pause(breath)
      }
      await write(() => endBase.run(number))
      return number
    },
    cut: (given) => write(() => cut(given)),
    async sweep() {
      if (await write(swept)) {
        await pause(breath)
        return true
      }
      // What the log still holds is written to the file, and the file cut off; where others read, at another time.
      await read(() => database.prepare('pragma wal_checkpoint(truncate)').get())
      return false
    },
  }
}
