import type { Box, Layout, Point } from './layout.ts'

/** Sideways steps up to this are taken out of a line's ends. */
const longest = 8
/** How far lines stay away from one another, and from a box's corners. */
const clear = 10

/**
 * Takes out the small steps to the side that lines make just before a box: their end moves along the box's edge instead,
 * where no other line is in the way.
 */
export function straightened(layout: Layout): Layout {
  const boxes = new Map(layout.states.map((state) => [state.id, state]))
  const lines: Point[][] = [...layout.arrows, ...layout.initials].map(({ points }) => [...points])
  const settle = (index: number, box: Box | undefined): void => {
    const points = box === undefined ? undefined : withoutStep(lines[index]!, box)
    if (points === undefined) return
    const [before, end] = [points.at(-2)!, points.at(-1)!]
    const others = lines.flatMap((line, other) => (other === index ? [] : piecesOf(line)))
    if (others.every(([a, b]) => !isBeside([before, end], [a, b]))) lines[index] = points
  }
  for (const [index, { from, to }] of layout.arrows.entries()) {
    settle(index, boxes.get(to))
    lines[index]!.reverse()
    settle(index, boxes.get(from))
    lines[index]!.reverse()
  }
  for (const [index, { to }] of layout.initials.entries()) settle(layout.arrows.length + index, boxes.get(to))
  return {
    ...layout,
    arrows: layout.arrows.map((path, index) => ({ ...path, points: lines[index]! })),
    initials: layout.initials.map((mark, index) => ({
      ...mark,
      points: lines[layout.arrows.length + index]!,
    })),
  }
}

/** The line that goes on where it steps aside; undefined where it makes no such step, or would miss the box's edge. */
function withoutStep(points: readonly Point[], box: Box): Point[] | undefined {
  if (points.length < 4) return undefined
  const [before, step, corner, end] = points.slice(-4) as [Point, Point, Point, Point]
  if (Math.abs(step.x - corner.x) + Math.abs(step.y - corner.y) > longest) return undefined
  if (corner.x === end.x && before.x === step.x && step.y === corner.y) {
    const inside = step.x >= box.x + clear && step.x <= box.x + box.width - clear
    return inside ? [...points.slice(0, -3), { x: step.x, y: end.y }] : undefined
  }
  if (corner.y === end.y && before.y === step.y && step.x === corner.x) {
    const inside = step.y >= box.y + clear && step.y <= box.y + box.height - clear
    return inside ? [...points.slice(0, -3), { x: end.x, y: step.y }] : undefined
  }
  return undefined
}

type Piece = readonly [Point, Point]

function piecesOf(points: readonly Point[]): Piece[] {
  return points.slice(1).map((point, index) => [points[index]!, point])
}

/** Whether two pieces in the same direction run so near to one another that they would be taken for one. */
function isBeside([a, b]: Piece, [c, d]: Piece): boolean {
  const upright = a.x === b.x
  if (upright !== (c.x === d.x)) return false
  const [near, from, to, first, last] = upright
    ? [Math.abs(a.x - c.x), ...range(a.y, b.y), ...range(c.y, d.y)]
    : [Math.abs(a.y - c.y), ...range(a.x, b.x), ...range(c.x, d.x)]
  return near < clear && from <= last && first <= to
}

function range(a: number, b: number): [number, number] {
  return a < b ? [a, b] : [b, a]
}
