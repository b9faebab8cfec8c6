import type { Box, Detail, Layout, StateBox } from '../src/layout/layout.ts'
import {
  anchored,
  fittingDetail,
  legible,
  pleasant,
  stateAt,
  zoomedDetail,
  type Sizes,
} from './chart-detail.ts'
import { bringing, centred, fitted, isSeen, moved, within, zoomed, type Size, type View } from './view-box.ts'

/** What is drawn. */
interface Drawn {
  readonly detail: Detail
  readonly layout: Layout
  readonly sizes: Sizes
}

interface Place {
  readonly x: number
  readonly y: number
}

/** Which part of a drawing is seen, and with how much written; `write` asks for more or less. */
export function createCamera(size: () => Size, write: (detail: Detail) => void) {
  let svg: SVGSVGElement | null = null
  let drawn: Drawn | null = null
  let view: View = { x: 0, y: 0, scale: 1 }
  /** How the drawing that was asked for is to be seen. */
  let next: { readonly scale: number; readonly at: Place | null } | 'whole' | null = null

  function look(to: View): void {
    if (drawn === null) return
    const { width, height } = size()
    view = within(to, drawn.layout, size())
    svg?.setAttribute('viewBox', `${view.x} ${view.y} ${width / view.scale} ${height / view.scale}`)
  }
  /** Whether all of the drawing is seen: then nothing is to be brought into view. */
  const isWhole = (): boolean => drawn !== null && isSeen(view, { x: 0, y: 0, ...drawn.layout }, size())
  const middle = (): Place => ({ x: size().width / 2, y: size().height / 2 })
  const centre = ({ x, y, width, height }: Box, scale: number): void =>
    look(centred(x + width / 2, y + height / 2, scale, size()))
  /** Where a drawing with more or less written is seen: what somebody is at stays where it is in the pane. */
  function goOn(before: Drawn, after: Drawn, kept: string | undefined): void {
    const wish = next
    if (wish === 'whole') return look(fitted(after.layout, size()))
    const scale = wish?.scale ?? pleasant[after.detail]
    const at = wish?.at ?? middle()
    const own = before.layout.states.find(({ id }) => id === kept)
    const isOwn = own !== undefined && (wish?.at ?? null) === null && isSeen(view, own, size())
    const from = isOwn ? own : stateAt(before.layout, view.x + at.x / view.scale, view.y + at.y / view.scale)
    const to = after.layout.states.find(({ id }) => id === from.id)
    if (to === undefined) return look(fitted(after.layout, size()))
    look(anchored(view, from, to, scale))
  }

  return {
    look: (to: (view: View) => View): void => look(to(view)),
    again: (): void => look(view),
    /** Shows another drawing: as the last one was where it is of the same chart, else with what is active in its middle. */
    show(
      drawing: SVGSVGElement,
      now: Drawn,
      isSame: boolean,
      kept: string | undefined,
      active: readonly StateBox[],
    ): void {
      const before = drawn
      svg = drawing
      drawn = now
      const whole = fitted(now.layout, size())
      if (isSame && before !== null) goOn(before, now, kept)
      else if (whole.scale >= legible[now.detail] || active[0] === undefined) look(whole)
      else centre(active[0], pleasant[now.detail])
      next = null
    },
    /** Brings what is active into view, at a size that can be read; into the middle where it has just come to stand at an edge. */
    follow(active: readonly StateBox[], isNew: boolean): void {
      if (drawn === null) return
      const { width, height } = size()
      const room = isNew ? { width: width * 0.7, height: height * 0.7 } : { width, height }
      const inner = {
        ...view,
        x: view.x + (width - room.width) / 2 / view.scale,
        y: view.y + (height - room.height) / 2 / view.scale,
      }
      const hidden = active.find((box) => !isSeen(inner, box, room))
      if (hidden !== undefined && !isWhole()) centre(hidden, Math.max(view.scale, legible[drawn.detail]))
    },
    bring: (box: Box): void => look(bringing(view, box, size())),
    centre: (box: Box): void => {
      if (drawn !== null) centre(box, Math.max(view.scale, legible[drawn.detail]))
    },
    move: (dx: number, dy: number): void => look(moved(view, dx, dy)),
    zoom(by: number, at: Place | null = null): void {
      if (drawn === null) return
      const from = view.scale
      look(zoomed(view, by, at ?? middle()))
      const other = zoomedDetail(drawn.detail, from, view.scale, drawn.sizes)
      if (other === null) return
      next = { scale: other.scale, at }
      write(other.detail)
    },
    /** All of it, with as much written as can be read then. */
    fit(): void {
      if (drawn === null) return
      const detail = fittingDetail(drawn.sizes, size())
      if (detail === drawn.detail) return look(fitted(drawn.layout, size()))
      next = 'whole'
      write(detail)
    },
    /** All that the law says, or only names. */
    turn(): void {
      if (drawn !== null) write(drawn.detail === 'full' ? 'terse' : 'full')
    },
  }
}
