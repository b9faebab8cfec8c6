import type { InspectionStep, SeenState } from '../inspection/messages.ts'
import type { JsonObject } from '../json.ts'
import type { Principal } from '../principal.ts'
import type { Verdict, VerdictKind } from '../verdict.ts'

/** A signal that is only supposed to be sent. */
export interface SupposedSignal {
  readonly by: Principal
  readonly type: string
  readonly data?: JsonObject
  /** Whom it is sent to; the actor that is asked about when absent. */
  readonly to?: string
}

/** A question of the form: had these signals been sent then, one after the other, what would have come of it? */
export interface Supposition {
  /** A lifecycle, a workflow's run or an actor of a machine. */
  readonly actor: string
  /** The row after which they are sent; the journal's last one when absent. */
  readonly sequence?: number
  /** At most {@link mostSupposed}. */
  readonly signals: readonly SupposedSignal[]
}

/** How many signals one question may suppose. */
export const mostSupposed = 50

/** What would have come of one signal. */
export interface SupposedOutcome {
  readonly verdict: Verdict
  /** Every row that would have been written for it, its messages' among them, in order. */
  readonly steps: readonly InspectionStep[]
  /** What the actor that is asked about would have been after it. */
  readonly state: SeenState
}

/** The answer to a {@link Supposition}. */
export interface WhatIfView {
  readonly actor: string
  readonly sequence: number
  /** What it was before the first of them. */
  readonly before: SeenState
  /** One for each signal. */
  readonly outcomes: readonly SupposedOutcome[]
}

/** Who may send what to an actor, as it was after a row. */
export interface WhoMayView {
  readonly actor: string
  readonly sequence: number
  readonly state: SeenState
  /** Who is asked about: a person, each agent, and who else the chart names. */
  readonly principals: readonly Principal[]
  /** Each signal that has an arrow somewhere; those with one here come first. */
  readonly signals: readonly {
    readonly type: string
    /** Whether an arrow of the present state takes it. */
    readonly here: boolean
    /** One for each principal, in their order: what the law would answer, and where it would lead. */
    readonly answers: readonly {
      readonly kind: VerdictKind
      readonly reason: string
      /** The state value after it, where that is another. */
      readonly to?: string
      /** Whether the law looks at the signal's data for it: it was asked without, and other data may be answered otherwise. */
      readonly data?: true
    }[]
  }[]
}
