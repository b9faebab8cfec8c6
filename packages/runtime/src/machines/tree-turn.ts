import { OpschartError, type Verdict } from '@opschart/core'

import { plainName } from '../plain-text.ts'
import { publicId } from './actor-names.ts'
import type { Charts } from './charts.ts'
import { freeActor } from './parking.ts'
import { createTasks, type Tasks } from './tasks.ts'
import { createTree, type Tree } from './tree.ts'
import type { TimerEvent, TreeMessage } from './tree-message.ts'
import type { TreeReads } from './tree-reads.ts'
import { openTreeWorld, type EventJson, type Mail, type Node, type TreeWorld } from './tree-world.ts'

/** What a turn is taken with. */
export interface TurnSources {
  readonly charts: Charts
  readonly reads: TreeReads
  readonly root: string
  readonly now: number
}

/** What a turn has come to. Nothing of it is written yet. */
export interface DecidedTurn {
  readonly world: TreeWorld
  readonly verdict: Verdict | undefined
}

/** Told to whoever brings an outcome to an actor that no longer fits: the work is done again, under its key, once it does. */
export class MisfitError extends Error {
  override readonly name = 'MisfitError'
}

/**
 * Decides one turn of a tree: what a message leads to. `broken`: see {@link createTree}; where that is found out by trying,
 * it is tried once more with it.
 */
export async function decideTurn(
  sources: TurnSources,
  message: TreeMessage,
  broken?: string,
): Promise<DecidedTurn> {
  const { charts, reads, root, now } = sources
  const world = openTreeWorld(root, now, reads)
  let atOnce: Verdict | undefined
  const tasks = createTasks(() => {
    atOnce = begin({ world, tree, next: tasks.next }, charts, root, message)
  })
  const tree = createTree(world, tasks.next, now, broken)
  try {
    await tasks.finished()
    return { world, verdict: atOnce ?? tree.verdict() }
  } catch (error) {
    if (!(error instanceof OpschartError) || error.code !== 'configuration' || broken !== undefined)
      throw error
    return decideTurn(sources, message, error.message)
  }
}

/** The parts of a turn. */
interface Parts {
  readonly world: TreeWorld
  readonly tree: Tree
  readonly next: Tasks['next']
}

/** What a turn begins with; gives the verdict where no step is taken. */
function begin(parts: Parts, charts: Charts, root: string, message: TreeMessage): Verdict | undefined {
  const { world, tree, next } = parts
  switch (message.kind) {
    case 'open':
      return open(parts, charts, root, message)
    case 'signal': {
      const { actor, event, by, key } = message
      if (world.node(actor) === undefined) return absent(actor)
      tree.deliver(actor, { kind: 'signal', event, by, key })
      return undefined
    }
    case 'timer': {
      const { actor, id } = message.timer
      const node = world.node(actor)
      if (node?.misfit !== undefined && !node.ended) return undefined
      // When its actor was brought to another definition just now, it may have another name: it is due under that one.
      if (world.isTimerGone(actor, id) || !world.isSet(message.timer)) return undefined
      world.timerGone(actor, id)
      const { event, to, child } = message.timer.event as unknown as TimerEvent
      const mail: Mail = { kind: 'timer', event: event as EventJson, cause: id }
      if (node !== undefined && !node.ended) next(() => tree.post(node, { to, child }, mail))
      return undefined
    }
    case 'put_off':
      // Read with the rest: whoever moves it meanwhile may have taken the timer back.
      world.node(message.timer.actor)
      if (world.isSet(message.timer)) world.timer({ ...message.timer, due: message.due })
      return undefined
    case 'result': {
      const { actor, child, event } = message
      const node = world.node(actor)
      if (node === undefined || node.ended) return undefined
      if (node.misfit !== undefined) throw new MisfitError()
      const mail: Mail = { kind: 'result', event, cause: child.key }
      if (node.state.children[child.id] === child.key) tree.deliver(actor, mail)
      else late(world, node, mail)
      return undefined
    }
    case 'free': {
      const node = world.node(message.actor)
      if (node?.state.parked === undefined) return undefined
      freeActor(world, node, message.by)
      const { letters } = node.state.parked
      next(...letters.map((letter) => () => takeUp(parts, node.actor, letter)))
      return undefined
    }
  }
}

function open(
  { world, tree }: Parts,
  charts: Charts,
  root: string,
  { input, by, key }: Extract<TreeMessage, { kind: 'open' }>,
): Verdict | undefined {
  const chart = charts.of(publicId(root).split('/', 1)[0]!)!
  const there = world.node(root)
  if (there !== undefined) {
    // Its start was journaled under the same key: it is answered with what came of that.
    const verdict: Verdict = { kind: 'ignored', reason: `${publicId(root)} is there already` }
    world.record(there, { kind: 'signal', event: { type: 'start' }, by, key, verdict })
    return verdict
  }
  const broke = tree.open(root, chart, input, { by, key })
  if (broke === undefined) return undefined
  const reason = `${publicId(root)} cannot be started: ${broke}`
  return { kind: 'refused', phase: '', reason, allowed: { phase: '', signals: [], agents: [] } }
}

const noVerdict: Verdict = {
  kind: 'ignored',
  reason: 'a late result: the work was cancelled or done again since',
}

function late(world: TreeWorld, node: Node, { kind, event, cause }: Mail): void {
  world.record(node, { kind: kind as 'result', event, cause, verdict: noVerdict })
}

/** A letter that waited. A result is of the operation that was at work then: another one may have its name by now. */
function takeUp({ world, tree }: Parts, actor: string, letter: Mail): void {
  const node = world.node(actor)!
  const name = letter.event['actorId']
  const isLate =
    letter.kind === 'result' && typeof name === 'string' && node.state.children[name] !== letter.cause
  if (isLate) late(world, node, letter)
  else tree.deliver(actor, letter)
}

function absent(actor: string): Verdict {
  const id = plainName(publicId(actor), 200)
  return { kind: 'unrouted', reason: `there is no actor ${id}${id.includes('~') ? '' : '; start it first'}` }
}
