import type { JsonObject } from '../json.ts'
import type { Principal } from '../principal.ts'
import type { OperationInput } from '../release.ts'
import type { Severity } from '../signal.ts'

/** The leave that an arrow gives to the agents and tasks of the workflow it starts. */
export interface Warrant {
  /** The workflow's run: `<workflow>:<signal id>`. */
  readonly run: string
  readonly workflow: string
  /** The signal whose arrow opened it. */
  readonly arrow: string
  /** The phase in which it was opened: leaving it cancels the run's steps that do not survive. */
  readonly phase: string
  /** `agent.task` of every step. */
  readonly tasks: readonly string[]
}

/** Where an operation of a lifecycle stands. */
export type OperationStatus = 'waiting' | 'awaiting_approval' | 'running'

/** One operation that has been asked for and has not ended. */
export interface OperationRecord {
  /** The key of the effect that asked for it; its idempotency key. */
  readonly id: string
  readonly agent: string
  readonly task: string
  status: OperationStatus
  readonly requested_by: Principal
  readonly requested_at: number
  readonly severity: Severity
  /** The run whose warrant it carries; null for work that a rule or a person asked for. */
  readonly warrant: string | null
  /** While it waits: `awaiting_<PHASE>`, the nearest phase that would admit it. */
  awaiting?: string
  /** Hash of the exact plan, which an approval must name. */
  plan: string
  /** When it expires, waiting or unanswered; null while it runs. */
  expires: number | null
  /** Goes away with the lifecycle's next move: a trigger's operation that waits. */
  readonly until_move?: boolean
  /** The condition (a rule's signal) that must still hold when it is admitted. */
  readonly condition?: string
  readonly input: OperationInput
}

/** What a lifecycle remembers. All JSON. */
export interface LifecycleContext {
  readonly id: string
  readonly service: string
  branch: string | null
  version: string | null
  /** The commit that is its head: reviewed, merged, deployed. */
  commit: string | null
  /** Who wrote its commits and asked for its review. */
  authors: string[]
  review: { by: Principal; commit: string | null; at: number } | null
  tests: 'none' | 'running' | 'passed' | 'failed'
  deployment: { signal: string; by: Principal; environment: string; at: number } | null
  optimization: { scheduled: boolean; at: number } | null
  /** Roll-backs that were tried in the open incident. */
  rollbacks: number
  warrants: Record<string, Warrant>
  operations: Record<string, OperationRecord>
  /** Members that a user's own actions keep. */
  extra: JsonObject
}

/** What a lifecycle is opened with. */
export interface LifecycleInput {
  readonly id: string
  readonly service: string
  readonly branch?: string | null
  readonly version?: string | null
  readonly commit?: string | null
}

/** The context of a lifecycle that has just been opened. */
export function openingContext(input: LifecycleInput): LifecycleContext {
  return {
    id: input.id,
    service: input.service,
    branch: input.branch ?? null,
    version: input.version ?? null,
    commit: input.commit ?? null,
    authors: [],
    review: null,
    tests: 'none',
    deployment: null,
    optimization: null,
    rollbacks: 0,
    warrants: {},
    operations: {},
    extra: {},
  }
}
