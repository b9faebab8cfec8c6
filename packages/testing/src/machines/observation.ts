import type { Json } from '@opschart/core'

/** An actor of the tree, as it can be compared: all JSON. References to actors are `{ xstate$$type: 1, id }`. */
export interface SeenActor {
  readonly status: string
  readonly value: Json
  readonly context: Json
  readonly output: Json
  /** Name and message. */
  readonly error: Json
  readonly tags: readonly string[]
  /** By history state, the states that it would go back to. */
  readonly history: Json
  /** Machines and operations, by id. */
  readonly children: readonly string[]
}

/** What can be seen after a step: what it has set off, in order, and how everything stands now. */
export interface Observation {
  readonly emitted: readonly { readonly actor: string; readonly event: Json }[]
  /** By name: the root, and its machines and theirs, as `<root>~<child>~<child>`. Only those that a parent still has. */
  readonly actors: Readonly<Record<string, SeenActor>>
  /** Operations under way, in the order in which they were asked for. */
  readonly operations: readonly { readonly actor: string; readonly src: string; readonly input: Json }[]
  /** Delayed events that are to come, the earliest first; of the same time, in the order in which they were set. */
  readonly timers: readonly {
    readonly actor: string
    /** Absent when the machine gave none. */
    readonly id: string | null
    readonly due: number
    readonly event: Json
  }[]
}

/** Through JSON, with errors as their name and message, and references as XState writes them. */
export function plain(value: unknown): Json {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Error) return { name: part.name, message: part.message }
    const { xstate$$type, id } = (part ?? {}) as { xstate$$type?: unknown; id?: unknown }
    return xstate$$type === 1 ? { xstate$$type, id } : part
  })
  return text === undefined ? null : (JSON.parse(text) as Json)
}
