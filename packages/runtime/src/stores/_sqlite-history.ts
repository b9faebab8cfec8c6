import type { Beginning, HistoryQuery, JournalRow } from '@opschart/core'
import type { StatementSync } from 'node:sqlite'

import { journalRow } from './_sqlite-rows.ts'
import { storedText } from './_text.ts'

/** Rows of the journal. Names are looked up by sub-selects, so that the table whose order is wanted stays the outer one. */
export const selectRows = `select j.sequence, j.hash, (select id from actors where number = j.actor) as actor, j.version,
  (select name from names where number = j.definition) as definition, j.before, j.at,
  coalesce(j.source, f.source) as source, j.id, coalesce(f.before || j.entry || f.after, j.entry) as entry
  from journal j left join forms f on f.number = j.form`

/** The rows that are asked for; all limits are known. */
type Bounds = Required<Omit<HistoryQuery, 'actor'>>

/**
 * Reads the journal: by number, or the rows of one actor, each of which names the one before it. Every 64th of them is in
 * an index: any row is found in that many steps, in a history of any length.
 */
export function sqliteHistory(statement: (sql: string) => StatementSync, beginning: () => Beginning) {
  /** The first of an actor's indexed rows from there on; else its last row. */
  function stepFrom(actor: number, sequence: number, last: number): number {
    const row = statement(
      `select sequence from journal where actor = ? and version % 64 = 0 and sequence >= ?
       order by sequence limit 1`,
    ).get(actor, sequence)
    return (row?.['sequence'] ?? last) as number
  }

  const before = (sequence: number) =>
    (statement('select before from journal where sequence = ?').get(sequence)?.['before'] ?? 0) as number

  /** Rows of an actor from one of them backwards, the newest first. */
  function back(start: number, from: number, limit: number): JournalRow[] {
    const found: JournalRow[] = []
    for (let at = start; at >= from && found.length < limit;) {
      const row = statement(`${selectRows} where j.sequence = ?`).get(at)
      if (row === undefined) break
      found.push(journalRow(row))
      at = (row['before'] ?? 0) as number
    }
    return found
  }

  function backwards(actor: number, last: number, { from, to, limit }: Bounds): JournalRow[] {
    let start = stepFrom(actor, Math.min(to, last), last)
    while (start > to && start > 0) start = before(start)
    return back(start, from, limit)
  }

  function forwards(actor: number, last: number, { from, to, limit }: Bounds): JournalRow[] {
    const found: JournalRow[] = []
    for (let next = from; next <= Math.min(to, last) && found.length < limit;) {
      const end = stepFrom(actor, next, last)
      found.push(...back(end, next, Infinity).toReversed())
      next = end + 1
    }
    return found.filter(({ sequence }) => sequence <= to).slice(0, limit)
  }

  function ofActor(name: string, bounds: Bounds): JournalRow[] {
    const row = statement('select number, last from actors where id = ?').get(storedText(name))
    if (row === undefined) return []
    const [actor, last] = [row['number'], row['last']] as [number, number]
    return (bounds.backwards ? backwards : forwards)(actor, last, bounds)
  }

  return ({
    from: wanted = 1,
    to = Infinity,
    actor,
    limit = 1000,
    backwards: down = false,
  }: HistoryQuery): JournalRow[] => {
    // What was pruned may still lie there for a while.
    const from = Math.max(wanted, beginning().sequence + 1)
    const most = Math.ceil(Math.max(0, Math.min(limit, Number.MAX_SAFE_INTEGER)))
    if (actor !== undefined) return ofActor(actor, { from, to, limit: most, backwards: down })
    return statement(
      `${selectRows} where j.sequence between ? and ? order by j.sequence ${down ? 'desc' : 'asc'} limit ?`,
    )
      .all(from, to, most)
      .map(journalRow)
  }
}
