import { entryOf, type JournalRow, type Store, type ViolationView } from '@opschart/core'

/** Rows that are looked back for violations, and how many are read at a time. */
const mostRows = 10_000
const page = 1_000

/**
 * Keeps the violations of the last ten thousand rows that nobody has answered yet, by adopting or by rolling back [L7]: each
 * look reads only the rows that have come since the last one.
 */
export function createViolations(store: Pick<Store, 'head' | 'history' | 'pruning'>) {
  let looked = 0
  /** By actor, in order of their rows. */
  let open = new Map<string, readonly ViolationView[]>()

  function fold(row: JournalRow): void {
    if (row.sequence <= looked) return
    looked = row.sequence
    const { event, verdict, by } = entryOf(row)
    const answers = event.type === 'ADOPTED' || event.type === 'ROLLED_BACK'
    if (verdict?.kind === 'accepted' && answers) open.delete(row.actor)
    if (verdict?.kind !== 'violation') return
    const { sequence, at, actor } = row
    const violation = { row: sequence, at, actor, type: event.type, by, reason: verdict.reason }
    open.set(actor, [...(open.get(actor) ?? []), violation])
  }

  /** Those that are open now, the latest first. */
  return async (): Promise<ViolationView[]> => {
    const { sequence } = await store.head()
    const first = Math.max(1, sequence - mostRows + 1)
    for (let from = Math.max(looked + 1, first); from <= sequence; from = looked + 1) {
      const rows = await store.history({ from, to: sequence, limit: page })
      if (rows.length === 0) break
      for (const row of rows) fold(row)
    }
    const begins = (await store.pruning?.beginning())?.sequence ?? 0
    const kept = [...open].flatMap(([actor, own]) => {
      const recent = own.filter(({ row }) => row >= first && row > begins)
      return recent.length === 0 ? [] : [[actor, recent] as const]
    })
    open = new Map(kept)
    return kept.flatMap(([, own]) => own).toSorted((one, other) => other.row - one.row)
  }
}
