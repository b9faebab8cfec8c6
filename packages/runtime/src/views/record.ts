import type { Autonomy, JournalEntry, RecordView, Store, Task } from '@opschart/core'

const searched = 50_000
const page = 1_000

/** What an agent, or one of its tasks, has done so far: counted from the journal, shown before it is promoted. */
export async function recordOf(store: Store, target: string, tasks: readonly Task[], autonomy: Autonomy): Promise<RecordView> {
  const own = tasks.filter(({ agent, task }) => target === '*' || target === agent || target === `${agent}.${task}`)
  const isOwn = (what: string) => target === '*' || what === target || what.startsWith(`${target}.`)
  const counts = { done: 0, failed: 0, observed: 0, rejected: 0 }
  let last: number | null = null
  let before: number | undefined
  for (let read = 0; read < searched; read += page) {
    const rows = await store.history({ backwards: true, limit: page, ...(before === undefined ? {} : { to: before }) })
    for (const row of rows) {
      const entry = row.entry as unknown as JournalEntry
      if (entry.event.type === 'operation.settled' && isOwn(String(entry.event['what']))) {
        last ??= row.at
        if (entry.event['outcome'] === 'done') counts.done += 1
        else counts.failed += 1
      }
      const asked = entry.event['signal'] as { type?: string; data?: Record<string, unknown> } | undefined
      if (asked?.type !== 'OPERATION_REQUESTED' || !isOwn(`${String(asked.data?.['agent'])}.${String(asked.data?.['task'])}`)) continue
      for (const effect of entry.effects) {
        const emitted = effect.kind === 'emit' ? (effect.event as { type: string; failure?: { code: string } }) : undefined
        if (emitted?.failure?.code === 'observed') counts.observed += 1
      }
    }
    const oldest = rows.at(-1)
    if (oldest === undefined || oldest.sequence <= 1) break
    before = oldest.sequence - 1
  }
  return { target, changes: [...new Set(own.map(({ changes }) => changes))].sort(), autonomy, ...counts, last }
}
