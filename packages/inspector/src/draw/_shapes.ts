import type { Point } from '../layout/layout.ts'

const bend = 6
const head = { length: 9, half: 4 } as const

/** A line with round bends, as SVG's path takes it. It stops short of its end for the head to stand there. */
export function roundedLine(points: readonly Point[]): string {
  const way = [...points.slice(0, -1), beforeHead(points)]
  const parts = [`M${at(way[0]!)}`]
  for (const [index, corner] of way.slice(1, -1).entries()) {
    const [before, after] = [way[index]!, way[index + 2]!]
    const radius = Math.min(bend, distance(before, corner) / 2, distance(corner, after) / 2)
    parts.push(
      `L${at(towards(corner, before, radius))}`,
      `Q${at(corner)} ${at(towards(corner, after, radius))}`,
    )
  }
  parts.push(`L${at(way.at(-1)!)}`)
  return parts.join('')
}

/** The head at a line's end. */
export function headOf(points: readonly Point[]): string {
  const [end, before] = [points.at(-1)!, points.at(-2)!]
  const base = towards(end, before, head.length)
  const length = distance(end, before) || 1
  const [x, y] = [((end.y - before.y) / length) * head.half, ((end.x - before.x) / length) * head.half]
  return `M${at(end)}L${at({ x: base.x + x, y: base.y - y })}L${at({ x: base.x - x, y: base.y + y })}Z`
}

function beforeHead(points: readonly Point[]): Point {
  const [end, before] = [points.at(-1)!, points.at(-2)!]
  return towards(end, before, Math.min(head.length - 1, distance(end, before) / 2))
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length }
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

const at = ({ x, y }: Point): string => `${number(x)} ${number(y)}`

/** A coordinate with at most one digit after the point. */
export function number(value: number): string {
  return String(Math.round(value * 10) / 10)
}
