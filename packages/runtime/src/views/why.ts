import {
  entryOf,
  OpschartError,
  timerText,
  type JournalRow,
  type LifecycleDefinition,
  type LogEntryView,
  type Store,
} from '@opschart/core'

import { logView } from './log-view.ts'

const page = 1_000
const searched = 20_000
const most = 50
/** No chain of causes is longer [L12]. */
const longestChain = 16

/**
 * The rows that explain something, oldest first: a row by its number, a signal or operation by its id (with the causes before
 * it), or a lifecycle's last decisions.
 */
export async function why(
  store: Store,
  about: string,
  lifecycle: string | undefined,
  definition: LifecycleDefinition,
): Promise<LogEntryView[]> {
  const rows = await explaining(store, about, lifecycle)
  return Promise.all(rows.map((row) => withTimers(store, row, definition)))
}

/** A row with the times that it set. */
async function withTimers(
  store: Store,
  row: JournalRow,
  definition: LifecycleDefinition,
): Promise<LogEntryView> {
  const { effects, event } = entryOf(row)
  const set = effects.filter((effect) => effect.kind === 'timer')
  if (set.length === 0) return logView(row)
  const pending = await store.timers(row.actor)
  const { agent, task } = (event['signal'] as { data?: Record<string, unknown> } | undefined)?.data ?? {}
  const name = typeof agent === 'string' && typeof task === 'string' ? `${agent}.${task}` : undefined
  const timers = set.map((timer) => ({
    id: timer.id,
    due: timer.due,
    what: timerText(definition, timer, () => name),
    since: row.sequence,
    pending: pending.some(({ id, version }) => id === timer.id && version === row.version),
  }))
  return { ...logView(row), timers }
}

async function explaining(store: Store, about: string, lifecycle: string | undefined): Promise<JournalRow[]> {
  const number = /^#?(\d{1,15})$/.exec(about)?.[1]
  if (number !== undefined) {
    const sequence = Number(number)
    const [row] = await store.history({ from: sequence, to: sequence })
    if (row !== undefined) return [...(await causesOf(store, row)), row]
    const pruned = (await store.pruning?.beginning())?.sequence ?? 0
    if (sequence > 0 && sequence <= pruned)
      throw new OpschartError(
        'input',
        `row ${sequence} was pruned: the journal begins with row ${pruned + 1} by now`,
      )
  }
  if (lifecycle !== undefined) {
    const rows = await store.history({ actor: lifecycle, backwards: true, limit: 200 })
    return rows.filter(matters).slice(0, 20).reverse()
  }
  const found: JournalRow[] = []
  let before: number | undefined
  for (let read = 0; read < searched; read += page) {
    const rows = await store.history({
      backwards: true,
      limit: page,
      ...(before === undefined ? {} : { to: before }),
    })
    for (const row of rows) if (found.length < most && concerns(row, about)) found.push(row)
    const last = rows.at(-1)
    if (last === undefined || last.sequence <= 1) break
    before = last.sequence - 1
  }
  const first = found.at(-1)
  const causes = first === undefined ? [] : await causesOf(store, first)
  return [...causes, ...found.reverse()]
}

function matters(row: JournalRow): boolean {
  const entry = entryOf(row)
  // That a step's work was let in explains nothing: what it found, and what was refused, does.
  const admitted = entry.verdict?.reason.includes(' is admitted in ') === true
  if (entry.event.type === 'OPERATION_REQUESTED' && admitted) return false
  return (
    entry.moved !== null ||
    (entry.verdict !== null && entry.verdict.kind !== 'ignored') ||
    entry.kind === 'opened'
  )
}

function concerns(row: JournalRow, about: string): boolean {
  if (row.key?.id === about) return true
  if (about.startsWith('incident-') && ofIncident(row, about)) return true
  const entry = entryOf(row)
  if (entry.cause === about || entry.event.type === about || entry.event['operation'] === about) return true
  // What a signal is about: the operation that it asks for or answers, or the signal that it was raised for.
  const { id, operation, signal } =
    (entry.event['signal'] as { data?: Record<string, unknown> } | undefined)?.data ?? {}
  if (id === about || operation === about || signal === about) return true
  return entry.effects.some((effect) => effect.key === about)
}

/** Whether a row opened an incident, or is a result of the workflow that it started. */
function ofIncident(row: JournalRow, incident: string): boolean {
  const { changes, event } = entryOf(row)
  const opens = changes.some((change) => change.kind === 'open_incident' && change.incident.id === incident)
  const run = row.actor.endsWith(`:${incident.slice('incident-'.length)}`)
  return opens || (run && event.type.startsWith('xstate.done.actor.'))
}

/** The rows that led to a row, following causes back. */
async function causesOf(store: Store, row: JournalRow): Promise<JournalRow[]> {
  const chain: JournalRow[] = []
  for (
    let present = await causeOf(store, row);
    present !== undefined;
    present = await causeOf(store, present)
  ) {
    const { sequence } = present
    if (chain.length >= longestChain || chain.some((known) => known.sequence === sequence)) break
    chain.unshift(present)
  }
  return chain
}

/** The row whose effect is named as a row's cause: the one of that version of its actor. */
async function causeOf(store: Store, row: JournalRow): Promise<JournalRow | undefined> {
  const { cause } = entryOf(row)
  const [, actor, version] = (cause === null ? null : /^(.+):(\d+):[^:]+$/s.exec(cause)) ?? []
  if (actor === undefined) return undefined
  // A cause lies before what it causes; from there it is found backwards, page by page.
  for (let to = row.sequence - 1, read = 0; to >= 1 && read < searched; read += page) {
    const rows = await store.history({ actor, to, limit: page, backwards: true })
    const found = rows.find((known) => known.version === Number(version))
    const last = rows.at(-1)
    if (found !== undefined || last === undefined || last.version < Number(version)) return found
    to = last.sequence - 1
  }
  return undefined
}
