import { initialRadius, markOf, placed, type Drawn } from './_drawn.ts'
import { moved } from './_text.ts'
import { isWithin, type ShownArrow, type ShownState } from './_shown.ts'
import type { ArrowPath, Box, Direction, InitialMark, Layout, Point, StateBox } from './layout.ts'

/** Distances of the plain layout. */
const step = { margin: 16, between: 14, end: 10, lane: 10, label: 8, mark: 34 } as const

/** An arrow with its lane: an upright piece beside everything that lies in the state that holds both its ends. */
interface Lane {
  readonly arrow: ShownArrow
  /** What holds it: a state, or the drawing itself. */
  readonly holder: ShownState | undefined
  readonly width: number
  readonly height: number
}

/**
 * The plain layout: states below one another, and each arrow by a lane of its own, right of everything between its ends.
 * Nothing can lie in a lane's way, so that it succeeds whatever the chart is. It knows no direction but down.
 */
export function lanesOf(drawn: Drawn, direction: Direction): Layout {
  const ends = new Map<ShownState, number>()
  const lanes = new Map<ShownState | undefined, Lane[]>()
  for (const arrow of drawn.shown.arrows) {
    for (const end of [arrow.from, arrow.to]) ends.set(end, (ends.get(end) ?? 0) + 1)
    const holder = holderOf(arrow)
    const { width = 0, height = 0 } = drawn.labels.get(arrow) ?? {}
    const lane = { arrow, holder, width: Math.max(width + step.label, step.lane), height }
    const beside = lanes.get(holder)
    if (beside === undefined) lanes.set(holder, [lane])
    else beside.push(lane)
  }
  const boxes = new Map<ShownState, Box>()
  /** Where the next end at a state's right edge is. */
  const nextEnd = new Map<ShownState, number>()
  const middles = new Map<ShownArrow, number>()

  /** Puts the lanes of a holder from `x` on, and says where they end. */
  const putLanes = (holder: ShownState | undefined, x: number): number => {
    let at = x
    for (const lane of lanes.get(holder) ?? []) {
      middles.set(lane.arrow, at + lane.width / 2)
      at += lane.width
    }
    return at
  }
  const lowest = (holder: ShownState | undefined) =>
    Math.max(0, ...(lanes.get(holder) ?? []).map(({ height }) => height)) + 2 * step.label

  const put = (shown: ShownState, x: number, y: number): Box => {
    const content = drawn.contents.get(shown)!
    let right = x + content.width
    let bottom = y + content.height
    const first = bottom
    // Ends of its own arrows are at its edge, below one another; they are clear of those of inner states.
    nextEnd.set(shown, shown.inner.length === 0 ? y + step.end : bottom + step.end)
    bottom += shown.inner.length === 0 ? 0 : step.end
    const own = (ends.get(shown) ?? 0) * step.end
    bottom = shown.inner.length === 0 ? Math.max(bottom, y + own + 2 * step.end) : bottom + own
    if (shown.inner.length > 0) {
      const left = x + step.between + (markOf(shown) === undefined ? 0 : step.mark)
      for (const inner of shown.inner) {
        const box = put(inner, left, bottom + step.between)
        right = Math.max(right, box.x + box.width)
        bottom = box.y + box.height
      }
      right = putLanes(shown, right + step.between) + step.between
      bottom = Math.max(bottom + step.between, first + lowest(shown))
    }
    const box = { x, y, width: right - x, height: bottom - y }
    boxes.set(shown, box)
    return box
  }
  const { root } = drawn.shown
  const whole = put(root, step.margin, step.margin)
  const width = putLanes(undefined, whole.x + whole.width + step.between) + step.margin
  const height = Math.max(whole.y + whole.height, lowest(undefined)) + step.margin

  const arrows = drawn.shown.arrows.map((arrow): ArrowPath => {
    const lane = middles.get(arrow)!
    const [start, end] = [takeEnd(arrow.from), takeEnd(arrow.to)]
    const points = [start, { x: lane, y: start.y }, { x: lane, y: end.y }, end]
    const text = drawn.labels.get(arrow)
    const base = { arrow: arrow.arrow.id, from: arrow.from.state.id, to: arrow.to.state.id, points }
    if (text === undefined) return base
    const holder = holderOf(arrow)
    const room = holder === undefined ? { y: 0, height } : boxes.get(holder)!
    const top =
      holder === undefined ? step.label : room.y + drawn.contents.get(holder)!.height + step.label / 2
    const bottom = room.y + room.height - step.label / 2 - text.height
    const x = lane - text.width / 2
    const y = Math.round(Math.max(top, Math.min(bottom, (start.y + end.y - text.height) / 2)))
    return {
      ...base,
      label: { x, y, width: text.width, height: text.height, pieces: moved(text.pieces, x, y) },
    }
  })
  const initials = drawn.shown.states.flatMap((shown): InitialMark[] => {
    const to = markOf(shown)
    if (to === undefined) return []
    const target = boxes.get(to)!
    const x = target.x - step.mark + initialRadius
    const y = target.y + Math.min(15, target.height / 2)
    const points: Point[] = [
      { x: x + initialRadius, y },
      { x: target.x, y },
    ]
    return [{ x, y, radius: initialRadius, parent: shown.state.id, to: to.state.id, points }]
  })
  const states = drawn.shown.states.map((shown): StateBox => placed(drawn, shown, boxes.get(shown)!))
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    direction,
    way: 'lanes',
    states,
    initials,
    arrows,
  }

  function takeEnd(shown: ShownState): Point {
    const { x, width: wide } = boxes.get(shown)!
    const y = nextEnd.get(shown)!
    nextEnd.set(shown, y + step.end)
    return { x: x + wide, y }
  }
}

/** The innermost state that holds both ends and has room beside them; the drawing itself, for the root's own loops. */
function holderOf({ from, to }: ShownArrow): ShownState | undefined {
  if (from === to) return from.parent
  for (let at: ShownState | undefined = from; at !== undefined; at = at.parent)
    if (isWithin(to, at)) return at
  return undefined
}
