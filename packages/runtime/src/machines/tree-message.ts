import type { Json, JsonObject, Principal, Timer } from '@opschart/core'

import type { SignalKey } from '../driver/lines.ts'

type EventJson = JsonObject & { readonly type: string }

/** What a turn of a tree begins with. */
export type TreeMessage =
  /** Somebody outside starts its root. */
  | {
      readonly kind: 'open'
      readonly actor: string
      readonly input: Json | undefined
      readonly by: Principal
      readonly key: SignalKey
    }
  /** Somebody outside sends an event to an actor of it. */
  | {
      readonly kind: 'signal'
      readonly actor: string
      readonly event: EventJson
      readonly by: Principal
      readonly key: SignalKey
    }
  /** A timer is due. `now` is the time that it fires as of, when that is not the present. */
  | { readonly kind: 'timer'; readonly timer: Timer; readonly now?: number }
  /** A timer that was missed is put off. */
  | { readonly kind: 'put_off'; readonly timer: Timer; readonly due: number }
  /** An operation has ended: the actor that waits for it, and under which name and key it started it. */
  | {
      readonly kind: 'result'
      readonly actor: string
      readonly child: { readonly id: string; readonly key: string }
      readonly event: EventJson
    }
  /** A person lets a parked actor go on: what waits for it is taken again. */
  | { readonly kind: 'free'; readonly actor: string; readonly by: Principal }

/** What the event of a machine's timer row holds. */
export interface TimerEvent extends JsonObject {
  readonly event: EventJson
  /** How long it was set for, in milliseconds. */
  readonly delay: number
  /** Whom it is for, when that is not the actor itself; with the key of the child that is meant. */
  readonly to?: string
  readonly child?: string
}
