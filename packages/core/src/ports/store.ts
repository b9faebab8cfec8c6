import type { Json } from '../json.ts'
import type { Severity } from '../signal.ts'
import type { Pruning } from './pruning.ts'
import type { Transfer } from './transfer.ts'

/** What a signal is known again by. */
export interface SignalKey {
  readonly source: string
  readonly id: string
}

/** One row of the journal: a decision, whole. Rows are never changed; each carries the hash of the one before. */
export interface JournalRow {
  /** Place in the journal, from 1, without gaps. */
  readonly sequence: number
  /** SHA-256 over the previous row's hash and this row's canonical JSON without `hash`. */
  readonly hash: string
  readonly actor: string
  /** The actor's place in its own history, from 1, without gaps. */
  readonly version: number
  /** Hash of the definition that decided. */
  readonly definition: string
  /** When it was decided, in milliseconds since 1970. */
  readonly at: number
  /** Source and id of the signal; null for messages between actors, timers and results. */
  readonly key: SignalKey | null
  /** What was decided on, with the facts that were read before; what came of it. See `journal.ts`. */
  readonly entry: Json
}

/** A decision to be written: its row (the store gives sequence and hash) and the actor's next state. */
export interface Decision extends Omit<JournalRow, 'sequence' | 'hash'> {
  /** The service whose actors share one order of writing; empty for none. */
  readonly shard: string
  /** The actor's next state; absent when it is the same (its version still moves on). */
  readonly state?: Json
  /** True when the actor has ended: it is kept, but no longer listed as open. */
  readonly ended?: boolean
}

/** A durable value about a service or the system (live pointer, directory, pauses), written only by a commit. */
export interface Fact {
  readonly name: string
  /** Counts its writes, from 1. */
  readonly version: number
  readonly value: Json
}

/** Work to be done outside, after the commit. */
export interface Work {
  /** Idempotency key: `<actor>:<version>:<index>`. */
  readonly key: string
  /** The actor that waits for the outcome. */
  readonly actor: string
  readonly shard: string
  /** Only one piece of work of a slot runs at a time (`<service>/<agent>`); null for no such limit. */
  readonly slot: string | null
  readonly severity: Severity
  readonly at: number
  /** What to do. */
  readonly task: Json
}

/** Work as the store holds it. */
export interface StoredWork extends Work {
  readonly status: 'queued' | 'running'
  /** How often it was claimed; the fence that a settlement must show. */
  readonly attempt: number
  /** Who runs it, and until when without a renewal; null while queued. */
  readonly owner: string | null
  readonly until: number | null
}

/** A point of absolute time at which an actor gets an event. Unique by actor and id; setting it again replaces it. */
export interface Timer {
  readonly actor: string
  readonly id: string
  readonly due: number
  /** The version of the actor that set it: an event of a timer that was since replaced is dropped. */
  readonly version: number
  readonly event: Json
}

/** Which work to list. */
export interface WorkFilter {
  readonly shard?: string
  readonly actor?: string
  /** Only that of actors whose id begins so. */
  readonly prefix?: string
  /** Only that of other actors than those whose id begins so. */
  readonly notPrefix?: string
  /** True: only what runs, false: only what is queued. */
  readonly running?: boolean
  /** How many of the first are passed over; 0 when absent. */
  readonly offset?: number
  /** At most so many; all when absent. */
  readonly limit?: number
}

/** What is written whole or not at all. Several decisions in one unit are one step of the law (an arrow and its messages). */
export interface Unit {
  readonly decisions: readonly Decision[]
  /**
   * Actors that were read for it and are not moved by it, each at the version it had (0: there was none). Conflicts when
   * one has another by now.
   */
  readonly read?: readonly { readonly actor: string; readonly version: number }[]
  /** Each with the version it will have: one more than it had when it was read, else the unit conflicts. */
  readonly facts?: readonly Fact[]
  readonly work?: readonly Work[]
  /** Work that ended, under the attempt it ran as. Conflicts when that attempt is no longer the running one. */
  readonly settled?: readonly { readonly key: string; readonly attempt: number }[]
  /** Work that is no longer wanted, queued or running. Unknown keys are passed over. */
  readonly withdrawn?: readonly string[]
  readonly timers?: readonly Timer[]
  /** Timers taken back or fired. Unknown ones are passed over. */
  readonly timersGone?: readonly { readonly actor: string; readonly id: string }[]
  readonly checkpoints?: readonly { readonly watcher: string; readonly value: Json }[]
}

/** What became of one unit. */
export type UnitOutcome =
  /** Written; the sequence of its last row (0 when it had none). */
  | { readonly kind: 'written'; readonly sequence: number }
  /** A signal of it had been journaled before, in that row. Nothing was written. `pruned`: that row is gone by now. */
  | { readonly kind: 'duplicate'; readonly sequence: number; readonly pruned?: SignalKey }
  /** An actor, a fact or an attempt was moved by somebody else first. Nothing was written. */
  | { readonly kind: 'conflict'; readonly on: string }

/** What an actor is, as last written. */
export interface StoredActor {
  readonly actor: string
  readonly version: number
  readonly definition: string
  readonly shard: string
  readonly state: Json
  readonly ended: boolean
}

/** Which actors to list. */
export interface ActorFilter {
  readonly shard?: string
  /** Only those whose id begins so. */
  readonly prefix?: string
  readonly ended?: boolean
  /** Only those whose last row was decided under none of these definitions; it must not cost more for there being many others. */
  readonly notUnder?: readonly string[]
  /** At most so many, in an order of the store's own; a page must not cost more for there being many before or after it. */
  readonly limit?: number
  /** The last one of such a page: only those behind its place, whatever has become of it since. Only with `limit`. */
  readonly after?: Pick<StoredActor, 'actor' | 'shard'>
}

/** Which journal rows to read. */
export interface HistoryQuery {
  /** First sequence wanted, inclusive; 1 when absent. */
  readonly from?: number
  /** Last sequence wanted, inclusive. */
  readonly to?: number
  /** Only rows of this actor. */
  readonly actor?: string
  /** At most so many; 1,000 when absent. */
  readonly limit?: number
  /** Newest first. */
  readonly backwards?: boolean
}

/**
 * Where everything durable lives. The one operation that must be native is the atomic {@link Store.commit}; the rest
 * reads. Rejects with `OpschartError` code `storage`, `store_version` or `closed`; what was committed stays readable.
 */
export interface Store {
  /** Writes each unit whole or not at all, in order, in as few flushes as can be; a unit that fails does not touch the others. */
  commit(units: readonly Unit[]): Promise<UnitOutcome[]>
  actor(actor: string): Promise<StoredActor | undefined>
  /** Actors that have not ended (that have, with `ended`), by id where no limit is given. */
  actors(filter?: ActorFilter): Promise<StoredActor[]>
  /** The row that first journaled this signal. */
  seen(source: string, id: string): Promise<JournalRow | undefined>
  history(query: HistoryQuery): Promise<JournalRow[]>
  /** The last row's sequence and hash; `{ sequence: 0, hash: '' }` of an empty journal. */
  head(): Promise<{ sequence: number; hash: string }>
  facts(names: readonly string[]): Promise<Fact[]>
  /** Every fact whose name begins so, by name. */
  factsBeginning(prefix: string): Promise<Fact[]>
  checkpoint(watcher: string): Promise<Json | undefined>
  /**
   * Work that has not ended: the most severe first, then the oldest. A few of many (what runs; what is queued, with a limit;
   * what is not for actors of a prefix) must not cost more for there being many others.
   */
  work(filter?: WorkFilter): Promise<StoredWork[]>
  /**
   * Takes one piece of work for an owner: queued, or running with `until` past (or owned by one of `dead`). Undefined when somebody else has it, its slot
   * is taken by work that runs, or it is gone. Counts the attempt.
   */
  claim(claim: {
    key: string
    owner: string
    now: number
    until: number
    dead?: readonly string[]
  }): Promise<StoredWork | undefined>
  /** Puts the end of a running attempt off; false when it is no longer that owner's attempt. */
  renew(renewal: { key: string; attempt: number; owner: string; until: number }): Promise<boolean>
  /** Timers due by then, the earliest first. */
  timersDue(now: number, limit: number): Promise<Timer[]>
  /** When the next timer is due; undefined when there is none. */
  nextTimer(): Promise<number | undefined>
  /** Timers of one actor, for showing. */
  timers(actor: string): Promise<Timer[]>
  /** A number that changes whenever anybody, in any process, has committed. Cheap enough to ask often. */
  changeCounter(): Promise<number>
  /** Absent: what it holds cannot be moved to another store. */
  readonly transfer?: Transfer
  /** Absent: its journal is kept for ever. */
  readonly pruning?: Pruning
  close(): Promise<void>
}
