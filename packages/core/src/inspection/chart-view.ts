/** What a state is, as it is drawn. */
export type StateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history'

/** A state of a {@link ChartView}. */
export interface StateView {
  /** Its path from the root, keys joined by dots (a dot within a key is written `\.`); the root's is empty. */
  readonly id: string
  readonly key: string
  readonly kind: StateKind
  /** Whether a history state remembers the whole configuration below its parent. */
  readonly deep?: true
  /** Id of the child that it begins in. */
  readonly initial?: string
  readonly description?: string
  readonly tags: readonly string[]
  /** Agents that the law lets act here. */
  readonly allow: readonly string[]
  /** Names of what is done on entry and exit, in order. */
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  /** What it starts and stops: the id, and the name of the source. */
  readonly invoke: readonly { readonly id: string; readonly src: string }[]
  readonly states: readonly StateView[]
}

/** Why an arrow is taken. */
export type ArrowKind = 'event' | 'after' | 'always' | 'done' | 'error' | 'move'

/** An arrow of a {@link ChartView}. */
export interface ArrowView {
  /** Unique in its chart: `<from>|<event>|<place>`. */
  readonly id: string
  readonly from: string
  /** Ids of the states it leads to; none for one that stays. */
  readonly to: readonly string[]
  readonly kind: ArrowKind
  /** The event's type as the machine knows it; a delay's name or milliseconds; empty for `always`. */
  readonly event: string
  /** What must hold, in words. */
  readonly guard?: string
  /** Who may send it; absent where the chart does not say. */
  readonly by?: readonly string[]
  readonly actions: readonly string[]
  /** The workflow that it starts. */
  readonly starts?: string
  readonly description?: string
}

/**
 * A statechart as it is drawn, whatever it was made of: the law, a machine, or a definition that another process has sent.
 * Plain JSON, with names only: no code, no context.
 */
export interface ChartView {
  /** The machine's id. */
  readonly id: string
  readonly root: StateView
  readonly arrows: readonly ArrowView[]
  /** What could not be drawn: a target that is not there, a definition that was cut off. */
  readonly problems: readonly string[]
}

/** Every state of a chart, parents before their children. */
export function statesOf({ root }: Pick<ChartView, 'root'>): StateView[] {
  const found: StateView[] = []
  const add = (state: StateView): void => {
    found.push(state)
    for (const inner of state.states) add(inner)
  }
  add(root)
  return found
}

/** A key as a part of a state's id. */
export function idPart(key: string): string {
  return key.replaceAll(/[\\.]/g, String.raw`\$&`)
}

/** The id of a child. */
export function childId(parent: string, key: string): string {
  return parent === '' ? idPart(key) : `${parent}.${idPart(key)}`
}

/** Ids of the states that a state value says are active, the root's among them; what the chart does not have is left out. */
export function activeIn({ root }: Pick<ChartView, 'root'>, value: unknown): Set<string> {
  const active = new Set<string>()
  const enter = (state: StateView, inner: unknown): void => {
    active.add(state.id)
    const child = (key: string) => state.states.find((one) => one.key === key)
    if (typeof inner === 'string') {
      const found = child(inner)
      if (found !== undefined) enter(found, undefined)
    } else if (typeof inner === 'object' && inner !== null) {
      for (const [key, below] of Object.entries(inner)) {
        const found = child(key)
        if (found !== undefined) enter(found, below)
      }
    }
  }
  enter(root, value)
  return active
}
