import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'

import type { Effect } from './effect.ts'
import { canonicalJson, copiedJson, notJson, type Json, type JsonObject } from './json.ts'
import { hasRegions, orderOfNodes, putInOrder } from './kernel/active-nodes.ts'
import { markReferences, reviveReferences } from './kernel/context-references.ts'
import { fixContext } from './kernel/fixed-context.ts'
import { effectReader, type ExecutableAction } from './kernel/effect-reader.ts'
import { prepareMachine } from './kernel/prepare-machine.ts'
import { createSelf, type SpawnedChild } from './kernel/stand-ins.ts'

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
  /** XState's persisted snapshot; `nodes` is added where it does not tell the order of the active states. */
  readonly snapshot: JsonObject
  /** The effect key under which each child was started: the fence for its completion. */
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
      /** In the order in which XState's own actor would carry them out. */
      readonly effects: readonly Effect[]
      /**
       * `done`: a final state was reached. `error`: a child's error was left unhandled, which ends a machine. `stopped`: it
       * was told to end (`xstate.stop`).
       */
      readonly status: 'active' | 'done' | 'error' | 'stopped'
      /** What a machine that is done gives; absent when it gives nothing. */
      readonly output?: Json
      /** The error that ended it. */
      readonly error?: Json
    }
  /** A guard or action threw, or asks for what cannot be made durable: nothing changes. */
  | { readonly kind: 'threw'; readonly reason: string }

/** A machine as a pure function: no clock, no randomness, no I/O. */
export interface Kernel {
  readonly machine: AnyStateMachine
  initial(input: Json | undefined, at: StepAt): Step
  step(state: ActorState, event: JsonObject & { readonly type: string }, at: StepAt): Step
  /** The state as XState's own snapshot, to ask it questions. */
  restore(state: ActorState): AnyMachineSnapshot
}

/** What kind of machine a kernel is made of. */
export interface KernelOptions {
  /** Whether its actors have a parent, to which they may send. */
  readonly child?: boolean
}

/**
 * Makes the pure kernel of a machine. It goes through `machine.transition` with one scope that is used again and again:
 * the exported `transition()` builds an actor, and so an initial snapshot, on every call. Of a machine's children it
 * knows that they are there and no more: their logic is replaced by stand-ins.
 *
 * A snapshot that a step has given is remembered as long as it is held: going on from that very object costs no reading of JSON.
 */
export function createKernel(given: AnyStateMachine, { child = false }: KernelOptions = {}): Kernel {
  let spawned: SpawnedChild[] = []
  let actions: ExecutableAction[] = []
  const machine = prepareMachine(given, (born) => void spawned.push(born))
  const { self, setId } = createSelf(child)
  const reader = effectReader(self)
  const regions = hasRegions(machine)
  const live = new WeakMap<JsonObject, AnyMachineSnapshot>()
  const scope = {
    self,
    id: machine.id,
    sessionId: machine.id,
    logger: () => {},
    // Only the spawning in an assign comes here: whatever else is deferred is an action, which is not carried out.
    defer: () => void actions.push({ type: 'spawned', params: spawned.at(-1)?.ref }),
    emit: () => {},
    stopChild: () => {},
    system: self.system,
    actionExecutor: (action: ExecutableAction) => void actions.push(action),
  }

  const restore = (state: ActorState): AnyMachineSnapshot => {
    const known = live.get(state.snapshot)
    if (known !== undefined) return known
    // A copy: restoring writes actor references into the context that it is given.
    const snapshot = machine.restoreSnapshot(
      copied(state.snapshot) as never,
      scope as never,
    ) as AnyMachineSnapshot
    putInOrder(snapshot, state.snapshot['nodes'] as readonly string[] | undefined)
    reader.remember(snapshot, state.children)
    reviveReferences(state.snapshot['context'] ?? null, snapshot.context, reader.gone)
    fixContext(snapshot.context)
    live.set(state.snapshot, snapshot)
    return snapshot
  }

  function begin({ id }: StepAt): void {
    spawned = []
    actions = []
    setId(id)
  }

  function finish(next: AnyMachineSnapshot, first: boolean, handled: boolean, at: StepAt): Step {
    fixContext(next.context)
    const { effects, children } = reader.read({ actions, spawned, next, first, at })
    const snapshot = persisted(machine, next, regions ? orderOfNodes(machine, next) : undefined)
    // XState has copied a context only when there are references in it.
    if (snapshot['context'] !== next.context)
      markReferences(next.context, snapshot['context'] ?? null, reader.keyOf, children)
    const state = { snapshot, children }
    live.set(snapshot, next)
    const { status } = next as { status: string }
    const step = { kind: 'stepped', state, changed: true, handled, effects } as const
    if (status === 'done') {
      return { ...step, status, ...(next.output === undefined ? {} : { output: plain(next.output) }) }
    }
    if (status === 'error') return { ...step, status, error: errorJson(next.error) }
    return { ...step, status: status === 'stopped' ? status : 'active' }
  }

  return {
    machine,
    restore,
    initial(input, at) {
      begin(at)
      try {
        const next = machine.getInitialSnapshot(scope as never, copied(input) as never) as AnyMachineSnapshot
        if (next.status === 'error') return { kind: 'threw', reason: reasonOf(next.error) }
        return finish(next, true, true, at)
      } catch (error) {
        return { kind: 'threw', reason: reasonOf(error) }
      }
    },
    step(state, event, at) {
      begin(at)
      try {
        const before = restore(state)
        // The wildcard is no event's name, and XState throws for it.
        if (before.status !== 'active' || event.type === '*') return unchanged(state, before)
        const own = copiedJson(event) as EventObject
        const next = machine.transition(before as never, own as never, scope as never)
        const same = next === before && actions.length === 0
        if (!same) return finish(next as AnyMachineSnapshot, false, true, at)
        // An arrow without a guard that leads nowhere and does nothing forbids its event.
        const handled = machine
          .getTransitionData(before as never, own as never)
          .some(
            ({ target, actions: does, reenter, guard }) =>
              target !== undefined || does.length > 0 || reenter || guard !== undefined,
          )
        return { ...unchanged(state, before), handled }
      } catch (error) {
        return { kind: 'threw', reason: reasonOf(error) }
      }
    },
  }
}

function unchanged(
  state: ActorState,
  { status, output, error }: AnyMachineSnapshot,
): Extract<Step, { kind: 'stepped' }> {
  const same = { kind: 'stepped', state, changed: false, handled: false, effects: [] } as const
  if (status === 'done')
    return { ...same, status, ...(output === undefined ? {} : { output: plain(output) }) }
  if (status === 'error') return { ...same, status, error: errorJson(error) }
  return { ...same, status: (status as string) === 'stopped' ? 'stopped' : 'active' }
}

/** XState's persisted snapshot, as JSON. */
function persisted(
  machine: AnyStateMachine,
  next: AnyMachineSnapshot,
  nodes: string[] | undefined,
): JsonObject {
  const order = nodes === undefined ? {} : { nodes }
  // Most have neither children nor a history, and nothing in them that XState would write otherwise than it is.
  if (next.status !== 'error' && isEmpty(next.children) && isEmpty(next.historyValue)) {
    const { status, value, context, output } = next
    if (notJson(context) === undefined && notJson(output) === undefined) {
      return {
        ...plainSnapshot,
        status,
        value,
        context,
        ...(output === undefined ? {} : { output }),
        ...order,
      }
    }
  }
  const snapshot = machine.getPersistedSnapshot(next as never) as Record<string, Json | undefined>
  Object.assign(snapshot, order)
  if (next.status === 'error') snapshot['error'] = errorJson(next.error)
  const wrong = notJson({ context: snapshot['context'], output: snapshot['output'] })
  if (wrong !== undefined) throw new TypeError(`${wrong}; keep what JSON can hold`)
  return snapshot
}

const nothing = Object.freeze({})
/**
 * What most snapshots are copied from. V8 puts the objects of a literal that has once outlived a collection among the old, and
 * with them all that they hold, however soon they are dropped; copies it does not.
 */
const plainSnapshot = { status: '', value: null, context: null, children: nothing, historyValue: nothing }

function isEmpty(record: object): boolean {
  for (const _ in record) return false
  return true
}

/** What a machine puts into its context must not be changed by whoever has handed it over. */
function copied<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value)
}

const plain = (value: unknown): Json => JSON.parse(canonicalJson(value)) as Json

/** An error as data: what is thrown again somewhere else, or next month, is read and not caught. */
export function errorJson(error: unknown): Json {
  if (!(error instanceof Error)) {
    try {
      return plain(error ?? null)
    } catch {
      return { name: 'Error', message: 'what was thrown has no JSON form' }
    }
  }
  const { code } = error as { code?: unknown }
  const { name, message } = error
  return { name, message, ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}) }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message.slice(0, longestReason)
  return typeof error === 'string' ? error.slice(0, longestReason) : 'it threw what is no error'
}

const longestReason = 2_000
