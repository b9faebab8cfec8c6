import type { DatabaseSync } from 'node:sqlite'

import { blockOf, type SignalFilter } from './_signal-filter.ts'

/** A signal's hash (32 hexadecimal digits), and the row that first journaled it. */
export type HashedSignal = readonly [hash: string, sequence: number]

// An entry of a batch: the signal's hash, and how many rows before the batch's last its row stands. Those whose hashes
// begin with the same byte stand together in one row.
const hashSize = 16
const entrySize = hashSize + 4
const parts = 256

/** The batches of signals of a database, numbered from 0, each with the last row that it speaks of. */
export function signalBatches(database: DatabaseSync) {
  const last = database.prepare('select number, last from signal_batches order by number desc limit 1')
  const lastRow = database.prepare('select last from signal_batches where number = ?')
  const part = database.prepare('select entries from signals where number = ?')
  const ofBatch = database.prepare('select entries from signals where number >= ? and number < ?')
  const blocks = database.prepare('select number, bits from signal_filters where number >= ?')
  const addBatch = database.prepare('insert into signal_batches (number, last) values (?, ?)')
  const addPart = database.prepare('insert into signals (number, entries) values (?, ?)')
  const setBlock = database.prepare('insert or replace into signal_filters (number, bits) values (?, ?)')

  return {
    /** How many batches there are, and the last row that they speak of. */
    present(): { count: number; last: number } {
      const row = last.get() as { number: number; last: number } | undefined
      return row === undefined ? { count: 0, last: 0 } : { count: row.number + 1, last: row.last }
    },
    /** Reads the filters of the batches from this one on. */
    load(filter: SignalFilter, from: number): void {
      for (const row of blocks.iterate(blockOf(from)))
        filter.setBlock(row['number'] as number, row['bits'] as Uint8Array)
    },
    /** The row of a signal, if it is in this batch. */
    find(batch: number, hash: string): number | undefined {
      const row = part.get(batch * parts + Number.parseInt(hash.slice(0, 2), 16))
      if (row === undefined) return undefined
      const entries = Buffer.from(row['entries'] as Uint8Array)
      const at = entries.indexOf(Buffer.from(hash, 'hex'))
      return at < 0
        ? undefined
        : (lastRow.get(batch)?.['last'] as number) - entries.readUInt32LE(at + hashSize)
    },
    /** The signals of batches as far as their rows lie before the end of this one, by row. */
    *upTo(sequence: number): Generator<HashedSignal> {
      for (let batch = 0; ; batch += 1) {
        const end = lastRow.get(batch)?.['last'] as number | undefined
        if (end === undefined) return
        const signals: HashedSignal[] = []
        for (const row of ofBatch.iterate(batch * parts, (batch + 1) * parts)) {
          const entries = Buffer.from(row['entries'] as Uint8Array)
          for (let at = 0; at < entries.length; at += entrySize) {
            const hash = entries.toString('hex', at, at + hashSize)
            signals.push([hash, end - entries.readUInt32LE(at + hashSize)])
          }
        }
        const wanted = signals.filter(([, row]) => row <= sequence)
        yield* wanted.sort(([, one], [, other]) => one - other)
        if (end >= sequence) return
      }
    },
    /** Writes the next batch, and adds it to the filter. */
    write(filter: SignalFilter, batch: number, end: number, signals: readonly HashedSignal[]): void {
      const sorted = signals.toSorted(([one], [other]) => (one < other ? -1 : 1))
      const entries = Buffer.allocUnsafe(sorted.length * entrySize)
      for (const [index, [hash, sequence]] of sorted.entries()) {
        entries.write(hash, index * entrySize, 'hex')
        entries.writeUInt32LE(end - sequence, index * entrySize + hashSize)
      }
      addBatch.run(batch, end)
      for (let first = 0, next = 0; first < entries.length; first = next) {
        while (next < entries.length && entries[next] === entries[first]) next += entrySize
        addPart.run(batch * parts + (entries[first] as number), entries.subarray(first, next))
      }
      filter.add(
        batch,
        sorted.map(([hash]) => hash),
      )
      setBlock.run(blockOf(batch), filter.block(blockOf(batch)))
    },
  }
}
