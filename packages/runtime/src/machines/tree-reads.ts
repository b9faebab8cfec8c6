import type { Timer, Work } from '@opschart/core'

import type { DecisionStore } from '../driver/lines.ts'
import { Unread } from './tasks.ts'
import type { Node } from './tree-world.ts'

/** Where it is read. */
export interface TreeReadsSources {
  readonly store: Pick<DecisionStore, 'timers' | 'work' | 'facts'>
  /** An actor as it is stored and fits. */
  readonly load: (actor: string) => Promise<Node | undefined>
}

/**
 * What one turn of a tree reads of the store. Whatever a task asks for that was not read yet ends that task, until it was.
 * Nothing is read twice.
 */
export class TreeReads {
  readonly #sources: TreeReadsSources
  readonly #known: Map<string, Node | undefined>
  /** What was read beside actors, which most turns do not need. */
  #timers: Map<string, readonly Timer[]> | undefined
  #work: Map<string, readonly Work[]> | undefined
  #facts: Map<string, number> | undefined

  /** @param known What is known of actors already; what is read is added. */
  constructor(sources: TreeReadsSources, known: Map<string, Node | undefined>) {
    this.#sources = sources
    this.#known = known
  }

  /** The actor as it is stored and fits; undefined when there is none. */
  node(actor: string): Node | undefined {
    return held(this.#known, actor, () => this.#sources.load(actor))
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
}

function held<Value>(values: Map<string, Value>, name: string, read: () => Promise<Value>): Value {
  const value = values.get(name)
  if (value !== undefined || values.has(name)) return value as Value
  throw new Unread(async () => void values.set(name, await read()))
}
