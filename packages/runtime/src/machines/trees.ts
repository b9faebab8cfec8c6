import {
  OpschartError,
  type ActAnswer,
  type Clock,
  type Principal,
  type Timer,
  type Verdict,
} from '@opschart/core'

import {
  createLines,
  type Attempted,
  type DecisionStore,
  type Settled,
  type TurnOutcome,
} from '../driver/lines.ts'
import { plainName } from '../plain-text.ts'
import { childActor, machineActor, publicId, rootOf } from './actor-names.ts'
import type { Charts } from './charts.ts'
import type { MachineState } from './machine-state.ts'
import { freeActor } from './parking.ts'
import { createLoad } from './stored-node.ts'
import { createTree, type Tree } from './tree.ts'
import type { TimerEvent, TreeMessage } from './tree-message.ts'
import { openTreeWorld, type EventJson, type Mail, type Node, type TreeWorld } from './tree-world.ts'

/** What trees are kept with. */
export interface TreesSources {
  readonly store: DecisionStore
  readonly clock: Clock
  readonly charts: Charts
  /** How many signals may wait for one tree; see {@link createLines}. */
  readonly longestLine?: number
  /** Told of an actor that something is due for and that does not fit its machine. */
  readonly onMisfit: (actor: string, misfit: string) => void
}

/** Trees whose actors are kept in memory between two turns. */
const remembered = 4_096
/** Milliseconds after which it is asked again whether an actor fits that did not. */
export const misfitPatience = 10_000
/** Actors of one tree that are. */
const rememberedActors = 64

/**
 * The trees of machines: each a root that was started from outside, and its children. A turn is one event from outside and
 * all that follows from it between the actors of the tree; the shard is the root.
 */
export function createTrees(sources: TreesSources) {
  const { store, clock, charts } = sources
  const load = createLoad(sources)
  /** Actors as last written by this process. Another process may have moved them: then the commit conflicts, and they are read. */
  const known = new Map<string, ReadonlyMap<string, Node>>()

  /** Actors that did not fit when it was asked, and until when that counts. */
  const misfits = new Map<string, { readonly misfit: string; readonly until: number }>()

  function remember(root: string, nodes: ReadonlyMap<string, Node>): void {
    known.delete(root)
    if (nodes.size <= rememberedActors) known.set(root, nodes)
    if (known.size > remembered) known.delete(known.keys().next().value!)
  }

  async function attempt(
    root: string,
    message: TreeMessage,
    settled: Settled,
    tries: number,
  ): Promise<Attempted> {
    if (tries > 0) known.delete(root)
    const now = message.kind === 'timer' ? (message.now ?? clock.now()) : clock.now()
    const before = known.get(root) ?? new Map<string, Node>()
    // Until it is written nothing of it is remembered: what cannot be written is read anew.
    known.delete(root)
    const decided = async (broken?: string) => {
      const world = openTreeWorld(
        {
          root,
          now,
          load,
          timersOf: (actor) => store.timers(actor),
          workOf: (actor) => store.work({ actor }),
          factVersion: async (name) => (await store.facts([name]))[0]?.version ?? 0,
        },
        before,
      )
      return { world, verdict: await taken(world, createTree(world, now, broken), root, message) }
    }
    const { world, verdict } = await decided().catch((error: unknown) => {
      if (error instanceof OpschartError && error.code === 'configuration') return decided(error.message)
      throw error
    })
    return {
      verdict,
      unit: { ...world.unit(), settled },
      written: () => remember(root, world.nodes),
    }
  }

  async function taken(
    world: TreeWorld,
    tree: Tree,
    root: string,
    message: TreeMessage,
  ): Promise<Verdict | undefined> {
    switch (message.kind) {
      case 'open':
        return opened(world, tree, root, message)
      case 'signal': {
        const { actor, event, by, key } = message
        if ((await world.node(actor)) === undefined) return absent(actor)
        await tree.deliver(actor, { kind: 'signal', event, by, key })
        return tree.verdict()
      }
      case 'timer': {
        const { actor, id } = message.timer
        const node = await world.node(actor)
        if (node?.misfit !== undefined && !node.ended) return undefined
        // When its actor was brought to another definition just now, it may have another name: it is due under that one.
        if (world.isTimerGone(actor, id) || !(await isSet(message.timer))) return undefined
        world.timerGone(actor, id)
        const { event, to, child } = message.timer.event as unknown as TimerEvent
        const mail: Mail = { kind: 'timer', event: event as EventJson, cause: id }
        if (node !== undefined && !node.ended) await tree.post(node, { to, child }, mail)
        return undefined
      }
      case 'put_off':
        // Read with the rest: whoever moves it meanwhile may have taken the timer back.
        await world.node(message.timer.actor)
        if (await isSet(message.timer)) world.timer({ ...message.timer, due: message.due })
        return undefined
      case 'result': {
        const { actor, child, event } = message
        const node = await world.node(actor)
        if (node === undefined || node.ended) return undefined
        if (node.misfit !== undefined) throw new MisfitError()
        const mail: Mail = { kind: 'result', event, cause: child.key }
        if (node.state.children[child.id] === child.key) await tree.deliver(actor, mail)
        else await late(world, node, mail)
        return undefined
      }
      case 'free': {
        const node = await world.node(message.actor)
        if (node?.state.parked === undefined) return undefined
        await freeActor(world, node, message.by)
        for (const letter of node.state.parked.letters) await takeUp(world, tree, node.actor, letter)
        return undefined
      }
    }
  }

  async function opened(
    world: TreeWorld,
    tree: Tree,
    root: string,
    { input, by, key }: Extract<TreeMessage, { kind: 'open' }>,
  ): Promise<Verdict> {
    const chart = charts.of(publicId(root).split('/', 1)[0]!)!
    const there = await world.node(root)
    if (there !== undefined) {
      // Its start was journaled under the same key: it is answered with what came of that.
      const verdict: Verdict = { kind: 'ignored', reason: `${publicId(root)} is there already` }
      await world.record(there, { kind: 'signal', event: { type: 'start' }, by, key, verdict })
      return verdict
    }
    const broke = await tree.open(root, chart, input, { by, key })
    return broke === undefined
      ? tree.verdict()!
      : {
          kind: 'refused',
          phase: '',
          reason: `${publicId(root)} cannot be started: ${broke}`,
          allowed: { phase: '', signals: [], agents: [] },
        }
  }

  /** Whether a timer is still the one that was set: it may have been replaced or taken back meanwhile. */
  async function isSet({ actor, id, version }: Timer): Promise<boolean> {
    const timers = await store.timers(actor)
    return timers.some((timer) => timer.id === id && timer.version === version)
  }

  const lines = createLines<TreeMessage>({
    store,
    attempt,
    keyOf: (message) => (message.kind === 'open' || message.kind === 'signal' ? message.key : undefined),
    actorOf: (message) => ('actor' in message ? message.actor : ''),
    ...(sources.longestLine === undefined ? {} : { longest: sources.longestLine }),
  })

  const trees = {
    charts,
    take: (actor: string, message: TreeMessage, settled?: Settled): Promise<TurnOutcome> =>
      lines.take(rootOf(actor), message, settled),
    /** What would come of a turn if it were taken now. Nothing is written. */
    foresee: (actor: string, message: TreeMessage): Promise<TurnOutcome> =>
      lines.foresee(rootOf(actor), message),
    /**
     * Why an actor's timers and operations wait: it does not fit what is here. Another process may have what it fits, or this
     * one will be mended; until then nothing of it is lost. Undefined when they need not.
     */
    async misfitOf(actor: string): Promise<string | undefined> {
      const now = clock.now()
      const before = misfits.get(actor)
      if (before !== undefined && before.until > now) return before.misfit
      misfits.delete(actor)
      const node = known.get(rootOf(actor))?.get(actor) ?? (await load(actor))
      if (node?.misfit === undefined || node.ended) return undefined
      if (charts.of(node.state.chart) !== undefined) sources.onMisfit(actor, node.misfit)
      misfits.set(actor, { misfit: node.misfit, until: now + misfitPatience })
      return node.misfit
    },
    /** Fires a timer that is due, as its machine's misfire policy says. */
    fire(timer: Timer): Promise<TurnOutcome> {
      const message = firing(timer, charts, clock.now())
      return lines.take(rootOf(timer.actor), message)
    },
    /** The actor as it is stored, with how it fits; undefined when there is none. */
    load,
    /** The actor of a child; undefined for an operation. */
    async childOf({ actor, state }: Node, id: string): Promise<string | undefined> {
      const key = state.children[id]
      for (let child = childActor(actor, id); ; child += '+') {
        const stored = await store.actor(child)
        if (stored === undefined) return undefined
        if ((stored.state as unknown as MachineState).born === key) return child
      }
    },
    /** Why a parked actor cannot go on, or that it can. */
    async mayGoOn(id: string): Promise<ActAnswer> {
      const node = await load(machineActor(id))
      if (node === undefined) return { done: false, reason: `there is no actor ${id}` }
      if (node.state.parked === undefined) return { done: false, reason: `${id} is not parked` }
      if (node.misfit !== undefined)
        return { done: false, reason: `${id} still does not fit: ${node.misfit}` }
      return { done: true, reason: `${id} goes on; ${node.state.parked.letters.length} taken that waited` }
    },
    async free(id: string, by: Principal): Promise<{ answer: ActAnswer; outcome: TurnOutcome | undefined }> {
      const actor = machineActor(id)
      const may = await trees.mayGoOn(id)
      if (!may.done) return { answer: may, outcome: undefined }
      const outcome = await lines.take(rootOf(actor), { kind: 'free', actor, by })
      const now = await load(actor)
      const again = now?.state.parked
      return {
        answer: again === undefined ? may : { done: false, reason: `${id} is parked again: ${again.reason}` },
        outcome,
      }
    },
    isIdle: lines.isIdle,
    idle: () => lines.idle(),
  }
  return trees
}

/** Told to whoever brings an outcome to an actor that no longer fits: the work is done again, under its key, once it does. */
export class MisfitError extends Error {
  override readonly name = 'MisfitError'
}

/** The trees of machines. */
export type Trees = ReturnType<typeof createTrees>

const noVerdict: Verdict = {
  kind: 'ignored',
  reason: 'a late result: the work was cancelled or done again since',
}

async function late(world: TreeWorld, node: Node, { kind, event, cause }: Mail): Promise<void> {
  await world.record(node, { kind: kind as 'result', event, cause, verdict: noVerdict })
}

/** A letter that waited. A result is of the operation that was at work then: another one may have its name by now. */
async function takeUp(world: TreeWorld, tree: Tree, actor: string, letter: Mail): Promise<void> {
  const node = (await world.node(actor))!
  const name = letter.event['actorId']
  const isLate =
    letter.kind === 'result' && typeof name === 'string' && node.state.children[name] !== letter.cause
  await (isLate ? late(world, node, letter) : tree.deliver(actor, letter))
}

function absent(actor: string): Verdict {
  const id = plainName(publicId(actor), 200)
  return { kind: 'unrouted', reason: `there is no actor ${id}${id.includes('~') ? '' : '; start it first'}` }
}

/** Milliseconds that a timer may be late without having been missed. */
const tolerance = 60_000

function firing(timer: Timer, charts: Charts, now: number): TreeMessage {
  const { due, event } = timer
  const { delay } = event as unknown as TimerEvent
  const machine = publicId(timer.actor).split('/', 1)[0]!
  const misfire = charts.of(machine)?.misfire ?? 'run_once'
  if (misfire === 'run_all') return { kind: 'timer', timer, now: due }
  const missed = now - due > tolerance
  if (misfire !== 'skip' || !missed || delay <= 0) return { kind: 'timer', timer }
  return { kind: 'put_off', timer, due: due + Math.ceil((now - due) / delay) * delay }
}
