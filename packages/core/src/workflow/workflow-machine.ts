import { Immer } from 'immer'
import { assign, emit, enqueueActions, fromPromise, type AnyStateMachine } from 'xstate'

import { compileMachine } from '../compile.ts'
import type { OperationFailure } from '../errors.ts'
import { canonicalJson, type Json, type JsonObject } from '../json.ts'
import type { Emission } from '../law/emission.ts'
import type { Severity } from '../signal.ts'
import type { SignalDefinition, StepCondition, StepValue, WorkflowDefinition } from './definition.ts'
import { compileStates } from './_states.ts'

/** What a run of a workflow remembers. */
export interface WorkflowContext {
  readonly lifecycle: string
  readonly run: string
  readonly workflow: string
  readonly signal: JsonObject
  readonly severity: Severity
  results: Record<string, unknown>
  attempts: Record<string, number>
  /** Steps that have passed and can be compensated, in order. */
  completed: string[]
  failure: (OperationFailure & { readonly step: string }) | null
  outcome: 'succeeded' | 'failed' | 'cancelled'
  /** The phase that started it has been left. */
  left: boolean
  /** Milliseconds until the next try. */
  backoff: number
}

/** What a workflow's run is started with. */
export type WorkflowInput = Pick<WorkflowContext, 'lifecycle' | 'run' | 'workflow' | 'signal' | 'severity'>

type Event = { readonly type: string; readonly output?: Json; readonly error?: OperationFailure }

interface Scope {
  readonly context: WorkflowContext
  readonly event: Event
}

/** What a run asks the driver for when a step begins: the input of its child `operation`. */
export interface OperationRequest {
  readonly agent: string
  readonly task: string
  readonly approval: boolean
  readonly warrant: string
  readonly severity: Severity
  readonly signal: JsonObject
  readonly results: Readonly<Record<string, unknown>>
}

/** Looks a result up: `decide.decision`. Undefined when there is none. */
export function resultAt(results: Readonly<Record<string, unknown>>, path: string): Json | undefined {
  let value = results as Json | undefined
  for (const part of path.split('.')) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, part)) return undefined
    value = (value as JsonObject)[part]
  }
  return value
}

function signalOf(
  definition: SignalDefinition,
  context: WorkflowContext,
  extra: JsonObject = {},
): JsonObject {
  const data: Record<string, Json> = {}
  for (const [key, value] of Object.entries<StepValue>(definition.data ?? {})) {
    const resolved =
      typeof value === 'object' && value !== null ? resultAt(context.results, value.from) : value
    data[key] = resolved ?? null
  }
  return { type: definition.signal, data: { ...data, ...extra }, severity: context.severity }
}

/** Pauses between tries double up to an hour (or the first pause, where that is longer), in milliseconds. */
const longestBackoff = 3_600_000

/** Leaf work: it is carried out by a runner, never inside the machine. */
const operation = fromPromise<Json, OperationRequest>(() => new Promise(() => {}))

/**
 * Compiles a workflow to an XState machine: every step a state, its operation a child by the name of its task, all of
 * it data, so that the chart can be drawn and stored runs restored. Defaults: see {@link OperationStep}.
 */
export function workflowMachine(name: string, definition: WorkflowDefinition): AnyStateMachine {
  const outcome = ({ context }: { context: WorkflowContext }): Json => {
    const { failure } = context
    const signal =
      context.outcome === 'succeeded' && definition.succeeds !== undefined
        ? signalOf(definition.succeeds, context)
        : context.outcome === 'failed' && definition.fails !== undefined
          ? signalOf(definition.fails, context, {
              reason: failure?.message ?? 'a step failed',
              step: failure?.step ?? null,
              code: failure?.code ?? null,
            })
          : null
    return {
      outcome: context.outcome,
      signal,
      failure: failure as Json,
      results: Object.keys(context.results).sort(),
    }
  }

  return compileMachine(
    { actors: { operation }, guards, delays: { backoff: ({ context }: Scope) => context.backoff }, actions },
    {
      id: name,
      context: ({ input }: { input: WorkflowInput }): WorkflowContext => ({
        ...input,
        results: {},
        attempts: {},
        completed: [],
        failure: null,
        outcome: 'succeeded',
        left: false,
        backoff: 0,
      }),
      output: outcome,
      ...compileStates(name, definition),
    },
  )
}

const guards = {
  left: ({ context }: Scope) => context.left,
  matches: ({ context }: Scope, { when }: { when: StepCondition }) =>
    Object.entries(when).every(([path, value]) => {
      const result = resultAt(context.results, path)
      return result !== undefined && canonicalJson(result) === canonicalJson(value)
    }),
  /** Only observed, and nothing that the service needs hangs on it: the workflow goes on as if it had been done. */
  passed_over: ({ event }: Scope) =>
    event.error?.code === 'observed' &&
    (event.error.detail as { changes?: string } | undefined)?.changes !== 'production',
  retriable: ({ context, event }: Scope, { step, times }: { step: string; times: number }) =>
    event.error?.retry === true && (context.attempts[step] ?? 0) <= times,
  failed: ({ context }: Scope) => context.failure !== null,
  completed: ({ context }: Scope, { step }: { step: string }) => context.completed.includes(step),
}

// Freezing is off: it would reach, through what is noted, into the caller's own event.
const { produce } = new Immer({ autoFreeze: false })

/** A named action that notes something in the context. */
const note = <Parameters>(change: (draft: WorkflowContext, event: Event, parameters: Parameters) => void) =>
  assign(({ context, event }: { context: WorkflowContext; event: unknown }, parameters: unknown) =>
    produce(context, (draft) => change(draft as WorkflowContext, event as Event, parameters as Parameters)),
  )

const actions = {
  request: enqueueActions(({ context: given, enqueue }, parameters: unknown) => {
    const context = given as WorkflowContext
    const { step, agent, task, approval } = parameters as {
      step: string
      agent: string
      task: string
      approval: boolean
    }
    const { run, severity, signal, results } = context
    const input: OperationRequest = { agent, task, approval, warrant: run, severity, signal, results }
    enqueue.spawnChild('operation', { id: step, input })
    enqueue.assign({ attempts: { ...context.attempts, [step]: (context.attempts[step] ?? 0) + 1 } })
  }),
  release: enqueueActions(({ enqueue }, parameters: unknown) =>
    enqueue.stopChild((parameters as { step: string }).step),
  ),
  note_result: note<{ step: string }>((draft, event, { step }) => {
    draft.results[step] = event.output ?? null
    draft.completed.push(step)
  }),
  note_passed_over: note<{ step: string }>(
    (draft, _, { step }) => void (draft.results[step] = { observed: true }),
  ),
  /** A try that failed and will be followed by another: only the pause is noted, twice as long each time. */
  note_try: note<{ step: string; backoff: number }>((draft, _, { step, backoff }) => {
    const doubled = backoff * 2 ** Math.min(60, Math.max(0, (draft.attempts[step] ?? 1) - 1))
    draft.backoff = Math.min(doubled, Math.max(backoff, longestBackoff))
  }),
  note_failure: note<{ step: string; optional: boolean }>((draft, event, { step, optional }) => {
    const failure = event.error ?? { code: 'timed_out', message: `${step} took too long`, retry: false }
    if (optional) draft.results[step] = { failed: { code: failure.code, message: failure.message } }
    // Of steps side by side the first failure is the one that is told.
    else draft.failure ??= { ...failure, step }
  }),
  note_left: note((draft) => void (draft.left = true)),
  end: note<{ outcome: WorkflowContext['outcome'] }>(
    (draft, _, { outcome }) => void (draft.outcome = outcome),
  ),
  send: emit(({ context: given }, parameters: unknown): Emission => {
    const context = given as WorkflowContext
    const { signal } = parameters as { signal: SignalDefinition }
    return {
      type: 'signal',
      signal: signalOf(signal, context) as unknown as { type: string; data: JsonObject },
      by: `workflow:${context.workflow}`,
    }
  }),
  ask: emit(({ context: given }, parameters: unknown): Emission => {
    const { run, lifecycle } = given as WorkflowContext
    return {
      type: 'escalate',
      about: run,
      text: `${lifecycle}: ${(parameters as { text: string }).text}`,
      severity: 'HIGH',
    }
  }),
}
