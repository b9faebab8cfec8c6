import type { AnyActorRef, AnyMachineSnapshot } from 'xstate'

import type { Effect } from '../effect.ts'
import { OpschartError } from '../errors.ts'
import { copiedJson, notJson, type Json, type JsonObject } from '../json.ts'
import type { StepAt } from '../kernel.ts'
import { childThatIsGone, type SpawnedChild } from './stand-ins.ts'

/** An action as XState hands it to an executor; `spawned` marks where an assign has spawned a child. */
export interface ExecutableAction {
  readonly type: string
  readonly params: unknown
}

type EventJson = JsonObject & { readonly type: string }

/** What a step leaves to be read. */
export interface StepLeft {
  readonly actions: readonly ExecutableAction[]
  readonly spawned: readonly SpawnedChild[]
  readonly next: AnyMachineSnapshot
  /** Whether it was the first: then children are started before anything else is done. */
  readonly first: boolean
  readonly at: StepAt
}

interface RaiseParameters {
  readonly id?: string
  readonly delay?: unknown
  readonly event: unknown
}

/** Reads the actions of a step as effects. `self` is what messages to the actor itself are addressed to. */
export function effectReader(self: AnyActorRef) {
  /** The effect key of each child that a snapshot speaks of. */
  const keys = new WeakMap<object, string>()

  function remember(snapshot: AnyMachineSnapshot, children: Readonly<Record<string, string>>): void {
    for (const [id, ref] of Object.entries(snapshot.children as Record<string, AnyActorRef | undefined>)) {
      if (ref !== undefined && Object.hasOwn(children, id)) keys.set(ref, children[id]!)
    }
  }

  function read({ actions, spawned, next, first, at }: StepLeft) {
    if (actions.length === 0 && spawned.length === 0) return { effects: [], children: keysOf(next) }
    const inputs = new Map<unknown, unknown>()
    for (const { ref, input } of spawned) inputs.set(ref, input)
    // Before anything that its first step asks for, XState starts what assigns have spawned in it, even what is stopped again.
    const early: unknown[] = []
    for (const { type, params } of actions) if (first && type === 'spawned') early.push(params)
    // Else, what is stopped in the step that spawned it has never been there.
    const unborn = new Set<unknown>()
    for (const { type, params } of actions)
      if (type === 'xstate.stopChild' && inputs.has(params) && !early.includes(params)) unborn.add(params)
    for (const ref of unborn) keys.set(ref as object, `${at.id}:${at.version}:unborn`)
    const effects: Effect[] = []
    const key = () => `${at.id}:${at.version}:${effects.length}`
    const told: (() => void)[] = []

    const spawn = (ref: AnyActorRef): void => {
      if (unborn.has(ref) || keys.has(ref)) return
      const { id, src, sync } = checkedChild(ref)
      const mine = key()
      keys.set(ref, mine)
      const input = inputs.get(ref)
      effects.push({
        kind: 'spawn',
        key: mine,
        id,
        src,
        ...(input === undefined ? {} : { input: plain(input, `the input of child ${id}`) }),
        ...(sync ? { sync: true } : {}),
      })
    }

    // XState starts the children of an initial state before it carries out what its entry asks for.
    if (first) for (const ref of childrenOf(next)) if (inputs.has(ref)) spawn(ref)
    for (const ref of early) spawn(standingIn(ref))
    for (const action of actions) {
      if (action.type === 'spawned') spawn(standingIn(action.params))
      else if (action.type === 'xstate.spawnChild') {
        checkSpawn(action.params as Record<string, unknown>)
        spawn((action.params as { actorRef: AnyActorRef }).actorRef)
      } else if (action.type !== 'xstate.stopChild' || !unborn.has(action.params)) {
        const effect = effectOf(action, key(), at)
        if (effect !== undefined) {
          effects.push(effect)
          const { params } = action
          if (effect.kind === 'send' || effect.kind === 'timer')
            told.push(() => address(effects, effect, params))
        }
      }
    }
    for (const settle of told) settle()
    const children = keysOf(next)
    for (const effect of effects) withoutNeed(effect, children)
    return { effects, children }
  }

  /** The effect key of each child that is there. */
  function keysOf(snapshot: AnyMachineSnapshot): Record<string, string> {
    const children: Record<string, string> = {}
    for (const ref of childrenOf(snapshot)) {
      const known = keys.get(ref)
      if (known === undefined) throw inline(`child ${ref.id}`)
      children[ref.id] = known
    }
    return children
  }

  /** Whom a message is for, now that every child of the step has its key. */
  function address(effects: Effect[], effect: Effect, params: unknown): void {
    const { to } = params as { to?: unknown }
    if (to === undefined || to === self) return
    const child = keys.get(to as object)
    if (child !== undefined) effects[effects.indexOf(effect)] = { ...effect, child } as Effect
  }

  function effectOf(action: ExecutableAction, key: string, at: StepAt): Effect | undefined {
    switch (action.type) {
      case 'xstate.stopChild': {
        const ref = action.params as AnyActorRef | undefined
        const child = ref === undefined ? undefined : keys.get(ref)
        return child === undefined ? undefined : { kind: 'stop', key, id: ref!.id, child }
      }
      case 'xstate.raise': {
        const { delay, event, id } = action.params as RaiseParameters
        if (typeof delay !== 'number') return undefined
        return { kind: 'timer', key, id: id ?? key, due: dueAt(at, delay), event: eventJson(event) }
      }
      case 'xstate.cancel':
        return {
          kind: 'cancel_timer',
          key,
          id: String((action.params as { sendId: unknown }).sendId),
        }
      case 'xstate.sendTo': {
        const { delay, event, id, to } = action.params as RaiseParameters & { to: unknown }
        const target = targetOf(to)
        if (typeof delay !== 'number') return { kind: 'send', key, to: target, event: eventJson(event) }
        return {
          kind: 'timer',
          key,
          id: id ?? key,
          due: dueAt(at, delay),
          event: eventJson(event),
          to: target,
        }
      }
      case 'xstate.emit':
        return { kind: 'emit', key, event: eventJson((action.params as { event: unknown }).event) }
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

  function targetOf(to: unknown): string {
    if (to === self) return '#_internal'
    const ref = to as AnyActorRef & { _parent?: unknown }
    if (ref === (self as { _parent?: unknown })._parent) return '#_parent'
    if (keys.has(ref) || ref?._parent === self) return ref.id
    throw new OpschartError(
      'configuration',
      'a message must be for the actor itself, its parent or one of its own children; name the child by its id',
    )
  }

  /** A reference to a child that was there once, known by its key. */
  function gone(id: string, key: string): AnyActorRef {
    const ref = childThatIsGone(id, self)
    keys.set(ref, key)
    return ref
  }

  return { remember, gone, keyOf: (ref: AnyActorRef) => keys.get(ref), read }
}

/** The child of an assign; logic that was written inline has none that stands in for it, and so none here. */
function standingIn(ref: unknown): AnyActorRef {
  if (ref === undefined) throw inline('a child of an assign')
  return ref as AnyActorRef
}

/** A message to the child that holds its id after the step needs no more than that id. */
function withoutNeed(effect: Effect, children: Readonly<Record<string, string>>): void {
  if (effect.kind !== 'send' && effect.kind !== 'timer') return
  const mutable = effect as { to?: string; child?: string }
  if (mutable.to !== undefined && mutable.child !== undefined && children[mutable.to] === mutable.child)
    delete mutable.child
}

function childrenOf(snapshot: AnyMachineSnapshot): AnyActorRef[] {
  return Object.values(snapshot.children as Record<string, AnyActorRef | undefined>).filter(
    (ref): ref is AnyActorRef => ref !== undefined,
  )
}

function checkSpawn({ id, systemId, src, actorRef }: Record<string, unknown>): void {
  if (systemId !== undefined) throw systemwide(String(id))
  if (typeof src !== 'string') throw inline(`child ${String(id)}`)
  if (actorRef === undefined)
    throw new OpschartError('configuration', `${src} is not implemented; register it in setup({ actors })`)
}

function checkedChild(ref: AnyActorRef): { id: string; src: string; sync: boolean } {
  const { id, src, systemId, sessionId } = ref as AnyActorRef & { systemId?: string }
  if (id === '__proto__') throw new OpschartError('configuration', 'a child cannot be called __proto__')
  // XState numbers what has no id, differently in each process.
  if (id === undefined || id === sessionId)
    throw new OpschartError('configuration', 'a child without an id cannot be found again; give it one')
  if (systemId !== undefined) throw systemwide(id)
  const { logic } = ref as unknown as { logic: { standsInFor?: string } }
  if (typeof src !== 'string' || src.startsWith('xstate.') || logic.standsInFor === undefined)
    throw inline(`child ${id}`)
  return { id, src, sync: (ref as { _syncSnapshot?: boolean })._syncSnapshot === true }
}

const systemwide = (id: string) =>
  new OpschartError(
    'configuration',
    `child ${id} has a systemId, which is one process’s own; address it by its id`,
  )

const inline = (what: string) =>
  new OpschartError(
    'configuration',
    `${what} is inline logic, which cannot be restored; register it by name in setup({ actors })`,
  )

function dueAt({ now }: StepAt, delay: number): number {
  if (Number.isFinite(delay)) return now + Math.max(0, delay)
  throw new OpschartError('configuration', `a delay of ${delay} is no number of milliseconds`)
}

function eventJson(event: unknown): EventJson {
  return plain(event, `the event ${String((event as { type?: unknown } | null)?.type)}`) as EventJson
}

function plain(value: unknown, what: string): Json {
  const wrong = notJson({ [what]: value })
  if (wrong !== undefined) throw new TypeError(`${wrong}; send what JSON can hold`)
  return copiedJson(value) as Json
}
