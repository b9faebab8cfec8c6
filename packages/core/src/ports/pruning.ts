import type { Json } from '../json.ts'
import type { Unit, UnitOutcome } from './store.ts'

/** Where a journal begins: the last row that was pruned. */
export interface Beginning {
  /** Its sequence; 0 when nothing was pruned. Rows up to there are gone. */
  readonly sequence: number
  /** Its hash, from which the first kept row follows; empty when nothing was pruned. */
  readonly hash: string
  /** The row that tells of the pruning, and carries the digest of the base; 0 when nothing was pruned. */
  readonly told: number
}

/** What an actor, a service or the context was where a pruned journal begins: what its replay begins with. */
export interface BaseState {
  readonly kind: 'actor' | 'service' | 'context'
  /** Of the actor or the service; empty of the context. */
  readonly name: string
  /** The actor's version; 0 of anything else. */
  readonly version: number
  /** Null when it cannot be known: it was decided by a definition that is no longer here. */
  readonly state: Json
}

/** A cut through the journal. */
export interface Cut {
  /** The last row that goes. */
  readonly sequence: number
  /** Where the journal began when it was looked at; when it begins elsewhere by now, the cut conflicts. */
  readonly after: number
  /** What {@link Pruning.prepare} gave for its base. */
  readonly base: number
  /** What is written with it; its last row tells of it. */
  readonly unit: Unit
}

/** What a store can do whose journal need not be kept for ever. Sources and ids of pruned signals stay known. */
export interface Pruning {
  beginning(): Promise<Beginning>
  /** The base of the journal as it is now, in the order in which it was prepared. */
  base(): AsyncIterable<BaseState>
  /** Writes the base of a cut to come, in small transactions; gives its number. It counts for nothing before the cut. */
  prepare(base: Iterable<BaseState>): Promise<number>
  /**
   * Commits the unit, and with it lets the journal begin after the cut: the rows before are gone for every reader. In one
   * short transaction, whole or not at all; `conflict` on `journal` when somebody else has pruned meanwhile, or the base
   * was swept away.
   */
  cut(cut: Cut): Promise<UnitOutcome>
  /** Gives back some of what cuts have left behind, in one short transaction; false when nothing is left. */
  sweep(): Promise<boolean>
}
