// Drives a compiled workflow by hand: what a driver does with its effects, without a driver.

import {
  createKernel,
  workflowMachine,
  type ActorState,
  type Effect,
  type Json,
  type JsonObject,
  type Step,
  type WorkflowDefinition,
} from '../src/index.ts'

type Stepped = Extract<Step, { kind: 'stepped' }>

export interface WorkflowRun {
  /** Steps whose operation is at work, by name, with what was asked for. */
  pending(): Record<string, JsonObject>
  /** The names of the steps that were asked for, in order; a step that was tried again stands there again. */
  readonly asked: readonly string[]
  /** Signals that were sent, in order. */
  readonly sent: readonly { type: string; data: JsonObject; by: string }[]
  readonly escalated: readonly string[]
  /** Timers that are set, with what is left of each in milliseconds. */
  timers(): Record<string, number>
  done(step: string, output?: Json): Stepped
  fail(step: string, failure?: { code?: string; message?: string; retry?: boolean; detail?: Json }): Stepped
  /** The phase that started it is left. */
  left(): Stepped
  /** Time passes until the next timer, which fires. */
  fire(): Stepped | undefined
  /** Any event, by the private path. */
  send(event: JsonObject & { readonly type: string }): Stepped
  state(): ActorState
  status(): Extract<Step, { kind: 'stepped' }>['status']
  output(): JsonObject | undefined
}

/** Starts a run of a workflow. */
export function startRun(definition: WorkflowDefinition, name = 'flow'): WorkflowRun {
  const kernel = createKernel(workflowMachine(name, definition))
  const id = `user-service/x~${name}:sig-1`
  const pending = new Map<string, JsonObject>()
  const timers = new Map<string, { due: number; event: JsonObject & { readonly type: string } }>()
  const asked: string[] = []
  const sent: { type: string; data: JsonObject; by: string }[] = []
  const escalated: string[] = []
  let now = 1_700_000_000_000
  let version = 0
  let current: Stepped

  const perform = (effect: Effect): void => {
    switch (effect.kind) {
      case 'spawn':
        pending.set(effect.id, effect.input as JsonObject)
        asked.push(effect.id)
        return
      case 'stop':
        pending.delete(effect.id)
        return
      case 'timer':
        timers.set(effect.id, { due: effect.due, event: effect.event })
        return
      case 'cancel_timer':
        timers.delete(effect.id)
        return
      case 'emit': {
        const emission = effect.event as JsonObject
        if (emission['type'] === 'signal')
          sent.push({
            ...(emission['signal'] as { type: string; data: JsonObject }),
            by: emission['by'] as string,
          })
        if (emission['type'] === 'escalate') escalated.push(emission['text'] as string)
        return
      }
      case 'send':
        throw new Error(`a workflow sends nothing by itself: ${effect.to}`)
    }
  }
  const take = (step: Step): Stepped => {
    if (step.kind === 'threw') throw new Error(step.reason)
    version += 1
    current = step
    step.effects.forEach(perform)
    return step
  }
  const at = () => ({ id, version: version + 1, now })
  const send = (event: JsonObject & { readonly type: string }): Stepped =>
    take(kernel.step(current.state, event, at()))

  const signal = { id: 'sig-1', type: 'CODE_MERGED', time: now, data: {} }
  const input = {
    lifecycle: 'user-service/x',
    run: `${name}:sig-1`,
    workflow: name,
    signal,
    severity: 'HIGH',
  }
  current = take(kernel.initial(input, at()))
  return {
    asked,
    sent,
    escalated,
    pending: () => Object.fromEntries([...pending].toSorted(([one], [other]) => (one < other ? -1 : 1))),
    timers: () => Object.fromEntries([...timers].map(([timer, { due }]) => [timer, due - now])),
    done: (step, output = null) => send({ type: `xstate.done.actor.${step}`, output, actorId: step }),
    fail: (step, failure = {}) =>
      send({
        type: `xstate.error.actor.${step}`,
        error: { code: 'failed', message: `${step} failed`, retry: false, ...failure },
        actorId: step,
      }),
    left: () => send({ type: 'workflow.left' }),
    fire() {
      const [first] = [...timers].toSorted(([, one], [, other]) => one.due - other.due)
      if (first === undefined) return undefined
      const [timer, { due, event }] = first
      timers.delete(timer)
      now = due
      return send(event)
    },
    send,
    state: () => current.state,
    status: () => current.status,
    output: () => current.output as JsonObject | undefined,
  }
}
