import {
  entryOf,
  type Autonomy,
  type JournalEntry,
  type RecordView,
  type Store,
  type Task,
} from '@opschart/core'

const strictness: readonly Autonomy[] = ['observe', 'ask', 'act']
const searched = 50_000
const page = 1_000

/** What an agent, or one of its tasks, has done so far: counted from the journal, shown before it is promoted. */
export async function recordOf(
  store: Store,
  target: string,
  tasks: readonly Task[],
  autonomyOf: (agent: string, task: string) => Autonomy,
): Promise<RecordView> {
  const own = tasks.filter(
    ({ agent, task }) => target === '*' || target === agent || target === `${agent}.${task}`,
  )
  const isOwn = (what: unknown) =>
    typeof what === 'string' && (target === '*' || what === target || what.startsWith(`${target}.`))
  const counts = { done: 0, failed: 0, observed: 0, rejected: 0 }
  /** Operations that a person said no to: whose they were is told by an earlier row. */
  const rejected = new Set<string>()
  let last: number | null = null
  let before: number | undefined
  for (let read = 0; read < searched; read += page) {
    const rows = await store.history({
      backwards: true,
      limit: page,
      ...(before === undefined ? {} : { to: before }),
    })
    for (const row of rows) {
      const entry = entryOf(row)
      if (entry.event.type === 'operation.settled') {
        if (!isOwn(entry.event['what'])) continue
        last ??= row.at
        if (entry.event['outcome'] === 'done') counts.done += 1
        else counts.failed += 1
        continue
      }
      const ends = endsIn(entry)
      for (const { operation, code } of ends) if (code === 'rejected') rejected.add(operation)
      const asked = askedIn(entry)
      if (asked === undefined || !isOwn(asked.what)) continue
      if (ends.some(({ operation, code }) => operation === asked.id && code === 'observed'))
        counts.observed += 1
      if (rejected.delete(asked.id)) counts.rejected += 1
    }
    const oldest = rows.at(-1)
    if (oldest === undefined || oldest.sequence <= 1) break
    before = oldest.sequence - 1
  }
  // Of several tasks, what every one of them may do.
  const given = own.map(({ agent, task }) => autonomyOf(agent, task))
  const autonomy = strictness.find((one) => given.includes(one)) ?? 'act'
  return {
    target,
    changes: [...new Set(own.map(({ changes }) => changes))].sort(),
    autonomy,
    ...counts,
    last,
  }
}

/** Operations that a row ended without their having run. */
function endsIn({ effects }: JournalEntry): { operation: string; code: string }[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'emit' || effect.event.type !== 'settle') return []
    const { operation, failure } = effect.event as unknown as { operation: string; failure: { code: string } }
    return [{ operation, code: failure.code }]
  })
}

/** The operation that a row let in, to run, to ask or to be noted. */
function askedIn({ event, verdict }: JournalEntry): { id: string; what: string } | undefined {
  const signal = event['signal'] as { type?: string; data?: Record<string, unknown> } | undefined
  if (signal?.type !== 'OPERATION_REQUESTED' || verdict?.kind !== 'accepted') return undefined
  const { id, agent, task } = signal.data ?? {}
  return { id: String(id), what: `${String(agent)}.${String(task)}` }
}
