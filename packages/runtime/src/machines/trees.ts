import type { ActAnswer, Clock, Principal, Timer } from '@opschart/core'

import {
  createLines,
  type Attempted,
  type DecisionStore,
  type Settled,
  type TurnOutcome,
} from '../driver/lines.ts'
import { childActor, machineActor, publicId, rootOf } from './actor-names.ts'
import type { Charts } from './charts.ts'
import type { MachineState } from './machine-state.ts'
import { createLoad } from './stored-node.ts'
import type { TimerEvent, TreeMessage } from './tree-message.ts'
import { TreeReads } from './tree-reads.ts'
import { decideTurn } from './tree-turn.ts'
import type { Node } from './tree-world.ts'

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
  const readsFrom = { store, load }
  /** Actors as last written by this process. Another process may have moved them: then the commit conflicts, and they are read. */
  const known = new Map<string, Map<string, Node | undefined>>()

  /** Actors that did not fit when it was asked, and until when that counts. */
  const misfits = new Map<string, { readonly misfit: string; readonly until: number }>()

  /** What was not there may be there by then: it is no more remembered than what nobody has read. */
  function remember(
    root: string,
    nodes: Map<string, Node | undefined>,
    moved: ReadonlyMap<string, Node>,
  ): void {
    for (const [actor, node] of moved) nodes.set(actor, node)
    for (const [actor, node] of nodes) if (node === undefined) nodes.delete(actor)
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
    const nodes = known.get(root) ?? new Map<string, Node | undefined>()
    // Until it is written nothing of it is remembered: what cannot be written is read anew.
    known.delete(root)
    const reads = new TreeReads(readsFrom, nodes)
    const { world, verdict } = await decideTurn({ charts, reads, root, now }, message)
    // Not the world itself: until it is written, it would hold all that the turn has made.
    const { moved } = world
    return {
      verdict,
      unit: { ...world.unit(), settled },
      written: () => remember(root, nodes, moved),
    }
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

/** The trees of machines. */
export type Trees = ReturnType<typeof createTrees>

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
