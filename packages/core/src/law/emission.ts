import type { OperationFailure } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { Principal } from '../principal.ts'
import type { ServiceChange } from '../release/service-change.ts'
import type { Severity } from '../signal.ts'

/** What an actor of ours emits: what a decision asks the driver for, as data. */
export type Emission =
  /** Do the operation of that id. */
  | { readonly type: 'run'; readonly operation: string }
  /** The operation is not wanted any more: cancel it where it runs. */
  | { readonly type: 'withdraw'; readonly operation: string }
  /** The operation ended without having run: tell the workflow that waits for it. */
  | { readonly type: 'settle'; readonly operation: string; readonly failure: OperationFailure }
  /** Ask for a waiting operation again: its phase may have come. */
  | { readonly type: 'readmit'; readonly operation: string }
  /** Another signal; `to` names the lifecycle, absent: the one that this actor belongs to. */
  | {
      readonly type: 'signal'
      readonly signal: { readonly type: string; readonly data: JsonObject; readonly severity?: Severity }
      readonly to?: string
      readonly by: Principal
    }
  /** Ask for a task on the live release: what a rule's action is when it is no signal. */
  | {
      readonly type: 'request'
      readonly agent: string
      readonly task: string
      readonly data: JsonObject
      readonly severity: Severity
      readonly by: Principal
    }
  /** Changes the service's durable facts, in this same commit. */
  | { readonly type: 'service'; readonly change: ServiceChange }
  /** A person must know. */
  | { readonly type: 'escalate'; readonly about: string; readonly text: string; readonly severity: Severity }
