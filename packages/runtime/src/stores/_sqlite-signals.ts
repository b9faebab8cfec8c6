import type { DatabaseSync } from 'node:sqlite'

import { signalBatches, type HashedSignal } from './_signal-batches.ts'
import { signalFilter, type SignalFilter } from './_signal-filter.ts'
import { signalHash, storedSignalHash } from './_signal-hash.ts'

/** Signals that are written as one batch: as many as its filter is made for. */
const batchSize = 4_096

/** The signals that were journaled [D2], in a form that costs a commit no page of its own. */
export interface KnownSignals {
  /** The sequence of the row that first journaled a signal. */
  find(source: string, id: string): number | undefined
  /** Notes a signal of a row that has just been written. */
  add(source: string, id: string, sequence: number): void
  /**
   * Writes a batch of what has come together, when it is enough, or in any case when it is asked for so; to be called
   * where this row is the journal's last.
   */
  seal(sequence: number, anyway?: boolean): void
  /** The signals of the rows up to this one, in order; all of them must be in batches. */
  upTo(sequence: number): Iterable<HashedSignal>
  /** What other connections have written since is read before the next answer. */
  lookAgain(): void
  /** Forgets what was noted in a transaction that was undone. */
  forget(): void
}

interface Known {
  /** Of the batches that are written, and how many they are. */
  readonly filter: SignalFilter
  count: number
  /** The last row that a batch speaks of, and the last row that has been read. */
  sealed: number
  read: number
  /** The signals of the rows after the last batch. */
  readonly recent: Map<string, number>
}

/**
 * The signals of a store. An index over them all would be written at another place for each signal, one page each: in a
 * long journal half the cost of a commit. So the latest are kept in memory, where they are read from the journal's end
 * when the store is opened, and become a batch when there are enough: written at the end of its table. A filter for each
 * batch, four bytes a signal, tells the few that a signal may be in.
 *
 * All is to be called within a transaction; what writes, within one that holds the writer's lock.
 */
export function sqliteSignals(database: DatabaseSync, size = batchSize): KnownSignals {
  const batches = signalBatches(database)
  const rows = database.prepare(
    `select j.sequence, coalesce(j.source, f.source) as source, j.id
     from journal j left join forms f on f.number = j.form where j.sequence > ? and j.id is not null`,
  )
  const lastRow = database.prepare('select max(sequence) as last from journal')
  let known: Known | undefined
  let upToDate = false
  let latest = { source: '', id: '', signal: signalHash('', '') }

  /** The hash of a signal, which is looked for and then added. */
  function hashed(source: string, id: string): string {
    if (latest.id !== id || latest.source !== source) {
      latest = { source, id, signal: signalHash(source, id) }
    }
    return latest.signal
  }

  function present(): Known {
    if (known !== undefined && upToDate) return known
    const { count, last } = batches.present()
    known ??= { filter: signalFilter(), count: 0, sealed: 0, read: 0, recent: new Map() }
    const { filter, recent } = known
    if (count > known.count) {
      batches.load(filter, known.count)
      for (const [signal, sequence] of recent) if (sequence <= last) recent.delete(signal)
      known.count = count
      known.sealed = last
      known.read = Math.max(known.read, last)
    }
    for (const row of rows.iterate(known.read)) {
      recent.set(storedSignalHash(row['source'] as string, row['id'] as string), row['sequence'] as number)
    }
    known.read = Math.max(known.read, (lastRow.get()?.['last'] ?? 0) as number)
    upToDate = true
    return known
  }

  return {
    find(source, id) {
      const { filter, count, recent } = present()
      const signal = hashed(source, id)
      const found = recent.get(signal)
      if (found !== undefined || count === 0) return found
      for (const batch of filter.find(signal)) {
        const before = batches.find(batch, signal)
        if (before !== undefined) return before
      }
      return undefined
    },
    add(source, id, sequence) {
      present().recent.set(hashed(source, id), sequence)
    },
    seal(sequence, anyway = false) {
      const state = present()
      state.read = sequence
      // Rows without a signal are read, too, when the store is opened.
      const enough = state.recent.size >= size || sequence - state.sealed >= 2 * size
      if (!enough && !anyway) return
      batches.write(state.filter, state.count, sequence, [...state.recent])
      state.count += 1
      state.sealed = sequence
      state.recent.clear()
    },
    upTo: (sequence) => batches.upTo(sequence),
    lookAgain() {
      upToDate = false
    },
    forget() {
      known = undefined
    },
  }
}

/** What writes batches of signals that come in the order of their rows, into a database that has none. */
export function signalSealer(database: DatabaseSync) {
  const batches = signalBatches(database)
  const filter = signalFilter()
  let count = 0
  let batch: HashedSignal[] = []

  /** Writes what has come since the last batch, however little. */
  function flush(): void {
    const last = batch.at(-1)
    if (last === undefined) return
    batches.write(filter, count, last[1], batch)
    count += 1
    batch = []
  }

  return {
    add(signal: HashedSignal): void {
      batch.push(signal)
      if (batch.length >= batchSize) flush()
    },
    flush,
  }
}

/** Makes the filters of the batches of a file anew, or the batches of a journal that has none; its rows stay as they are. */
export function filterBatches(database: DatabaseSync): void {
  const batches = signalBatches(database)
  const filter = signalFilter()
  const { count } = batches.present()
  for (let batch = 0; batch < count; batch += 1) batches.refilter(filter, batch)
  if (count === 0) sealJournal(database)
}

/** The latest signals need not be in a batch. */
function sealJournal(database: DatabaseSync): void {
  const sealer = signalSealer(database)
  const rows = database.prepare(
    `select j.sequence, coalesce(j.source, f.source) as source, j.id
     from journal j left join forms f on f.number = j.form where j.id is not null order by j.sequence`,
  )
  for (const row of rows.iterate()) {
    const hash = storedSignalHash(row['source'] as string, row['id'] as string)
    sealer.add([hash, row['sequence'] as number])
  }
}
