import {
  rowHashOfText,
  type Beginning,
  type Crypto,
  type HistoryQuery,
  type Json,
  type JournalRow,
} from '@opschart/core'

import type { PreparedUnit } from './_prepared-unit.ts'
import { signalHash } from './_signal-hash.ts'

/** Values are kept as text: what was handed over, or handed out, may be changed by whoever has it. */
interface Row {
  readonly row: Omit<JournalRow, 'entry'>
  readonly entry: string
}

/** The journal of a store in memory. */
export function memoryJournal(crypto: Pick<Crypto, 'sha256'>) {
  let journal: Row[] = []
  const bySignal = new Map<string, number>()
  let byActor = new Map<string, Row[]>()
  let beginning: Beginning = { sequence: 0, hash: '', told: 0 }
  /** The rows of signals that were pruned, by the hash that such a signal is known by. */
  const pruned = new Map<string, number>()

  function add(row: Omit<JournalRow, 'entry'>, entry: string): void {
    const added = { row, entry }
    journal.push(added)
    const ofActor = byActor.get(row.actor)
    if (ofActor === undefined) byActor.set(row.actor, [added])
    else ofActor.push(added)
    if (row.key) bySignal.set(signalKey(row.key.source, row.key.id), row.sequence)
  }

  function head(): { sequence: number; hash: string } {
    const { sequence, hash } = journal.at(-1)?.row ?? beginning
    return { sequence, hash }
  }

  return {
    /** The sequence of the row that first journaled a signal. */
    signal: (source: string, id: string) =>
      bySignal.get(signalKey(source, id)) ??
      (pruned.size === 0 ? undefined : pruned.get(signalHash(source, id))),
    head,
    row(sequence: number | undefined): JournalRow | undefined {
      const found = journal[(sequence ?? 0) - beginning.sequence - 1]
      return found && rowOf(found)
    },
    append(decision: PreparedUnit['decisions'][number]): void {
      const { actor, version, definition, at, key, entry } = decision
      const last = head()
      const row = { sequence: last.sequence + 1, actor, version, definition, at, key }
      const hash = rowHashOfText(crypto, last.hash, { ...row, entry })
      add({ ...row, hash }, entry)
    },
    add,
    beginning: () => beginning,
    /** Lets it begin after a row; `told` tells of that. */
    cut(sequence: number, told: number): void {
      const gone = journal.slice(0, sequence - beginning.sequence)
      for (const { row } of gone) {
        if (row.key === null) continue
        bySignal.delete(signalKey(row.key.source, row.key.id))
        pruned.set(signalHash(row.key.source, row.key.id), row.sequence)
      }
      beginning = { sequence, hash: gone.at(-1)!.row.hash, told }
      const kept = journal.slice(gone.length)
      journal = []
      byActor = new Map()
      for (const { row, entry } of kept) add(row, entry)
    },
    /** Begins as another journal began. */
    begin(given: Beginning): void {
      beginning = given
    },
    /** Signals whose rows were pruned, by row. */
    pruned: () => [...pruned].sort(([, one], [, other]) => one - other),
    know: (hash: string, sequence: number) => void pruned.set(hash, sequence),
    /** The rows as they are now, each read when it is asked for. */
    rows(): Iterable<JournalRow> {
      return each(journal.slice())
    },
    history({ from = 1, to = Infinity, actor, limit = 1000, backwards }: HistoryQuery): JournalRow[] {
      const all = actor !== undefined ? byActor.get(actor) : journal
      const found: JournalRow[] = []
      // The first wanted row is found by halving, so that reading on from there costs the same in a long journal.
      const first = countBefore(all ?? [], ({ row: { sequence } }) =>
        backwards ? sequence <= to : sequence < from,
      )
      const step = backwards ? -1 : 1
      for (let index = backwards ? first - 1 : first; found.length < limit; index += step) {
        const item = all?.[index]
        if (!item || item.row.sequence < from || item.row.sequence > to) break
        found.push(rowOf(item))
      }
      return found
    },
  }
}

function* each(rows: readonly Row[]): Generator<JournalRow> {
  for (const row of rows) yield rowOf(row)
}

/** How many items come before the first for which `before` is false. */
function countBefore<T>(items: readonly T[], before: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(items[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}

function signalKey(source: string, id: string): string {
  // The length keeps `a` + `bc` and `ab` + `c` apart.
  return `${source.length}:${source}${id}`
}

function rowOf({ row, entry }: Row): JournalRow {
  return { ...row, key: row.key && { ...row.key }, entry: JSON.parse(entry) as Json }
}
