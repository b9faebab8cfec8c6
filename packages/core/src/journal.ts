import type { Effect } from './effect.ts'
import type { Json, JsonObject } from './json.ts'
import type { LawFacts } from './law/law-event.ts'
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

/** What a member of an entry is when its row leaves it out. */
const absent = {
  service: '',
  by: null,
  severity: null,
  facts: null,
  operation: null,
  verdict: null,
  moved: null,
  effects: [],
  changes: [],
  cause: null,
} as const

/** An entry as it is written: without what says nothing, since a journal is mostly read by machines and kept for years. */
export function writtenEntry(entry: JournalEntry): Json {
  const kept = Object.entries(entry).filter(([name, value]) => {
    if (!Object.hasOwn(absent, name)) return true
    return Array.isArray(value) ? value.length > 0 : value !== absent[name as keyof typeof absent]
  })
  return Object.fromEntries(kept) as Json
}

/** The entry of a row, whole. */
export function entryOf(row: { readonly entry: Json }): JournalEntry {
  return { ...absent, ...(row.entry as unknown as JournalEntry) }
}
