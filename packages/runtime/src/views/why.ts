import type { JournalEntry, JournalRow, LogEntryView, Store } from '@opschart/core'

import { logView } from './log-view.ts'

const page = 1_000
const searched = 20_000
const most = 50

/**
 * The rows that explain something, oldest first: a row by its number, a signal or operation by its id (with the causes before
 * it), or a lifecycle's last decisions.
 */
export async function why(store: Store, about: string, lifecycle: string | undefined): Promise<LogEntryView[]> {
  if (/^#?\d+$/.test(about)) {
    const sequence = Number(about.replace('#', ''))
    const [row] = await store.history({ from: sequence, to: sequence })
    return row === undefined ? [] : [...(await causesOf(store, row)), row].map(logView)
  }
  if (lifecycle !== undefined) {
    const rows = await store.history({ actor: lifecycle, backwards: true, limit: 200 })
    return rows.filter(matters).slice(0, 20).reverse().map(logView)
  }
  const found: JournalRow[] = []
  let before: number | undefined
  for (let read = 0; read < searched; read += page) {
    const rows = await store.history({ backwards: true, limit: page, ...(before === undefined ? {} : { to: before }) })
    for (const row of rows) if (found.length < most && concerns(row, about)) found.push(row)
    const last = rows.at(-1)
    if (last === undefined || last.sequence <= 1) break
    before = last.sequence - 1
  }
  const first = found.at(-1)
  const causes = first === undefined ? [] : await causesOf(store, first)
  return [...causes, ...found.reverse()].map(logView)
}

function matters(row: JournalRow): boolean {
  const entry = row.entry as unknown as JournalEntry
  return entry.moved !== null || (entry.verdict !== null && entry.verdict.kind !== 'ignored') || entry.kind === 'opened'
}

function concerns(row: JournalRow, about: string): boolean {
  if (row.key?.id === about) return true
  const entry = row.entry as unknown as JournalEntry
  if (entry.cause === about || entry.event.type === about || entry.event['operation'] === about) return true
  return entry.effects.some((effect) => effect.key === about)
}

/** The rows that led to a row, following causes back; no chain is longer than 16 [L12]. */
async function causesOf(store: Store, row: JournalRow): Promise<JournalRow[]> {
  const chain: JournalRow[] = []
  let present: JournalRow | undefined = row
  while (present !== undefined && chain.length < 16) {
    const cause: string | null = (present.entry as unknown as JournalEntry).cause
    const place: RegExpExecArray | null = cause === null ? null : /^(.*):(\d+):[^:]+$/s.exec(cause)
    if (place === null) break
    const rows: JournalRow[] = await store.history({ actor: place[1]!, limit: 1_000, backwards: true })
    present = rows.find(({ version }) => version === Number(place[2]))
    if (present === undefined || chain.includes(present)) break
    chain.unshift(present)
  }
  return chain
}
