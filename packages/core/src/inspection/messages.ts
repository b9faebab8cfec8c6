import type { Effect } from '../effect.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Verdict } from '../verdict.ts'
import type { ChartView } from './chart-view.ts'

/** Raised when a page can no longer read what an older process says. */
export const inspectionProtocol = 1

/** What of an actor is seen from outside. */
export interface SeenState {
  readonly status: 'active' | 'done' | 'error' | 'stopped' | 'parked'
  /** XState's state value; null for what has none. */
  readonly value: Json
  readonly context?: JsonObject
  readonly tags?: readonly string[]
  readonly output?: Json
  readonly error?: Json
}

/**
 * What an inspector is told, one after the other: live, or from a saved journal, which is the same. All of it is JSON. A
 * `source` is one process or store; ids of charts and actors are its own.
 */
export type InspectionMessage =
  /** A source begins, or begins anew: what was known of it is forgotten. */
  | {
      readonly kind: 'source'
      readonly source: string
      readonly protocol: typeof inspectionProtocol
      readonly name: string
      readonly at: number
      /** Whether its past, and what would come of a signal, can be asked for where its messages came from. */
      readonly answers?: true
    }
  | { readonly kind: 'chart'; readonly source: string; readonly chart: string; readonly view: ChartView }
  | {
      readonly kind: 'actor'
      readonly source: string
      readonly actor: string
      /** Null for what has no chart: a promise, a callback. */
      readonly chart: string | null
      readonly name: string
      readonly parent: string | null
      /** When it began, or moved last: it has stood as it is since then. */
      readonly at: number
      readonly state?: SeenState
    }
  | ({
      readonly kind: 'step'
      readonly source: string
      /** The hash of its row, where its source is a journal: who goes on after it shows which journal that was. */
      readonly hash?: string
    } & InspectionStep)
  /** What could not be kept up with, or was not understood: how many messages, and why. */
  | { readonly kind: 'lost'; readonly source: string; readonly count: number; readonly reason: string }
  /** The source has ended, or its connection has. */
  | { readonly kind: 'ended'; readonly source: string; readonly at: number }

/** One event that an actor got, and what came of it. */
export interface InspectionStep {
  readonly actor: string
  /** Its place in its source's journal, or the count of what was received. */
  readonly sequence: number
  readonly at: number
  readonly event: JsonObject & { readonly type: string }
  /** Who sent it: a principal, or the id of an actor; null when that is not known. */
  readonly from: string | null
  /** Absent where nothing is said of it: other processes only say what they took. */
  readonly verdict?: Verdict
  /** Absent where the actor is as it was. */
  readonly state?: SeenState
  readonly effects?: readonly Effect[]
  /** The step in one line, where its source says one. */
  readonly text?: string
}
