import { Immer } from 'immer'

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
  /** Who sent that signal: whoever asked for the work that it covers. */
  readonly by: Principal
  /** `agent.task` of every step. */
  readonly tasks: readonly string[]
  /** Whether its run has taken the service for itself: it acts only while it still has it. */
  readonly exclusive: boolean
  /** How many signals led to the one that opened it. */
  readonly depth: number
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
  /** How each workflow that was started stands: the last run's outcome. */
  workflows: Record<string, 'running' | 'succeeded' | 'failed' | 'cancelled'>
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
    workflows: {},
    deployment: null,
    optimization: null,
    rollbacks: 0,
    warrants: {},
    operations: {},
    extra: {},
  }
}

// Freezing is off: it would reach, through what is noted, into the caller's own signal and facts.
const { produce } = new Immer({ autoFreeze: false })

/** An operation that is open, by its id; undefined when there is none, whatever the id is called. */
export function operationOf(context: LifecycleContext, id: unknown): OperationRecord | undefined {
  return typeof id === 'string' && Object.hasOwn(context.operations, id) ? context.operations[id] : undefined
}

/** A warrant that is open, by its run; undefined when there is none, whatever the run is called. */
export function warrantOf(context: LifecycleContext, run: unknown): Warrant | undefined {
  return typeof run === 'string' && Object.hasOwn(context.warrants, run) ? context.warrants[run] : undefined
}

/** Turns a list of changes into one: the context is never half changed. */
export function noteAll(
  context: LifecycleContext,
  changes: readonly ((draft: LifecycleContext) => void)[],
): LifecycleContext {
  return produce(context, (draft) => {
    for (const change of changes) change(draft as LifecycleContext)
  })
}
