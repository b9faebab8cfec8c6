// What the processes of the crash test tell one another, and what the driver remembers for the check at the end.

import type { SignalDraft, Verdict } from '@opschart/core'

import type { OrderInput } from './order-machines.ts'

/** Where a process dies by itself; nowhere when absent. */
export interface Opening {
  readonly die?: string
  readonly count?: number
}

/** What the driver asks of whichever process lives. */
export type Message = {
  readonly id: string
  readonly to: string
  /** What comes of it whenever it is taken; absent where that depends on when. */
  readonly expected?: Verdict['kind']
} & ({ readonly start: OrderInput | null } | { readonly draft: SignalDraft })

/** What a process says, a line each. */
export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'opened' | 'finished'; readonly at: number }
  | { readonly kind: 'acknowledged'; readonly id: string; readonly verdict: Verdict }
  | { readonly kind: 'failed'; readonly id: string; readonly error: string }
  | { readonly kind: 'emitted'; readonly sequence: number; readonly type: string }

/** What was sent, what was answered, and when anything lived. */
export interface CrashRecord {
  readonly seed: number
  /** Every message, with the first verdict on it. */
  readonly acknowledged: readonly { readonly message: Message; readonly verdict: Verdict }[]
  /** From when each process was open until it died. */
  readonly lives: readonly (readonly [opened: number, died: number])[]
  readonly emitted: readonly { readonly sequence: number; readonly type: string }[]
  /** What the driver itself has found wrong. */
  readonly faults: readonly string[]
}

/** What the check at the end found. */
export interface CrashFindings {
  readonly faults: readonly string[]
  readonly signals: number
  readonly actors: number
  readonly rows: number
  readonly operations: number
  /** Operations that were carried out more than once outside, under the same key. */
  readonly repeated: number
  readonly timers: number
  /** The longest that a timer was late, in milliseconds of a living process. */
  readonly latest: number
}
