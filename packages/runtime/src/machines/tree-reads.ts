import type { Timer, Work } from '@opschart/core'

import type { DecisionStore } from '../driver/lines.ts'
import { childActor } from './actor-names.ts'
import type { Node } from './tree-world.ts'

/** What one turn of a tree reads of the store. */
export interface TreeReads {
  /** The actor as it is stored and fits; undefined when there is none. */
  node(actor: string): Node | undefined
  timersOf(actor: string): readonly Timer[]
  workOf(actor: string): readonly Work[]
  /** How often a fact was written. */
  factVersion(name: string): number
}

/** Where it is read. */
export interface TreeReadsSources {
  readonly store: Pick<DecisionStore, 'timers' | 'work' | 'facts'>
  /** An actor as it is stored and fits. */
  readonly load: (actor: string) => Promise<Node | undefined>
}

/** What a turn cannot go on without. It is no error: it is read, and the turn taken again from its beginning. */
class Unread extends Error {
  override readonly name = 'Unread'
  readonly read: () => Promise<void>

  constructor(read: () => Promise<void>) {
    super('read this first')
    this.read = read
  }
}

/**
 * Reads for one turn, which takes no time of its own: whatever it asks for that was not read yet ends it there, until that
 * was read. Nothing is read twice, so that it goes the same way each time, and what it read first was read first.
 *
 * @param known What is known of actors already; what is read is added.
 */
export function createReads(
  { store, load }: TreeReadsSources,
  known: Map<string, Node | undefined>,
): TreeReads {
  /** What was read beside actors, which most turns do not need. */
  let timers: Map<string, readonly Timer[]> | undefined
  let work: Map<string, readonly Work[]> | undefined
  let facts: Map<string, number> | undefined
  let together = 1

  /** Reads an actor; with it, each time twice as many of those beside it: who asks for some may ask for all. */
  async function readNode(actor: string): Promise<void> {
    const others = besides(actor).slice(0, together - 1)
    together *= 2
    for (const one of [actor, ...others]) known.set(one, await load(one))
  }

  /** The other children of an actor's parent that were not read. */
  function besides(actor: string): string[] {
    const parent = known.get(actor.slice(0, Math.max(0, actor.lastIndexOf('~'))))
    if (parent === undefined) return []
    const { actor: own, state } = parent
    return Object.keys(state.children)
      .map((id) => childActor(own, id))
      .filter((child) => child !== actor && !known.has(child))
  }

  return {
    node(actor) {
      const found = known.get(actor)
      if (found !== undefined || known.has(actor)) return found
      throw new Unread(() => readNode(actor))
    },
    timersOf: (actor) => held((timers ??= new Map()), actor, () => store.timers(actor)),
    workOf: (actor) => held((work ??= new Map()), actor, () => store.work({ actor })),
    factVersion: (name) =>
      held((facts ??= new Map()), name, async () => (await store.facts([name]))[0]?.version ?? 0),
  }
}

function held<Value>(values: Map<string, Value>, name: string, read: () => Promise<Value>): Value {
  const value = values.get(name)
  if (value !== undefined) return value
  throw new Unread(async () => void values.set(name, await read()))
}

/** Takes a turn, again and again until all that it asks for was read. */
export async function withReads<Taken>(take: () => Taken): Promise<Taken> {
  for (;;) {
    try {
      return take()
    } catch (error) {
      if (!(error instanceof Unread)) throw error
      await error.read()
    }
  }
}
