import { isWithin, type ShownState } from './_shown.ts'
import { moved } from './_text.ts'
import type { Drawn } from './_drawn.ts'
import type { Layout, Point, StateBox } from './layout.ts'

/**
 * Puts the regions of parallel states into the order of the chart; the engine stands them in any. Where an arrow leads out of
 * a region or into one, its parallel state is left as it is: the arrow's way belongs to the place.
 */
export function withRegionsInOrder(drawn: Drawn, layout: Layout): Layout {
  const level = layout.direction === 'down'
  const boxes = new Map(drawn.shown.states.map((state, index) => [state, layout.states[index]!]))
  const start = (state: ShownState) => (level ? boxes.get(state)!.x : boxes.get(state)!.y)
  const length = (state: ShownState) => (level ? boxes.get(state)!.width : boxes.get(state)!.height)
  /** How far each region moves. */
  const moves = new Map<ShownState, number>()
  for (const { state, inner } of drawn.shown.states) {
    if (state.kind !== 'parallel' || !inner.every((one) => one.region && isOnItsOwn(drawn, one))) continue
    const standing = inner.toSorted((a, b) => start(a) - start(b))
    const gaps = standing
      .slice(1)
      .map((one, index) => start(one) - start(standing[index]!) - length(standing[index]!))
    // Regions in several rows have no one order.
    if (gaps.some((gap) => gap < 0)) continue
    let at = standing.length === 0 ? 0 : start(standing[0]!)
    for (const [index, region] of inner.entries()) {
      moves.set(region, at - start(region))
      at += length(region) + (gaps[index] ?? 0)
    }
  }
  if ([...moves.values()].every((by) => by === 0)) return layout

  const shiftOf = (state: ShownState): Point => {
    let by = 0
    for (let at: ShownState | undefined = state; at !== undefined; at = at.parent) by += moves.get(at) ?? 0
    by = Math.round(by * 10) / 10
    return level ? { x: by, y: 0 } : { x: 0, y: by }
  }
  const byId = new Map(drawn.shown.states.map((state) => [state.state.id, state]))
  return {
    ...layout,
    states: layout.states.map((box, index) => shifted(box, shiftOf(drawn.shown.states[index]!))),
    initials: layout.initials.map((mark) => {
      const by = shiftOf(byId.get(mark.parent)!)
      return { ...mark, ...add(mark, by), points: mark.points.map((point) => add(point, by)) }
    }),
    arrows: layout.arrows.map((path, index) => {
      const { from, to } = drawn.shown.arrows[index]!
      // What leads from a state into itself or out of it moves with what holds both.
      const by = shiftOf(isWithin(to, from) ? from : isWithin(from, to) ? to : from)
      const points = path.points.map((point) => add(point, by))
      if (path.label === undefined) return { ...path, points }
      const label = { ...path.label, ...add(path.label, by), pieces: moved(path.label.pieces, by.x, by.y) }
      return { ...path, points, label }
    }),
  }
}

/** Whether no arrow ends at a region or leads across its edge. */
function isOnItsOwn({ shown }: Drawn, region: ShownState): boolean {
  return shown.arrows.every(({ from, to }) => {
    if (from === region || to === region) return false
    return isWithin(from, region) === isWithin(to, region)
  })
}

function shifted(box: StateBox, by: Point): StateBox {
  return {
    ...box,
    ...add(box, by),
    title: moved(box.title, by.x, by.y),
    rows: box.rows.map((row) => ({ ...row, ...add(row, by), pieces: moved(row.pieces, by.x, by.y) })),
  }
}

function add({ x, y }: Point, by: Point): Point {
  return { x: Math.round((x + by.x) * 10) / 10, y: Math.round((y + by.y) * 10) / 10 }
}
