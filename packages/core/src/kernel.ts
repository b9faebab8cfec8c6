import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import { createActor } from 'xstate'

import { OpschartError } from './errors.ts'
import type { Effect } from './effect.ts'
import { canonicalJson, type Json, type JsonObject } from './json.ts'

/** Where and when a step is taken. All that a step may know of the outside is here, in the event and in the state. */
export interface StepAt {
  /** The actor's id. */
  readonly id: string
  /** The version that the step will give the actor, from 1. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** An actor's durable state: all JSON. */
export interface ActorState {
  /** XState's persisted snapshot. */
  readonly snapshot: JsonObject
  /** The effect key under which each child that is at work was started: the fence for its completion. */
  readonly children: Readonly<Record<string, string>>
}

/** What a step gives. */
export type Step =
  | {
      readonly kind: 'stepped'
      readonly state: ActorState
      /** False when the state is the same to the byte and nothing was asked for. */
      readonly changed: boolean
      /** Whether any transition was taken, even one that changes nothing. */
      readonly handled: boolean
      readonly effects: readonly Effect[]
      /** Set when the machine has reached a final state. */
      readonly output?: Json
      readonly status: 'active' | 'done'
    }
  /** A guard or action threw, or an error was left unhandled: nothing changes. */
  | { readonly kind: 'threw'; readonly reason: string }

/** A machine as a pure function: no clock, no randomness, no I/O. */
export interface Kernel {
  readonly machine: AnyStateMachine
  initial(input: Json, at: StepAt): Step
  step(state: ActorState, event: JsonObject & { readonly type: string }, at: StepAt): Step
  /** The state as XState's own snapshot, to ask it questions. */
  restore(state: ActorState): AnyMachineSnapshot
}

interface ExecutableAction {
  readonly type: string
  readonly params: unknown
}

/**
 * Makes the pure kernel of a machine. It goes through `machine.transition` with one scope that is used again and again:
 * the exported `transition()` builds an actor, and so an initial snapshot, on every call.
 */
export function createKernel(given: AnyStateMachine): Kernel {
  const machine = bounded(given)
  // The actor is never started: it is only the `self` that actions are handed.
  const self = createActor(machine as AnyStateMachine, { input: {} as never, logger: () => {} })
  let actions: ExecutableAction[] = []
  const scope = {
    self,
    id: machine.id,
    sessionId: machine.id,
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
    system: self.system,
    actionExecutor: (action: ExecutableAction) => void actions.push(action),
  }

  const restore = (state: ActorState): AnyMachineSnapshot =>
    // A copy: restoring writes actor references into the context that it is given.
    machine.restoreSnapshot(
      structuredCloneJson(state.snapshot) as never,
      scope as never,
    ) as AnyMachineSnapshot

  const finish = (
    next: AnyMachineSnapshot,
    before: ActorState | undefined,
    handled: boolean,
    at: StepAt,
  ): Step => {
    if (next.status === 'error') return { kind: 'threw', reason: reasonOf(next.error) }
    const children: Record<string, string> = { ...before?.children }
    const effects: Effect[] = []
    for (const action of actions) {
      const effect = toEffect(action, `${at.id}:${at.version}:${effects.length}`, at, children)
      if (effect === undefined) continue
      if (effect.kind === 'spawn') children[effect.id] = effect.key
      if (effect.kind === 'stop') delete children[effect.id]
      effects.push(effect)
    }
    for (const id of Object.keys(next.children ?? {})) {
      if (!Object.hasOwn(children, id)) throw inline(`child ${id}`)
    }
    const persisted = lean(machine.getPersistedSnapshot(next as never) as unknown as JsonObject)
    const state: ActorState = JSON.parse(canonicalJson({ snapshot: persisted, children })) as ActorState
    const done = next.status === 'done'
    return {
      kind: 'stepped',
      state,
      changed: effects.length > 0 || before === undefined || canonicalJson(before) !== canonicalJson(state),
      handled,
      effects,
      status: done ? 'done' : 'active',
      ...(done ? { output: (next.output ?? null) as Json } : {}),
    }
  }

  return {
    machine,
    restore,
    initial(input, at) {
      actions = []
      try {
        return finish(machine.getInitialSnapshot(scope as never, input as never), undefined, true, at)
      } catch (error) {
        return { kind: 'threw', reason: reasonOf(error) }
      }
    },
    step(state, event, at) {
      actions = []
      try {
        const snapshot = restore(state)
        const handled = machine.getTransitionData(snapshot as never, event as never).length > 0
        // Nothing waits for it, so nothing can change. A child's failure is the exception: unhandled, it ends the machine.
        if (!handled && !event.type.startsWith('xstate.error.')) return unchanged(state, snapshot)
        const next = machine.transition(snapshot as never, event as EventObject as never, scope as never)
        return finish(next as AnyMachineSnapshot, state, handled, at)
      } catch (error) {
        return { kind: 'threw', reason: reasonOf(error) }
      }
    },
  }
}

function unchanged(state: ActorState, { status, output }: AnyMachineSnapshot): Step {
  const same = { kind: 'stepped', state, changed: false, handled: false, effects: [] } as const
  return status === 'done'
    ? { ...same, status, output: (output ?? null) as Json }
    : { ...same, status: 'active' }
}

function toEffect(
  action: ExecutableAction,
  key: string,
  at: StepAt,
  children: Readonly<Record<string, string>>,
): Effect | undefined {
  const params = action.params as Record<string, unknown>
  switch (action.type) {
    case 'xstate.spawnChild': {
      if (typeof params['id'] !== 'string')
        throw new OpschartError('configuration', 'a child without an id cannot be found again; give it one')
      if (typeof params['src'] !== 'string' || params['src'].startsWith('xstate.'))
        throw inline(`child ${params['id']}`)
      if (params['systemId'] !== undefined) {
        throw new OpschartError(
          'configuration',
          `child ${params['id']} has a systemId, which is one process’s own; address it by its id`,
        )
      }
      const input = (params['input'] ?? null) as Json
      return { kind: 'spawn', key, id: params['id'], src: params['src'], input: plain(input) }
    }
    case 'xstate.stopChild': {
      const id = (action.params as { id?: string } | undefined)?.id
      const child = id === undefined || !Object.hasOwn(children, id) ? undefined : children[id]
      return id === undefined || child === undefined ? undefined : { kind: 'stop', key, id, child }
    }
    case 'xstate.raise': {
      if (params['delay'] === undefined) return undefined
      const event = plain(params['event']) as JsonObject & { type: string }
      const id = (params['id'] as string | undefined) ?? key
      return { kind: 'timer', key, id, due: at.now + Number(params['delay']), event }
    }
    case 'xstate.cancel':
      return { kind: 'cancel_timer', key, id: String(params['sendId']) }
    case 'xstate.sendTo': {
      if (params['delay'] !== undefined) {
        throw new OpschartError(
          'configuration',
          'a delayed sendTo is not durable here; raise the delay, then send',
        )
      }
      const target: unknown = params['targetId'] ?? (params['to'] as { id?: string } | undefined)?.id
      if (typeof target !== 'string') {
        throw new OpschartError('configuration', 'a message must name the child that it is for by its id')
      }
      return {
        kind: 'send',
        key,
        to: target,
        event: plain(params['event']) as JsonObject & { type: string },
      }
    }
    case 'xstate.emit':
      return { kind: 'emit', key, event: plain(params['event']) as JsonObject & { type: string } }
    case 'xstate.log':
      return undefined
    default:
      // A custom action's function would be I/O inside a decision; what it wants done must be emitted.
      throw new OpschartError(
        'configuration',
        `action ${action.type} is a function that would run inside a decision; emit what it should do instead`,
      )
  }
}

/** A machine that takes more steps than this for one event runs in a circle. */
const mostMicrosteps = 1_000

/** The same machine, which gives up on a circle of eventless transitions instead of running for ever. */
function bounded(machine: AnyStateMachine): AnyStateMachine {
  if (Number.isFinite(machine.options?.maxIterations)) return machine
  const copy = machine.provide({} as never) as AnyStateMachine
  copy.options = { ...copy.options, maxIterations: mostMicrosteps }
  return copy
}

const inline = (what: string) =>
  new OpschartError(
    'configuration',
    `${what} is inline logic, which cannot be restored; register it by name in setup({ actors })`,
  )

const plain = (value: unknown): Json => JSON.parse(canonicalJson(value)) as Json

function structuredCloneJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A child's own snapshot is kept by the child's own actor; here it is only known to be there. */
function lean(snapshot: JsonObject): JsonObject {
  const children = (snapshot['children'] ?? {}) as Record<string, JsonObject>
  const kept = Object.entries(children).map(([id, child]) => [
    id,
    { ...child, snapshot: { status: 'active' } },
  ])
  return { ...snapshot, children: Object.fromEntries(kept) as JsonObject }
}
