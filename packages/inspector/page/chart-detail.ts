import type { Detail, Layout, StateBox } from '../src/layout/layout.ts'
import { fitted, type Size, type View } from './view-box.ts'

/** From the least that is written to the most. */
export const details = ['states', 'terse', 'full'] as const satisfies readonly Detail[]

/** How large a drawing is with each of them. */
export type Sizes = Readonly<Record<Detail, Size>>

/** Smallest scale at which what is written can be read with ease: its letters are 10 pixels high, then. */
export const legible: Readonly<Record<Detail, number>> = { states: 0.72, terse: 0.84, full: 0.92 }

/** The scale at which one begins where not all of it fits. */
export const pleasant: Readonly<Record<Detail, number>> = { states: 0.8, terse: 0.92, full: 1 }

/** How far it is made smaller before less is written, and how large before more is. */
const bounds = { smaller: 0.85, larger: 1.25 } as const

/** The most that can be written so that all of a chart is seen and read; the least, where none can. */
export function fittingDetail(sizes: Sizes, room: Size): Detail {
  return details.findLast((detail) => fitted(sizes[detail], room).scale >= legible[detail]) ?? 'states'
}

/** What one begins with: events are read, also where they do not all fit. */
export function firstDetail(sizes: Sizes, room: Size): Detail {
  return fitted(sizes.full, room).scale >= legible.full ? 'full' : 'terse'
}

/** What is written after the scale has changed, and the scale that goes with it; null for no other. */
export function zoomedDetail(
  detail: Detail,
  from: number,
  to: number,
  sizes: Sizes,
): { readonly detail: Detail; readonly scale: number } | null {
  const isLarger = to > from
  const next = details[details.indexOf(detail) + (isLarger ? 1 : -1)]
  const isDue = isLarger ? to >= bounds.larger : to < from && to < legible[detail] * bounds.smaller
  if (next === undefined || !isDue) return null
  // About as much of the chart is seen as before, as far as it can be read then and is not written large.
  const scale = to * ratio(sizes[detail], sizes[next])
  return { detail: next, scale: isLarger ? Math.max(scale, legible[next]) : Math.min(scale, 1.1) }
}

/** How many times as long one is as another, whatever their shapes. */
function ratio(one: Size, other: Size): number {
  return Math.sqrt((one.width * one.height) / (other.width * other.height))
}

/** The state nearest to a place, the innermost of those that are as near; what is between them stands for them. */
export function stateAt(layout: Layout, x: number, y: number): StateBox {
  const far = ({ x: left, y: top, width, height }: StateBox): number =>
    Math.hypot(left + width / 2 - x, top + height / 2 - y)
  const holders = new Set(layout.states.flatMap(({ parent }) => parent ?? []))
  const leaves = layout.states.filter(({ id }) => !holders.has(id))
  return leaves.reduce((best, box) => (far(box) < far(best) ? box : best))
}

/** Another drawing of the same chart, with a state where it was in the pane. */
export function anchored(view: View, before: StateBox, after: StateBox, scale: number): View {
  const middle = ({ x, y, width, height }: StateBox) => ({ x: x + width / 2, y: y + height / 2 })
  const [was, is] = [middle(before), middle(after)]
  return {
    x: is.x - ((was.x - view.x) * view.scale) / scale,
    y: is.y - ((was.y - view.y) * view.scale) / scale,
    scale,
  }
}
