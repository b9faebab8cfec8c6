import type { Json } from '@opschart/core'
import type { AnyActorRef, AnyMachineSnapshot, EventObject, InspectionEvent } from 'xstate'

import { plain } from './observation.ts'

interface Emission {
  readonly actor: string
  readonly event: Json
  /** The step that has emitted it; steps are counted as they begin. */
  readonly step: number
}

/** What there is in an actor of XState that its types do not show. */
interface Inside {
  logic: { transition: (...given: never[]) => unknown; __xstatenode?: boolean }
  _send: (event: EventObject) => void
  readonly _parent: AnyActorRef | undefined
  readonly _processingStatus: number
}

/** XState's numbers for where an actor stands. */
const [running, stopped] = [1, 2]

/** More events than this in one step of the schedule are taken for a circle. */
const mostEvents = 400

/**
 * Watches actors of XState through inspection. Two rules of ours are put into them, both written down in `docs/extend.md`:
 * an operation takes no messages (XState would tell of its snapshot once more), and what is emitted is told step by step, in
 * the order in which steps begin (XState's listeners hear a child between two words of its parent).
 */
export function createLiveWatch() {
  let emitted: Emission[] = []
  let begun = 0
  let events = 0
  let useless: string | undefined
  const actors = new Set<AnyActorRef>()
  const begins = new WeakMap<AnyActorRef, () => void>()
  /** Actors that have taken their first step. */
  const begunOnce = new WeakSet<AnyActorRef>()

  function watch(actor: AnyActorRef): void {
    let step = 0
    actors.add(actor)
    const begin = (): void => {
      begun += 1
      step = begun
    }
    begins.set(actor, begin)
    actor.on('*', (event: unknown) => void emitted.push({ actor: nameOf(actor), event: plain(event), step }))
    const inside = actor as unknown as Inside
    const { logic } = inside
    if (logic.__xstatenode === true) {
      const transition = (...given: never[]): unknown => {
        begin()
        return logic.transition(...given)
      }
      inside.logic = Object.assign(Object.create(logic) as Inside['logic'], { transition })
    } else {
      const send = inside._send.bind(actor)
      inside._send = (event) => void (event.type.startsWith('xstate.promise.') && send(event))
    }
  }

  return {
    inspect(event: InspectionEvent): void {
      const actor = event.actorRef as AnyActorRef
      if (event.type === '@xstate.actor') watch(actor)
      if (event.type === '@xstate.snapshot') {
        begunOnce.add(actor)
        useless ??= isLost(actor)
      }
      if (event.type !== '@xstate.event') return
      events += 1
      useless ??= mistakeOf((event.event as { error?: unknown }).error)
      if (event.event.type === 'xstate.init') {
        begins.get(actor)?.()
        useless ??= endsTooSoon(actor, begunOnce)
      }
      if (events <= mostEvents) return
      useless ??= 'it goes on for ever'
      // Nobody hears anybody any more, so that it ends.
      ;(actor.system as unknown as { _relay: () => void })._relay = () => {}
    },
    /** What was emitted since it was last asked. */
    takeEmitted(): { actor: string; event: Json }[] {
      const taken = emitted.toSorted((one, other) => one.step - other.step)
      emitted = []
      events = 0
      return taken.map(({ actor, event }) => ({ actor, event }))
    },
    /** Why the run says nothing, if so. */
    useless: () => useless,
    /** Looks at how actors stand when they have done all there was to do. */
    check(root: AnyActorRef): void {
      useless ??= mistakeOf((root.getSnapshot() as AnyMachineSnapshot).error)
      for (const actor of actors) {
        const { _processingStatus: status, _parent: parent } = actor as unknown as Inside
        if (status === stopped) actors.delete(actor)
        else if (status === running && parent !== undefined && childrenOf(parent)[actor.id] !== actor)
          useless ??= 'a child was started under the id of one that is at work'
      }
    },
  }
}

function childrenOf(actor: AnyActorRef): Readonly<Record<string, AnyActorRef | undefined>> {
  return (actor.getSnapshot() as AnyMachineSnapshot).children as Record<string, AnyActorRef | undefined>
}

/** The name of an actor: `root~child~child`. */
export function nameOf(actor: AnyActorRef): string {
  const parent = (actor as unknown as Inside)._parent
  return parent === undefined ? actor.id : `${nameOf(parent)}~${actor.id}`
}

/** What is wrong with the machine itself, if an error says so. */
function mistakeOf(error: unknown): string | undefined {
  const { message } = (error ?? {}) as { message?: unknown }
  const isOne =
    typeof message === 'string' && /^(Infinite loop detected|Unable to send event to actor)/.test(message)
  return isOne ? message : undefined
}

/**
 * XState starts a child that is over before it begins after its sisters, in the first step of their parent only. That is
 * written down as not kept.
 */
function endsTooSoon(actor: AnyActorRef, begunOnce: WeakSet<AnyActorRef>): string | undefined {
  const parent = (actor as unknown as Inside)._parent
  if (parent === undefined || begunOnce.has(parent)) return undefined
  const over = (actor.getSnapshot() as AnyMachineSnapshot).status !== 'active'
  const sisters = Object.keys(childrenOf(parent)).length
  return over && sisters > 1 ? 'a child is over before it begins' : undefined
}

interface Node {
  readonly type: string
  readonly parent: Node | undefined
  readonly states: Readonly<Record<string, Node>>
}

/**
 * Whether the active states of an actor are ones that cannot be active together. XState itself gets them wrong now and then,
 * where a history that has no history yet is the target in a parallel state.
 */
function isLost(actor: AnyActorRef): string | undefined {
  const { _nodes: nodes } = actor.getSnapshot() as { readonly _nodes?: readonly Node[] }
  if (nodes === undefined) return undefined
  const active = new Set(nodes)
  const isFine = nodes.every((node) => {
    const children = Object.values(node.states).filter(({ type }) => type !== 'history')
    const entered = children.filter((child) => active.has(child)).length
    const wanted = node.type === 'compound' ? 1 : node.type === 'parallel' ? children.length : 0
    return entered === wanted && (node.parent === undefined || active.has(node.parent))
  })
  return isFine ? undefined : 'XState has lost its way: the active states are no configuration'
}
