import type { ArrowPath, Box, InitialMark, Layout, Point, StateBox } from './layout.ts'

/** What may be wrong with a layout. */
export type FaultKind =
  /** Boxes of two states lie on one another, and neither state holds the other. */
  | 'overlap'
  /** A state reaches out of the one that holds it, or a row out of its state. */
  | 'outside'
  /** A label covers a state that does not hold the arrow. */
  | 'label on state'
  | 'label on label'
  /** A label covers a state's own text. */
  | 'label on text'
  | 'no route'
  /** A line does not begin and end at the edges of its states. */
  | 'loose end'
  /** A piece of a line is neither upright nor level. */
  | 'slanted'
  /** A line goes through a state that it does not concern. */
  | 'route through state'
  /** Something lies outside the drawing, or nowhere. */
  | 'off the drawing'

/** Something that is wrong with a layout. */
export interface Fault {
  readonly kind: FaultKind
  /** What it concerns: ids of states and arrows. */
  readonly between: readonly string[]
}

/** Distances up to this are none: places are rounded. */
const slack = 0.6

/** All that is wrong with a layout; nothing, if it is good. */
export function faultsOf(layout: Layout): Fault[] {
  const faults: Fault[] = []
  const add = (kind: FaultKind, ...between: string[]) => void faults.push({ kind, between })
  const states = new Map(layout.states.map((state) => [state.id, state]))
  const holders = new Map<string, Set<string>>()
  for (const { id, parent } of layout.states) {
    holders.set(id, new Set([id, ...(parent === undefined ? [] : (holders.get(parent) ?? []))]))
  }
  const holds = (outer: string, inner: string) => holders.get(inner)?.has(outer) === true

  const drawing: Box = { x: 0, y: 0, width: layout.width, height: layout.height }
  for (const state of layout.states) {
    if (!isInside(state, drawing)) add('off the drawing', state.id)
    const outer = state.parent === undefined ? undefined : states.get(state.parent)
    if (outer !== undefined && !isInside(state, outer)) add('outside', state.id, outer.id)
    for (const row of state.rows) if (!isInside(row, state)) add('outside', `a row of ${state.id}`, state.id)
  }
  for (const [index, one] of layout.states.entries()) {
    for (const other of layout.states.slice(index + 1)) {
      if (overlap(one, other) && !holds(one.id, other.id) && !holds(other.id, one.id))
        add('overlap', one.id, other.id)
    }
  }
  const labels = layout.arrows.flatMap(({ arrow, label }) => (label === undefined ? [] : [{ arrow, label }]))
  for (const [index, { arrow, label }] of labels.entries()) {
    if (!isInside(label, drawing)) add('off the drawing', `the label of ${arrow}`)
    for (const other of labels.slice(index + 1)) {
      if (overlap(label, other.label)) add('label on label', arrow, other.arrow)
    }
  }
  for (const { arrow, from, to, label } of layout.arrows) {
    if (label === undefined) continue
    for (const state of layout.states) {
      if (!overlap(label, state)) continue
      if (!holds(state.id, from) && !holds(state.id, to)) add('label on state', arrow, state.id)
      else if (!isInside(label, state) || textOf(state).some((text) => overlap(label, text)))
        add('label on text', arrow, state.id)
    }
  }
  for (const path of layout.arrows) routeFaults(path, path.arrow, states.get(path.from))
  for (const mark of layout.initials)
    routeFaults({ ...mark, from: mark.parent }, `the beginning of ${mark.parent}`, dotOf(mark))
  return faults

  function routeFaults(
    { points, from, to }: Pick<ArrowPath, 'points' | 'from' | 'to'>,
    name: string,
    start: Box | undefined,
  ): void {
    const end = states.get(to)
    const [first, last] = [points[0], points.at(-1)]
    if (
      start === undefined ||
      end === undefined ||
      first === undefined ||
      last === undefined ||
      points.length < 2
    )
      return add('no route', name)
    if (!points.every((point) => isInside({ ...point, width: 0, height: 0 }, drawing)))
      add('off the drawing', name)
    if (!isOnEdge(first, start) || !isOnEdge(last, end)) add('loose end', name)
    for (const [piece, [a, b]] of piecesOf(points).entries()) {
      if (Math.abs(a.x - b.x) > slack && Math.abs(a.y - b.y) > slack) add('slanted', name, String(piece))
      const crossed = layout.states.filter(
        (state) => !holds(state.id, from) && !holds(state.id, to) && overlap(lineBox(a, b), state),
      )
      for (const state of crossed) add('route through state', name, state.id)
      // What a line ends at, it does not run through, unless the other end lies in there.
      for (const [own, other] of [
        [from, to],
        [to, from],
      ] as const) {
        const box = states.get(own)
        if (
          box !== undefined &&
          start === states.get(from) &&
          !holds(own, other) &&
          overlap(lineBox(a, b), box)
        )
          add('route through state', name, own)
      }
    }
  }
}

function dotOf({ x, y, radius }: InitialMark): Box {
  return { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius }
}

/** The places of a state's text, above its inner states. */
function textOf(state: StateBox): Box[] {
  return [{ x: state.x, y: state.y, width: state.width, height: state.header }, ...state.rows]
}

function piecesOf(points: readonly Point[]): (readonly [Point, Point])[] {
  return points.slice(1).map((point, index) => [points[index]!, point] as const)
}

function lineBox(a: Point, b: Point): Box {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  }
}

/** Whether two boxes share some of their insides; a line has no width, and still lies in a box or not. */
function overlap(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width - slack &&
    a.x + a.width > b.x + slack &&
    a.y < b.y + b.height - slack &&
    a.y + a.height > b.y + slack
  )
}

function isInside(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x - slack &&
    inner.y >= outer.y - slack &&
    inner.x + inner.width <= outer.x + outer.width + slack &&
    inner.y + inner.height <= outer.y + outer.height + slack
  )
}

function isOnEdge({ x, y }: Point, box: Box): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) <= slack
  const level = x >= box.x - slack && x <= box.x + box.width + slack
  const upright = y >= box.y - slack && y <= box.y + box.height + slack
  return (
    (upright && (near(x, box.x) || near(x, box.x + box.width))) ||
    (level && (near(y, box.y) || near(y, box.y + box.height)))
  )
}
