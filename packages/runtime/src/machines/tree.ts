import type { Effect, Json, Step, Verdict } from '@opschart/core'

import { childActor, parentOf, publicId, rootOf } from './actor-names.ts'
import type { Chart } from './charts.ts'
import { openingState, stateAfter, type MachineState } from './machine-state.ts'
import { doneEvent, errorEvent, snapshotEvent, stopEvent, unheard } from './tree-events.ts'
import type { TimerEvent } from './tree-message.ts'
import { occupied } from './occupied.ts'
import type { Tasks } from './tasks.ts'
import { childNode, type EventJson, type Mail, type Node, type TreeWorld } from './tree-world.ts'
import { giveUp, parkActor } from './parking.ts'
import { takenVerdict, refusedVerdict } from './tree-verdicts.ts'

type Stepped = Extract<Step, { kind: 'stepped' }>

/** What has come for an actor and waits until it has done what it is at. */
interface Mailbox {
  readonly mail: Mail[]
  /** False as long as it has not been started: what comes waits. */
  open: boolean
  busy: boolean
}

/**
 * The actors of a tree at work within one turn: what comes for one is taken in the very order in which XState's live actors
 * would take it. Each has a mailbox; a message to an actor that is at nothing is taken at once, before the sender goes on.
 *
 * `broken`: why what comes cannot be taken, which has been found out by trying; it is refused or kept, and nothing follows.
 */
export function createTree(world: TreeWorld, next: Tasks['next'], now: number, broken?: string) {
  const boxes = new Map<string, Mailbox>()
  /** What a step sends to children that it starts only afterwards, by their keys. */
  const unborn = new Map<string, Mail[]>()
  let verdict: Verdict | undefined

  const boxOf = (actor: string): Mailbox => {
    const box = boxes.get(actor) ?? { mail: [], open: true, busy: false }
    boxes.set(actor, box)
    return box
  }

  function deliver(actor: string, mail: Mail): void {
    const box = boxOf(actor)
    box.mail.push(mail)
    if (box.open && !box.busy) drain(actor, box)
  }

  function drain(actor: string, box: Mailbox): void {
    const mail = box.mail.shift()
    box.busy = mail !== undefined
    if (mail === undefined) return
    next(
      () => take(actor, mail),
      () => drain(actor, box),
    )
  }

  function take(actor: string, mail: Mail): void {
    const node = world.node(actor)
    // One that has ended takes nothing, as a live actor that was stopped.
    if (node === undefined || (node.ended && mail.kind !== 'signal')) return
    if (node.ended || node.misfit !== undefined || node.state.parked !== undefined) return cannot(node, mail)
    const step: Step =
      broken === undefined
        ? node.chart.kernel.step(node.state, mail.event, { id: actor, version: node.version + 1, now })
        : { kind: 'threw', reason: broken }
    const broke = step.kind === 'threw' ? step.reason : occupied(world, node, mail, step)
    if (step.kind === 'threw' || broke !== undefined) {
      if (mail.kind === 'signal') return refuse(node, mail, broke!)
      return park(node, mail, `on ${mail.event.type}: ${broke!}`)
    }
    if (!step.handled && mail.kind === 'signal') return refuse(node, mail, undefined)
    const taken = mail.kind === 'signal' ? takenVerdict(node, mail.event.type, step) : undefined
    verdict ??= taken
    const state = step.handled ? stateAfter(node.state, step.state) : undefined
    world.record(node, {
      kind: mail.kind === 'stop' ? 'message' : mail.kind,
      event: mail.event,
      by: mail.by,
      cause: mail.cause,
      key: mail.key,
      effects: step.effects,
      ...(taken === undefined ? {} : { verdict: taken }),
      ...(step.handled ? {} : { verdict: unheard }),
      ...(state === undefined ? {} : { state }),
      ...(step.status === 'active' ? {} : { ended: true }),
    })
    return step.handled ? follow(node, step) : tellSnapshot(node)
  }

  /** What a step asks for, in order, and then what becomes of the actor. `before` is the actor as it was. */
  function follow(before: Node, step: Stepped): void {
    const { actor } = before
    for (const effect of step.effects) {
      if (effect.kind === 'spawn' && before.chart.child(effect.src) !== undefined) unborn.set(effect.key, [])
    }
    next(...step.effects.map((effect) => () => perform(before, effect)), () => settle(actor, step))
  }

  function settle(actor: string, step: Stepped): void {
    const after = world.node(actor)!
    if (step.status === 'active') return tellSnapshot(after)
    const { name } = after.state
    world.timersGone(actor)
    boxOf(actor).mail.length = 0
    if (step.status === 'done') tellParent(after.state, doneEvent(name!, step.output))
    if (step.status === 'error') tellParent(after.state, errorEvent(name!, step.error ?? null))
  }

  /** A parent that listens is told after each event, whatever came of it. */
  function tellSnapshot({ state }: Node): void {
    if (state.sync === true) tellParent(state, snapshotEvent(state.name!, state.snapshot))
  }

  function tellParent({ born, name }: Pick<MachineState, 'born' | 'name'>, event: EventJson) {
    if (born === undefined || name === undefined) return
    // Even a parent that has no such child any more is told, as XState's is: it may have stopped it, and not yet done so.
    deliver(parentOf(born), { kind: 'message', event, cause: born })
  }

  function perform(before: Node, effect: Effect): void {
    const { actor } = before
    switch (effect.kind) {
      case 'spawn':
        return spawn(before, effect)
      case 'stop':
        return stop(before, effect)
      case 'send': {
        const mail: Mail = { kind: 'message', event: effect.event, cause: effect.key }
        return post(world.node(actor)!, effect, mail)
      }
      case 'timer': {
        const { id, due, event, to, child } = effect
        const { version, state } = world.node(actor)!
        const meant = to === undefined ? undefined : (child ?? state.children[to])
        const held: TimerEvent = {
          event,
          delay: due - now,
          ...(to === undefined ? {} : { to }),
          ...(meant === undefined ? {} : { child: meant }),
        }
        return world.timer({ actor, id, due, version, event: held })
      }
      case 'cancel_timer':
        return world.timerGone(actor, effect.id)
      case 'emit':
    }
  }

  /** Delivers what is for the actor itself, its parent or a child; what is for none that is there is lost, as a live actor’s is. */
  function post(
    from: Node,
    { to = '#_internal', child }: { readonly to?: string | undefined; readonly child?: string | undefined },
    mail: Mail,
  ): void {
    if (to === '#_internal') return deliver(from.actor, mail)
    if (to === '#_parent') {
      const { born } = from.state
      return born === undefined ? undefined : deliver(parentOf(born), mail)
    }
    const key = child ?? from.state.children[to]
    const waiting = key === undefined ? undefined : unborn.get(key)
    if (waiting !== undefined) return void waiting.push(mail)
    const found = childNode(world, from, to, key)
    if (found !== undefined) deliver(found.actor, mail)
  }

  function spawn(parent: Node, effect: Extract<Effect, { kind: 'spawn' }>): void {
    const { id, src, key, input, sync } = effect
    const chart = parent.chart.child(src)
    if (chart === undefined) return spawnOperation(parent, effect)
    let actor = childActor(parent.actor, id)
    let earlier = world.node(actor)
    while (earlier !== undefined && !earlier.ended) earlier = world.node((actor += '+'))
    const box: Mailbox = { mail: unborn.get(key) ?? [], open: false, busy: false }
    unborn.delete(key)
    boxes.set(actor, box)
    const version = earlier?.version ?? 0
    const step = chart.kernel.initial(input, { id: actor, version: version + 1, now })
    if (step.kind === 'threw') {
      box.mail.length = 0
      return tellParent({ born: key, name: id }, errorEvent(id, { name: 'Error', message: step.reason }))
    }
    const state = openingState(chart, step, { born: key, name: id, ...(sync === true ? { sync } : {}) })
    const node: Node = { actor, chart, version, state, ended: false }
    world.record(node, {
      kind: 'opened',
      event: {
        type: 'opened',
        name: id,
        ...(input === undefined ? {} : { input }),
        ...(sync === true ? { sync } : {}),
      },
      effects: step.effects,
      cause: key,
      state,
      ended: step.status !== 'active',
    })
    begin(node, step, box)
  }

  /** What comes for an actor before it has been started waits until then. */
  function begin(node: Node, step: Stepped, box: Mailbox): void {
    const open = () => {
      box.open = true
      if (step.status === 'active') drain(node.actor, box)
    }
    next(() => follow(node, step), open)
  }

  function spawnOperation(
    parent: Node,
    { id, src, key, input, sync }: Extract<Effect, { kind: 'spawn' }>,
  ): void {
    const given = input === undefined ? {} : { input }
    const task = { kind: 'leaf', chart: parent.chart.path, src, name: id, ...given }
    const work = { key, actor: parent.actor, shard: rootOf(parent.actor), slot: null }
    world.work({ ...work, severity: 'INFO', at: now, task })
    if (sync === true) tellParent({ born: key, name: id }, snapshotEvent(id, { status: 'active', ...given }))
  }

  function stop(before: Node, { id, child }: Extract<Effect, { kind: 'stop' }>): void {
    const { src } = (before.state.snapshot['children'] as Record<string, { src?: string }>)[id] ?? {}
    const isKnown = src !== undefined && before.state.children[id] === child
    const isActor = isKnown && before.chart.child(src) !== undefined
    // In no snapshot when its parent's first step stopped it; of one that does not fit, the chart may know of no actor.
    const isOperation = !isActor && isKnown && before.misfit === undefined
    const node = isOperation ? undefined : childNode(world, before, id, child)
    if (!isActor) world.withdraw(child)
    if (node === undefined || node.ended) return
    boxOf(node.actor).mail.length = 0
    deliver(node.actor, { kind: 'stop', event: stopEvent, cause: before.actor })
  }

  function refuse(node: Node, mail: Mail, broke: string | undefined): void {
    const refused = refusedVerdict(node, mail, broke)
    verdict ??= refused
    world.record(node, {
      kind: 'signal',
      event: mail.event,
      by: mail.by,
      key: mail.key,
      verdict: refused,
    })
  }

  /** It has ended, is parked, or does not fit: a signal is told so, and whatever else comes is kept for later. */
  function cannot(node: Node, mail: Mail): void {
    if (mail.kind === 'signal') return refuse(node, mail, undefined)
    return park(node, mail, node.misfit ?? node.state.parked!.reason)
  }

  /** From now on it takes nothing. One that is told to end need not be able to do anything for it. */
  function park(node: Node, mail: Mail, reason: string): void {
    if (mail.kind !== 'stop') return parkActor(world, node, mail, { reason, at: now })
    giveUp(world, node, mail.cause)
    const children = Object.entries(node.state.children)
    next(
      ...children.map(
        ([id, child]) =>
          () =>
            stop(node, { kind: 'stop', key: child, id, child }),
      ),
    )
  }

  return {
    deliver,
    post,
    /** Starts the root. */
    open(actor: string, chart: Chart, input: Json | undefined, row: Pick<Mail, 'by' | 'key'>) {
      if (broken !== undefined) return broken
      const step = chart.kernel.initial(input, { id: actor, version: 1, now })
      if (step.kind === 'threw') return step.reason
      const state = openingState(chart, step, {})
      const node: Node = { actor, chart, version: 0, state, ended: false }
      const reason = `${publicId(actor)} is started`
      const started = { ...takenVerdict({ ...node, state }, 'start', step), reason }
      verdict ??= started
      const box: Mailbox = { mail: [], open: false, busy: false }
      boxes.set(actor, box)
      world.record(node, {
        kind: 'opened',
        event: { type: 'opened', ...(input === undefined ? {} : { input }) },
        effects: step.effects,
        verdict: started,
        state,
        ended: step.status !== 'active',
        ...row,
      })
      begin(node, step, box)
      return undefined
    },
    verdict: () => verdict,
  }
}

/** The actors of a tree within one turn. */
export type Tree = ReturnType<typeof createTree>
