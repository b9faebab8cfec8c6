import type { Effect } from './effect.ts'
import type { Json, JsonObject } from './json.ts'
import type { LawFacts } from './law/law-event.ts'
import type { JournalRow } from './ports/store.ts'
import type { Principal } from './principal.ts'
import type { ServiceChange } from './release/service-change.ts'
import type { Severity } from './signal.ts'
import type { Verdict } from './verdict.ts'

/**
 * What kind of thing was decided on. `parked`: an actor could not take what came for it, which is kept; `freed`: it takes
 * it again. `migrated`: its state was brought to another definition, and stands whole in the event.
 */
export type EntryKind =
  | 'opened'
  | 'signal'
  | 'message'
  | 'timer'
  | 'result'
  | 'act'
  | 'problem'
  | 'parked'
  | 'freed'
  | 'migrated'

/**
 * What a journal row holds: all that the decision knew, and all that came of it. Replaying rows in order through the
 * same pure functions gives the same states to the byte [D6].
 */
export interface JournalEntry {
  readonly kind: EntryKind
  /** Which kernel decides: `lifecycle`, `workflow:<name>`, `rule:<name>`, `system`; `none` for rows that only tell. */
  readonly decider: string
  readonly service: string
  /** The event, or the input of an actor that is opened. */
  readonly event: JsonObject & { readonly type: string }
  readonly by: Principal | null
  readonly severity: Severity | null
  /** The facts that were read before, without the service: that is folded from the journal itself. */
  readonly facts: Omit<LawFacts, 'service'> | null
  /** The operation whose token the sender showed. */
  readonly operation: string | null
  readonly verdict: Verdict | null
  readonly moved: { readonly from: string; readonly to: string } | null
  readonly effects: readonly Effect[]
  /** Changes of the service's facts, written with this row, in order. */
  readonly changes: readonly ServiceChange[]
  readonly cause: string | null
}

/** What is known of a row beside its entry, and need not stand in it again. */
type OfRow = Pick<JournalRow, 'actor' | 'version' | 'at' | 'key'>

/** What a member of an entry is when its row leaves it out. */
const absent = {
  kind: 'signal',
  service: '',
  severity: null,
  facts: null,
  operation: null,
  verdict: null,
  moved: null,
  effects: [],
  changes: [],
  cause: null,
} as const

/**
 * An entry as it is written: without what says nothing, or what the rest of the row says. A journal is mostly read by
 * machines and kept for years.
 */
export function writtenEntry(entry: JournalEntry, row: OfRow): Json {
  const { verdict, effects, event } = entry
  const written: Record<string, unknown> = {}
  for (const name of members) {
    if (!isSaid(name, entry, row)) continue
    if (name === 'verdict') written[name] = shorterVerdict(verdict!, event.type)
    else if (name === 'effects')
      written[name] = effects.map((effect, index) => shorterEffect(effect, keyOf(row, index), row.at))
    else written[name] = entry[name]
  }
  return written as Json
}

/** The members of an entry in the order in which they are written, so that they need not be sorted. */
const members = [
  'by',
  'cause',
  'changes',
  'decider',
  'effects',
  'event',
  'facts',
  'kind',
  'moved',
  'operation',
  'service',
  'severity',
  'verdict',
] as const satisfies readonly (keyof JournalEntry)[]

function isSaid(name: keyof JournalEntry, entry: JournalEntry, row: OfRow): boolean {
  const value = entry[name]
  if (name === 'by') return value !== sourceOf(row)
  if (name === 'decider') return value !== machineOf(row)
  if (name === 'event') return true
  return Array.isArray(value) ? value.length > 0 : value !== absent[name]
}

/** The entry of a row, whole. */
export function entryOf(row: OfRow & { readonly entry: Json }): JournalEntry {
  const written = row.entry as unknown as Partial<JournalEntry> & Pick<JournalEntry, 'event'>
  const { verdict = null, effects = [], event } = written
  return {
    ...absent,
    by: sourceOf(row),
    decider: machineOf(row) ?? 'none',
    ...written,
    verdict: verdict === null ? null : wholeVerdict(verdict, event.type),
    effects: effects.map((effect, index) => wholeEffect(effect, keyOf(row, index), row.at)),
  }
}

/** What a person is told of an arrow that was taken, where there is no more to say. */
export function takenReason(
  type: string,
  { from, phase }: { readonly from: string; readonly phase: string },
): string {
  return from === phase ? `${type} in ${from}` : `${type}: ${from} → ${phase}`
}

const keyOf = ({ actor, version }: OfRow, index: number) => `${actor}:${version}:${index}`

/** A signal's source is mostly named after who sent it. */
const sourceOf = ({ key }: OfRow) => (key === null ? null : (key.source as Principal))

/** The machine's kernel, where the actor's name tells it: an actor that has no parent is named after its machine. */
const machineOf = ({ actor }: OfRow) => /^machine:[^/~]+(?=\/[^~]*$)/.exec(actor)?.[0]

/** Most verdicts are that an arrow was taken: those say no more than where it led. */
function shorterVerdict(verdict: Verdict, type: string): object {
  if (verdict.kind !== 'accepted') return verdict
  const { reason, ...rest } = verdict
  return reason === takenReason(type, verdict) ? rest : verdict
}

function wholeVerdict(verdict: Verdict & { readonly reason?: string }, type: string): Verdict {
  if (verdict.kind !== 'accepted' || verdict.reason !== undefined) return verdict
  return { ...verdict, reason: takenReason(type, verdict) }
}

/** A timer is written by how long it is after its row, which for most is the same each time: see the forms of a store. */
interface Later {
  readonly in?: number
}

function shorterEffect(effect: Effect, usual: string, at: number): object {
  const { key, ...rest } = effect
  const shorter = key === usual ? rest : effect
  if (effect.kind !== 'timer') return shorter
  const { event, due, ...timer } = shorter as typeof effect
  const later = due - at
  return {
    ...timer,
    ...(isNamed(event, effect.id) ? {} : { event }),
    ...(at + later === due ? { in: later } : { due }),
  }
}

/** Whether an event is nothing but its name, such as that of an `after` timer. */
const isNamed = (event: { readonly type: string }, name: string) =>
  event.type === name && Object.keys(event).length === 1

function wholeEffect(written: Partial<Effect> & Later, usual: string, at: number): Effect {
  const { in: later, ...effect } = written
  if (effect.kind !== 'timer') return { key: usual, ...written } as Effect
  const named = effect.event === undefined ? { event: { type: effect.id } } : {}
  return { key: usual, ...effect, ...named, ...(later === undefined ? {} : { due: at + later }) } as Effect
}
