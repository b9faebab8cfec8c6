import {
  canonicalJson,
  notJson,
  OpschartError,
  severities,
  type Decision,
  type Fact,
  type Json,
  type Timer,
  type Unit,
  type Work,
} from '@opschart/core'

/** A unit whose form is right, with its values as canonical JSON text: what was handed over may change meanwhile. */
export interface PreparedUnit {
  readonly decisions: readonly (Omit<Decision, 'entry' | 'state'> & {
    readonly entry: string
    /** The text of the event in the entry. */
    readonly event: string | undefined
    readonly state: string | undefined
  })[]
  readonly read: NonNullable<Unit['read']>
  readonly facts: readonly (Omit<Fact, 'value'> & { readonly value: string })[]
  readonly work: readonly (Omit<Work, 'task'> & { readonly task: string })[]
  readonly settled: NonNullable<Unit['settled']>
  readonly withdrawn: NonNullable<Unit['withdrawn']>
  readonly timers: readonly (Omit<Timer, 'event'> & { readonly event: string })[]
  readonly timersGone: NonNullable<Unit['timersGone']>
  readonly checkpoints: readonly { readonly watcher: string; readonly value: string }[]
}

/**
 * Takes a unit's values as they are now.
 *
 * @throws OpschartError `input` for what no store can hold: a value that is not JSON, a time that is not a number, one
 * signal or one key of work twice in the same unit.
 */
export function preparedUnit(unit: Unit): PreparedUnit {
  const work = taken(unit.work, (item) => ({
    key: item.key,
    actor: item.actor,
    shard: item.shard,
    slot: item.slot,
    severity: known(item.severity, `severity of work ${item.key}`),
    at: time(item.at, `time of work ${item.key}`),
    task: json(item.task, `task of work ${item.key}`),
  }))
  const decisions = taken(unit.decisions, preparedDecision)
  once(work, ({ key }) => key, 'work')
  once(decisions, ({ key }) => key && canonicalJson([key.source, key.id]), 'signal')
  // Copies first: it waits for a flush, and V8 would take a literal for long-lived.
  return {
    ...unit,
    decisions,
    work,
    read: taken(unit.read, ({ actor, version }) => ({ actor, version })),
    facts: taken(unit.facts, ({ name, version, value }) => ({
      name,
      version,
      value: json(value, `fact ${name}`),
    })),
    settled: taken(unit.settled, ({ key, attempt }) => ({ key, attempt })),
    withdrawn: taken(unit.withdrawn, (key) => key),
    timers: taken(unit.timers, (timer) => ({
      actor: timer.actor,
      id: timer.id,
      version: timer.version,
      due: time(timer.due, `time of timer ${timer.actor}:${timer.id}`),
      event: json(timer.event, `event of timer ${timer.actor}:${timer.id}`),
    })),
    timersGone: taken(unit.timersGone, ({ actor, id }) => ({ actor, id })),
    checkpoints: taken(unit.checkpoints, ({ watcher, value }) => ({
      watcher,
      value: json(value, `checkpoint of ${watcher}`),
    })),
  }
}

function preparedDecision(decision: Decision): PreparedUnit['decisions'][number] {
  const { actor, version, at, key, entry, state } = decision
  // Said in words only where something is wrong: this is done for each decision.
  const what = (member: string) => `${member} of decision ${actor}:${version}`
  return {
    ...decision,
    at: Number.isFinite(at) ? at : notFinite(what('time')),
    key: key && { ...key },
    entry: json(entry, () => what('entry')),
    event: eventIn(entry),
    state: state === undefined ? undefined : inOrder(state, () => what('state')),
  }
}

/** The text of an entry's event; undefined where it has none. */
export function eventIn(entry: Json): string | undefined {
  const { event } = (entry ?? {}) as { readonly event?: unknown }
  return event === undefined ? undefined : canonicalJson(event)
}

const none: readonly never[] = []

/** The items as they are now. */
function taken<Item, Taken>(
  items: readonly Item[] | undefined,
  take: (item: Item) => Taken,
): readonly Taken[] {
  return items === undefined || items.length === 0 ? none : items.map(take)
}

function json(value: unknown, what: string | (() => string)): string {
  try {
    return canonicalJson(value)
  } catch (cause) {
    throw refused(
      `the ${typeof what === 'string' ? what : what()} cannot be written as JSON: ${(cause as Error).message}`,
      cause,
    )
  }
}

/** A state keeps the order of its members: a machine that goes through them does the same after it was read again. */
function inOrder(value: unknown, what: () => string): string {
  if (notJson(value) !== undefined) throw refused(notJson({ [what()]: value })!)
  return JSON.stringify(value)
}

function time(value: number, what: string): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw refused(`the ${what} is no number`)
  return value
}

function notFinite(what: string): never {
  throw refused(`the ${what} is no number of milliseconds`)
}

function known<T extends string>(severity: T, what: string): T {
  if (!(severities as readonly string[]).includes(severity)) {
    throw refused(`the ${what} is '${severity}'; it can be ${severities.join(', ')}`)
  }
  return severity
}

function once<Item>(items: readonly Item[], nameOf: (item: Item) => string | null, what: string): void {
  if (items.length < 2) return
  const met = new Set<string>()
  for (const item of items) {
    const name = nameOf(item)
    if (name === null) continue
    if (met.has(name)) throw refused(`the ${what} ${name} stands in it twice`)
    met.add(name)
  }
}

function refused(message: string, cause?: unknown): OpschartError {
  return new OpschartError('input', `A unit that cannot be committed: ${message}. Nothing was written.`, {
    cause,
  })
}
