import type { Timer, Work } from '@opschart/core'

import type { DecisionStore } from '../driver/lines.ts'
import { childActor } from './actor-names.ts'
import type { Node } from './tree-world.ts'

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
 * What one turn of a tree reads of the store. The turn takes no time of its own: whatever it asks for that was not read yet
 * ends it there, until that was read. Nothing is read twice, so that it goes the same way each time, and what it read first
 * was read first.
 */
export class TreeReads {
  readonly #sources: TreeReadsSources
  readonly #known: Map<string, Node | undefined>
  /** What was read beside actors, which most turns do not need. */
  #timers: Map<string, readonly Timer[]> | undefined
  #work: Map<string, readonly Work[]> | undefined
  #facts: Map<string, number> | undefined
  #together = 1

  /** @param known What is known of actors already; what is read is added. */
  constructor(sources: TreeReadsSources, known: Map<string, Node | undefined>) {
    this.#sources = sources
    this.#known = known
  }

  /** The actor as it is stored and fits; undefined when there is none. */
  node(actor: string): Node | undefined {
    const found = this.#known.get(actor)
    if (found !== undefined || this.#known.has(actor)) return found
    throw new Unread(() => this.#readNode(actor))
  }

  timersOf(actor: string): readonly Timer[] {
    return held((this.#timers ??= new Map()), actor, () => this.#sources.store.timers(actor))
  }

  workOf(actor: string): readonly Work[] {
    return held((this.#work ??= new Map()), actor, () => this.#sources.store.work({ actor }))
  }

  /** How often a fact was written. */
  factVersion(name: string): number {
    const read = async () => (await this.#sources.store.facts([name]))[0]?.version ?? 0
    return held((this.#facts ??= new Map()), name, read)
  }

  /** Reads an actor; with it, each time twice as many of those beside it: who asks for some may ask for all. */
  async #readNode(actor: string): Promise<void> {
    const others = this.#besides(actor).slice(0, this.#together - 1)
    this.#together *= 2
    for (const one of [actor, ...others]) this.#known.set(one, await this.#sources.load(one))
  }

  /** The other children of an actor's parent that were not read. */
  #besides(actor: string): string[] {
    const parent = this.#known.get(actor.slice(0, Math.max(0, actor.lastIndexOf('~'))))
    if (parent === undefined) return []
    return Object.keys(parent.state.children)
      .map((id) => childActor(parent.actor, id))
      .filter((child) => child !== actor && !this.#known.has(child))
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
