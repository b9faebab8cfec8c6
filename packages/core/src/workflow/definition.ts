import type { Duration } from '../duration.ts'
import type { Json } from '../json.ts'

/** One task of one agent. */
export type AgentTask = readonly [agent: string, task: string]

/** A value for a signal: itself, or taken from the result of an earlier step (`{ from: 'verify_recovery.recovered' }`). */
export type StepValue = null | boolean | number | string | { readonly from: string }

/** A signal that a workflow sends. */
export interface SignalDefinition {
  readonly signal: string
  readonly data?: Readonly<Record<string, StepValue>>
}

/** Results of earlier steps that must have these values: `{ 'decide.decision': 'rollback' }`. */
export type StepCondition = Readonly<Record<string, Json>>

interface Common {
  /** The step is passed over unless every one of these results has its value. */
  readonly when?: StepCondition
  /** Goes on, with its warrant, after the phase that started the workflow is left. */
  readonly survives?: boolean
}

/** An operation: one task of one agent. */
export interface OperationStep extends Common {
  readonly do: AgentTask
  /**
   * Tries after the first, for failures that trying again can mend; 2 when absent. The pause doubles each time: 2s at
   * first, an hour at most.
   */
  readonly retry?: { readonly times: number; readonly backoff?: Duration }
  /** The longest that the step may take, waiting and every try included; unbounded when absent (the task has its own time-out). */
  readonly timeout?: Duration
  /** Undoes it when a later step (or one beside it) fails: those that passed, in reverse order of the definition. */
  readonly compensate?: AgentTask
  /** Always asks a person, whatever the autonomy. */
  readonly approval?: boolean
  /** Its failure is noted, and the workflow goes on. */
  readonly optional?: boolean
}

/** Sequences that run side by side. The next step waits for all of them; one that fails does not stop the others. */
export interface ParallelStep extends Common {
  readonly parallel: readonly (readonly (AgentTask | OperationStep)[])[]
}

/** Sends a signal to the lifecycle, as `workflow:<name>`. */
export interface SignalStep extends Common, SignalDefinition {}

/** Tells a person that a decision is theirs. */
export interface AskStep extends Common {
  readonly ask: string
}

/** One step: `[agent, task]` is the short form of an operation. */
export type StepDefinition = AgentTask | OperationStep | ParallelStep | SignalStep | AskStep

/** Operations in order: what an arrow starts. */
export interface WorkflowDefinition {
  readonly steps: readonly StepDefinition[]
  /** Every step survives. */
  readonly survives?: boolean
  /** Excludes every other exclusive workflow of the same service while it runs (deployments and roll-backs). */
  readonly exclusive?: boolean
  /** Starting it twice within an hour for one service makes it ask a person [L13]. */
  readonly remedy?: boolean
  /** Sent when every step has passed. */
  readonly succeeds?: SignalDefinition
  /** Sent when a step has failed; its data gets `reason`, `step` and `code`. */
  readonly fails?: SignalDefinition
}

/** Whether a step is an operation in its short form. */
export function isAgentTask(step: StepDefinition): step is AgentTask {
  return Array.isArray(step)
}

/** A step in its long form. */
export function longForm(step: StepDefinition): Exclude<StepDefinition, AgentTask> {
  return isAgentTask(step) ? { do: step } : step
}

/** `agent.task` of every operation that a workflow may ask for, compensations included: what its warrant names. */
export function tasksOf(workflow: WorkflowDefinition): string[] {
  const tasks = new Set<string>()
  const add = (step: StepDefinition): void => {
    const long = longForm(step)
    if ('parallel' in long) for (const branch of long.parallel) branch.forEach(add)
    if (!('do' in long)) return
    tasks.add(long.do.join('.'))
    if (long.compensate !== undefined) tasks.add(long.compensate.join('.'))
  }
  workflow.steps.forEach(add)
  return [...tasks]
}
