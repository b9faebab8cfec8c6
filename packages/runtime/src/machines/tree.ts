import type { Effect, Json, Step, Verdict } from '@opschart/core'

import { childActor, parentOf, publicId, rootOf } from './actor-names.ts'
import type { Chart } from './charts.ts'
import { openingState, stateAfter, type MachineState } from './machine-state.ts'
import { doneEvent, errorEvent, snapshotEvent, stopEvent, unheard } from './tree-events.ts'
import type { TimerEvent } from './tree-message.ts'
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
export function createTree(world: TreeWorld, now: number, broken?: string) {
  const boxes = new Map<string, Mailbox>()
  /** What a step sends to children that it starts only afterwards, by their keys. */
  const unborn = new Map<string, Mail[]>()
  let verdict: Verdict | undefined

  const boxOf = (actor: string): Mailbox => {
    const box = boxes.get(actor) ?? { mail: [], open: true, busy: false }
    boxes.set(actor, box)
    return box
  }

  async function deliver(actor: string, mail: Mail): Promise<void> {
    const box = boxOf(actor)
    box.mail.push(mail)
    if (box.open && !box.busy) await drain(actor, box)
  }

  async function drain(actor: string, box: Mailbox): Promise<void> {
    box.busy = true
    for (let mail = box.mail.shift(); mail !== undefined; mail = box.mail.shift()) await take(actor, mail)
    box.busy = false
  }

  async function take(actor: string, mail: Mail): Promise<void> {
    const node = await world.node(actor)
    // One that has ended takes nothing, as a live actor that was stopped.
    if (node === undefined || (node.ended && mail.kind !== 'signal')) return
    if (node.ended || node.misfit !== undefined || node.state.parked !== undefined) return cannot(node, mail)
    const step: Step =
      broken === undefined
        ? node.chart.kernel.step(node.state, mail.event, { id: actor, version: node.version + 1, now })
        : { kind: 'threw', reason: broken }
    const broke = step.kind === 'threw' ? step.reason : await occupied(node, mail, step)
    if (step.kind === 'threw' || broke !== undefined) {
      if (mail.kind === 'signal') return refuse(node, mail, broke!)
      return park(node, mail, `on ${mail.event.type}: ${broke!}`)
    }
    if (!step.handled && mail.kind === 'signal') return refuse(node, mail, undefined)
    const taken = mail.kind === 'signal' ? takenVerdict(node, mail.event.type, step) : undefined
    verdict ??= taken
    const state = step.handled ? stateAfter(node.state, step.state) : undefined
    await world.record(node, {
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
  async function follow(before: Node, step: Stepped): Promise<void> {
    const { actor } = before
    for (const effect of step.effects) {
      if (effect.kind === 'spawn' && before.chart.child(effect.src) !== undefined) unborn.set(effect.key, [])
    }
    for (const effect of step.effects) await perform(before, effect)
    const after = (await world.node(actor))!
    if (step.status === 'active') return tellSnapshot(after)
    const { name } = after.state
    await world.timersGone(actor)
    boxOf(actor).mail.length = 0
    if (step.status === 'done') await tellParent(after.state, doneEvent(name!, step.output))
    if (step.status === 'error') await tellParent(after.state, errorEvent(name!, step.error ?? null))
  }

  /** A parent that listens is told after each event, whatever came of it. */
  async function tellSnapshot({ state }: Node): Promise<void> {
    if (state.sync === true) await tellParent(state, snapshotEvent(state.name!, state.snapshot))
  }

  async function tellParent({ born, name }: Pick<MachineState, 'born' | 'name'>, event: EventJson) {
    if (born === undefined || name === undefined) return
    // Even a parent that has no such child any more is told, as XState's is: it may have stopped it, and not yet done so.
    await deliver(parentOf(born), { kind: 'message', event, cause: born })
  }

  async function perform(before: Node, effect: Effect): Promise<void> {
    const { actor } = before
    switch (effect.kind) {
      case 'spawn':
        return spawn(before, effect)
      case 'stop':
        return stop(before, effect)
      case 'send': {
        const mail: Mail = { kind: 'message', event: effect.event, cause: effect.key }
        return post((await world.node(actor))!, effect, mail)
      }
      case 'timer': {
        const { id, due, event, to, child } = effect
        const { version, state } = (await world.node(actor))!
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
  async function post(
    from: Node,
    { to = '#_internal', child }: { readonly to?: string | undefined; readonly child?: string | undefined },
    mail: Mail,
  ): Promise<void> {
    if (to === '#_internal') return deliver(from.actor, mail)
    if (to === '#_parent') {
      const { born } = from.state
      return born === undefined ? undefined : deliver(parentOf(born), mail)
    }
    const key = child ?? from.state.children[to]
    const waiting = key === undefined ? undefined : unborn.get(key)
    if (waiting !== undefined) return void waiting.push(mail)
    const found = await childNode(world, from, to, key)
    if (found !== undefined) await deliver(found.actor, mail)
  }

  async function spawn(parent: Node, effect: Extract<Effect, { kind: 'spawn' }>): Promise<void> {
    const { id, src, key, input, sync } = effect
    const chart = parent.chart.child(src)
    if (chart === undefined) return spawnOperation(parent, effect)
    let actor = childActor(parent.actor, id)
    let earlier = await world.node(actor)
    while (earlier !== undefined && !earlier.ended) earlier = await world.node((actor += '+'))
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
    await world.record(node, {
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
    await follow(node, step)
    box.open = true
    if (step.status === 'active') await drain(actor, box)
  }

  async function spawnOperation(
    parent: Node,
    { id, src, key, input, sync }: Extract<Effect, { kind: 'spawn' }>,
  ): Promise<void> {
    const given = input === undefined ? {} : { input }
    const task = { kind: 'leaf', chart: parent.chart.path, src, name: id, ...given }
    const work = { key, actor: parent.actor, shard: rootOf(parent.actor), slot: null }
    world.work({ ...work, severity: 'INFO', at: now, task })
    if (sync === true)
      await tellParent({ born: key, name: id }, snapshotEvent(id, { status: 'active', ...given }))
  }

  async function stop(before: Node, { id, child }: Extract<Effect, { kind: 'stop' }>): Promise<void> {
    const { src } = (before.state.snapshot['children'] as Record<string, { src?: string }>)[id] ?? {}
    const isKnown = src !== undefined && before.state.children[id] === child
    const isActor = isKnown && before.chart.child(src) !== undefined
    // In no snapshot when its parent's first step stopped it; of one that does not fit, the chart may know of no actor.
    if (!isActor) world.withdraw(child)
    if (!isActor && isKnown && before.misfit === undefined) return
    const node = await childNode(world, before, id, child)
    if (node === undefined || node.ended) return
    boxOf(node.actor).mail.length = 0
    await deliver(node.actor, { kind: 'stop', event: stopEvent, cause: before.actor })
  }

  /** Why a step cannot be taken although its machine would: a child’s id is still in use. */
  async function occupied(node: Node, mail: Mail, step: Stepped): Promise<string | undefined> {
    const stopped = new Set<string>()
    for (const effect of step.effects) {
      if (effect.kind === 'stop') stopped.add(effect.id)
      if (effect.kind !== 'spawn' || stopped.has(effect.id)) continue
      const key = node.state.children[effect.id]
      // An operation whose result this is has ended, and is written as ended only with it.
      if (mail.kind === 'result' && mail.cause === key) continue
      if (key !== undefined && (await isAtWork(node, effect.id, key)))
        return `child ${effect.id} is at work; stop it first, or give the new one another id`
    }
    return undefined
  }

  async function isAtWork(parent: Node, id: string, key: string): Promise<boolean> {
    const node = await childNode(world, parent, id, key)
    return node === undefined ? world.isAtWork(parent.actor, key) : !node.ended
  }

  async function refuse(node: Node, mail: Mail, broke: string | undefined): Promise<void> {
    const refused = refusedVerdict(node, mail, broke)
    verdict ??= refused
    await world.record(node, {
      kind: 'signal',
      event: mail.event,
      by: mail.by,
      key: mail.key,
      verdict: refused,
    })
  }

  /** It has ended, is parked, or does not fit: a signal is told so, and whatever else comes is kept for later. */
  function cannot(node: Node, mail: Mail): Promise<void> {
    if (mail.kind === 'signal') return refuse(node, mail, undefined)
    return park(node, mail, node.misfit ?? node.state.parked!.reason)
  }

  /** From now on it takes nothing. One that is told to end need not be able to do anything for it. */
  async function park(node: Node, mail: Mail, reason: string): Promise<void> {
    if (mail.kind !== 'stop') return parkActor(world, node, mail, { reason, at: now })
    await giveUp(world, node, mail.cause)
    for (const [id, child] of Object.entries(node.state.children))
      await stop(node, { kind: 'stop', key: child, id, child })
  }

  return {
    deliver,
    post,
    /** Starts the root. */
    async open(actor: string, chart: Chart, input: Json | undefined, row: Pick<Mail, 'by' | 'key'>) {
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
      await world.record(node, {
        kind: 'opened',
        event: { type: 'opened', ...(input === undefined ? {} : { input }) },
        effects: step.effects,
        verdict: started,
        state,
        ended: step.status !== 'active',
        ...row,
      })
      await follow(node, step)
      box.open = true
      if (step.status === 'active') await drain(actor, box)
      return undefined
    },
    verdict: () => verdict,
  }
}

/** The actors of a tree within one turn. */
export type Tree = ReturnType<typeof createTree>
