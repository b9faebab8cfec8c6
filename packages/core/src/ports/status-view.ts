import type { Principal } from '../principal.ts'
import type { ServiceView } from './runtime.ts'

/** What `opschart status` shows. */
export interface StatusView {
  readonly now: number
  readonly head: { readonly sequence: number; readonly hash: string }
  /** Names this answer: what has changed since can be asked for by it. */
  readonly mark: string
  /** Of an answer to `since` that is not whole: the lifecycles that are not open any more. Absent where all are told. */
  readonly gone?: readonly string[]
  readonly services: readonly ServiceView[]
  readonly pauses: readonly Pause[]
  /** How many violations nobody has answered, and the latest hundred of them, the last first. */
  readonly violations: number
  readonly unanswered: readonly ViolationView[]
  /** Actors of machines that take nothing until a person lets them go on. */
  readonly parked: readonly { readonly actor: string; readonly reason: string; readonly since: number }[]
  readonly watchers: readonly {
    readonly name: string
    readonly state: 'watching' | 'failing' | 'ended'
    readonly problem?: string
  }[]
}

/** What happened although the law does not allow it, and waits for a person to say where the release really is. */
export interface ViolationView {
  /** The row that told it. */
  readonly row: number
  readonly at: number
  readonly actor: string
  readonly type: string
  readonly by: Principal | null
  /** Why the law does not allow it. */
  readonly reason: string
}

/** A pause that is in force. */
export interface Pause {
  /** `everything`, `service:<name>`, `agent:<name>` or `rule:<name>`. */
  readonly target: string
  readonly by: Principal
  readonly at: number
  readonly reason: string
}
