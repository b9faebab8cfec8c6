import type { DatabaseSync } from 'node:sqlite'

import { batchesPerBlock, blockOf, endsBlock, filterBits, type SignalFilter } from './_signal-filter.ts'

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
  const filters = database.prepare(
    'select number, bits from signal_batches where number >= ? and bits is not null',
  )
  const addBatch = database.prepare('insert into signal_batches (number, last) values (?, ?)')
  const setBits = database.prepare('update signal_batches set bits = ? where number = ?')
  const setBlock = database.prepare('insert into signal_filters (number, bits) values (?, ?)')
  const clearBits = database.prepare('update signal_batches set bits = null where number > ? and number <= ?')
  const addPart = database.prepare('insert into signals (number, entries) values (?, ?)')

  /** The bits of a batch stand with it until those of its block are kept together. */
  function keep(filter: SignalFilter, batch: number, entries: Buffer): void {
    const bits = filterBits(entries, entrySize)
    filter.add(batch, bits)
    setBits.run(bits, batch)
    if (!endsBlock(batch)) return
    setBlock.run(blockOf(batch), filter.block(blockOf(batch)))
    clearBits.run(batch - batchesPerBlock, batch)
  }

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
      for (const row of filters.iterate(from)) filter.add(row['number'] as number, row['bits'] as Uint8Array)
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
      const entries = entriesOf(signals, end)
      addBatch.run(batch, end)
      for (let first = 0, next = 0; first < entries.length; first = next) {
        while (next < entries.length && entries[next] === entries[first]) next += entrySize
        addPart.run(batch * parts + (entries[first] as number), entries.subarray(first, next))
      }
      keep(filter, batch, entries)
    },
    /** Adds a batch that is written already to the filter. */
    refilter(filter: SignalFilter, batch: number): void {
      const rows = ofBatch.all(batch * parts, (batch + 1) * parts)
      keep(filter, batch, Buffer.concat(rows.map((row) => row['entries'] as Uint8Array)))
    },
  }
}

/** The entries of a batch, those of a part together. Counted into their places: sorting thousands takes milliseconds. */
function entriesOf(signals: readonly HashedSignal[], end: number): Buffer {
  const given = Buffer.allocUnsafe(signals.length * entrySize)
  const starts = new Uint32Array(parts + 1)
  for (const [index, [hash, sequence]] of signals.entries()) {
    const at = index * entrySize
    given.write(hash, at, 'hex')
    given.writeUInt32LE(end - sequence, at + hashSize)
    const next = (given[at] as number) + 1
    starts[next] = (starts[next] as number) + entrySize
  }
  for (let part = 1; part <= parts; part += 1) {
    starts[part] = (starts[part] as number) + (starts[part - 1] as number)
  }
  const entries = Buffer.allocUnsafe(given.length)
  for (let at = 0; at < given.length; at += entrySize) {
    const part = given[at] as number
    const place = starts[part] as number
    given.copy(entries, place, at, at + entrySize)
    starts[part] = place + entrySize
  }
  return entries
}
