import type { Box, StateBox } from '../src/layout/layout.ts'

/** A side of a box, as an arrow key points to it. */
export type Side = 'left' | 'right' | 'up' | 'down'

/** How much farther something lies that is not straight ahead. */
const aside = 2

/**
 * The state beside another: the nearest one on that side of those that lie in the same state; where there is none, beside
 * what holds it, and so outwards.
 */
export function besideOf(states: readonly StateBox[], id: string, side: Side): StateBox | undefined {
  const from = states.find((state) => state.id === id)
  for (let home = from; home !== undefined && home.parent !== undefined; home = holderOf(states, home)) {
    const { id: own, parent } = home
    const found = nearest(
      from!,
      states.filter((state) => state.parent === parent && state.id !== own),
      side,
    )
    if (found !== undefined) return found
  }
  return undefined
}

function nearest(from: Box, boxes: readonly StateBox[], side: Side): StateBox | undefined {
  let best: { readonly box: StateBox; readonly far: number } | undefined
  for (const box of boxes) {
    const { ahead, off } = apart(from, box, side)
    if (ahead < 0) continue
    const far = ahead + aside * off
    if (best === undefined || far < best.far) best = { box, far }
  }
  return best?.box
}

/** How far a box lies ahead of another, which is less than nothing where it does not, and how far beside its way. */
function apart(from: Box, to: Box, side: Side): { ahead: number; off: number } {
  const across = Math.max(0, to.x - from.x - from.width, from.x - to.x - to.width)
  const along = Math.max(0, to.y - from.y - from.height, from.y - to.y - to.height)
  switch (side) {
    case 'left':
      return { ahead: from.x - to.x - to.width, off: along }
    case 'right':
      return { ahead: to.x - from.x - from.width, off: along }
    case 'up':
      return { ahead: from.y - to.y - to.height, off: across }
    case 'down':
      return { ahead: to.y - from.y - from.height, off: across }
  }
}

/** What a state lies in. */
export function holderOf(
  states: readonly StateBox[],
  { parent }: Pick<StateBox, 'parent'>,
): StateBox | undefined {
  return parent === undefined ? undefined : states.find(({ id }) => id === parent)
}

/** The state that one comes to within another: the active one, the one it begins in, or the first. */
export function withinOf(
  states: readonly StateBox[],
  id: string,
  active: ReadonlySet<string>,
  initial: string | undefined,
): StateBox | undefined {
  const inner = states.filter(({ parent }) => parent === id)
  return (
    inner.find((state) => active.has(state.id)) ?? inner.find((state) => state.id === initial) ?? inner[0]
  )
}
