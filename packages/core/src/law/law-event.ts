import type { JsonObject } from '../json.ts'
import type { Signal } from '../signal.ts'
import type { ServiceState } from '../release/service-state.ts'
import type { Changes } from '../ports/task.ts'

/** How much an operation may do by itself. */
export type Autonomy = 'observe' | 'ask' | 'act'

/** What is known of the operation that a signal asks for, read before the decision. */
export interface OperationFacts {
  readonly autonomy: Autonomy
  readonly changes: Changes
  /** Hash of the exact plan. */
  readonly plan: string
  /** Why autonomy is not what was configured: `remedy repeated within an hour`. */
  readonly because?: string
}

/** What gates and actions may know from elsewhere: read by the driver before the decision and journaled with the signal. */
export interface LawFacts {
  /** The service of the lifecycle, as last committed. */
  readonly service: ServiceState
  /** Whether the configuration says how to deploy and how to roll back. */
  readonly deployable: boolean
  readonly rollback_configured: boolean
  /** Whether a person may not approve what they asked for themselves. */
  readonly four_eyes: boolean
  /** For OPERATION_REQUESTED and approvals. */
  readonly operation?: OperationFacts
  /** The measure behind the incident: `exceeded`, `cleared`, or `unknown` while nothing measures it. */
  readonly measure: 'exceeded' | 'cleared' | 'unknown'
  /** Milliseconds an operation waits for its phase, and an approval for its answer. */
  readonly waiting_limit: number
  readonly approval_limit: number
  /** Milliseconds within which a remedy that is needed twice asks a person [L13]; an hour when absent. */
  readonly oscillation_limit?: number
  /** Whether the condition of an operation that waited still holds; absent: it has none. */
  readonly condition_holds?: boolean
  /** Facts that the user's own gates asked for. */
  readonly extra?: JsonObject
}

/** What the lifecycle's machine is handed for a signal. */
export interface LawEvent {
  readonly type: string
  readonly signal: Signal
  readonly facts: LawFacts
  readonly now: number
  /** The operation whose token the sender showed: it carries that operation's warrant. */
  readonly operation?: string
}
