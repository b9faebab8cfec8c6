import type { Json, JsonObject } from '../json.ts'

/** An actor of a machine, as people see it. */
export interface ActorView {
  /** `order/42`; a child of it `order/42~payment`. */
  readonly id: string
  /** The machine's name; a child's is its parent's and the name of its source: `order/payment`. */
  readonly machine: string
  /** How many decisions it has taken. */
  readonly version: number
  readonly status: 'active' | 'done' | 'error' | 'stopped' | 'parked' | 'misfit'
  /** XState's state value. */
  readonly value: Json
  readonly context: JsonObject
  readonly tags: readonly string[]
  readonly output?: Json
  readonly error?: Json
  /** `actor` is null for an operation, which is no actor. */
  readonly children: readonly { readonly id: string; readonly src: string; readonly actor: string | null }[]
  readonly timers: readonly { readonly id: string; readonly due: number }[]
  /**
   * Why it cannot go on, and the way out: what is stored of it does not fit its machine of today. It takes nothing, its timers
   * and operations wait, and it goes on by itself once it fits. Null when it does.
   */
  readonly misfit: string | null
  /** Why it takes nothing any more, and how much waits for it; null when it is not parked. */
  readonly parked: { readonly reason: string; readonly since: number; readonly letters: number } | null
}

/** What an actor was right after a row of the journal: decided again from its rows, as an audit does. */
export interface PastView {
  /** A lifecycle, a workflow's run (`web/v2~deploy:1`), or an actor of a machine (`order/42`). */
  readonly actor: string
  /** The actor's last row up to the one that was asked for. */
  readonly sequence: number
  readonly at: number
  readonly version: number
  readonly status: 'active' | 'done' | 'error' | 'stopped' | 'parked'
  /** XState's state value. */
  readonly value: Json
  readonly context: JsonObject
  /** The actor's rows before and after this one, to step to; null at its ends, and where the journal begins. */
  readonly previous: number | null
  readonly next: number | null
}

/** How a stored actor stands to what decides today [D7]. */
export interface FitView {
  readonly actor: string
  /** `fits`: it goes on as it is. `migrates`: a declared mapping brings it along. `misfit`: it cannot go on. */
  readonly kind: 'fits' | 'migrates' | 'misfit'
  /** What becomes of it; of a misfit, what is wrong and the way out. */
  readonly text: string
}
