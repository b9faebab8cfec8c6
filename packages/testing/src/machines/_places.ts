import type { RawState } from './_raw-machine.ts'

/** What a state is in the machine in which it has ended up. */
export type PlaceKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'shallow' | 'deep'

/** A state that has found its place: its name, its kind, and where it stands. */
export interface Place {
  readonly raw: RawState
  readonly kind: PlaceKind
  readonly key: string
  /** As XState writes it: `#machine.a.b`. */
  readonly id: string
  readonly parent: Place | null
  readonly children: readonly Place[]
  /** In document order; the last one is that of its last descendant. */
  readonly order: number
  readonly last: number
}

/** Not in alphabetical order, and one that JavaScript takes for a number: order must not come from names. */
const names = ['s', 'k', 'b', 'x', 'd', 'm', '7', 'a', 'q', 'h', 'f', 'z', 'c', 'p']

/** Gives each state its name and kind. The first state of a compound one can be entered; so can each region's. */
export function placesOf(root: RawState, machine: string): Place {
  let given = 0
  const place = (raw: RawState, parent: Place | null, index: number): Place => {
    const order = given
    const turn = Math.floor(order / names.length)
    const name = names[order % names.length] ?? 's'
    given += 1
    const key = parent === null ? machine : `${name}${turn === 0 ? '' : turn}`
    const children: Place[] = []
    const made = {
      raw,
      kind: kindOf(raw, parent, index),
      key,
      id: parent === null ? `#${machine}` : `${parent.id}.${key}`,
      parent,
      children,
      order,
      last: order,
    }
    if (made.kind === 'compound' || made.kind === 'parallel') {
      for (const [at, child] of raw.states.entries()) children.push(place(child, made, at))
    }
    made.last = given - 1
    return made
  }
  return place(root, null, 0)
}

function kindOf(raw: RawState, parent: Place | null, index: number): PlaceKind {
  const kind = raw.kind as PlaceKind
  if (parent === null || kind === 'compound' || kind === 'parallel') return kind
  const isOrdinary = kind === 'atomic' || index === 0
  if (!isOrdinary) return kind
  // A region that is one state would be dull.
  return parent.kind === 'parallel' && raw.states.length > 0 ? 'compound' : 'atomic'
}

export function allPlaces(root: Place): readonly Place[] {
  return [root, ...root.children.flatMap(allPlaces)]
}

export const isHistory = ({ kind }: Place): boolean => kind === 'shallow' || kind === 'deep'

export function isWithin(place: Place, other: Place): boolean {
  return place.order >= other.order && place.order <= other.last
}

/** The way to write a target. */
export function targetFrom(from: Place, to: Place): string {
  if (to.parent === from) return `.${to.key}`
  return from.parent !== null && to.parent === from.parent ? to.key : to.id
}

/**
 * Whether going there leads on: never back to a state that goes there itself. Transitions that are taken without an event
 * from outside go on only, so that they come to an end.
 */
export function leadsOn(from: Place, to: Place): boolean {
  const entered = isHistory(to) && to.parent !== null ? to.parent : to
  if (from.parent === null || entered.order <= from.last) return false
  let common: Place | null = from.parent
  while (common !== null && !isWithin(entered, common)) common = common.parent
  return common?.kind !== 'parallel'
}
