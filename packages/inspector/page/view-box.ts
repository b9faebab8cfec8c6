/** The part of a drawing that is seen: its top left corner, and how large a unit of it is on the screen. */
export interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** How large something is. */
export interface Size {
  readonly width: number
  readonly height: number
}

const least = 0.05
const largest = 4
const margin = 24
/** What is seen beyond the drawing's edge, at most. */
const edge = 12

/** The whole drawing, in the middle; never larger than it was drawn. */
export function fitted(drawing: Size, pane: Size): View {
  const scale = Math.min(
    1,
    Math.max(
      least,
      Math.min((pane.width - 2 * margin) / drawing.width, (pane.height - 2 * margin) / drawing.height),
    ),
  )
  return centred(drawing.width / 2, drawing.height / 2, scale, pane)
}

/** The nearest view that shows nothing beyond the drawing's edge while there is drawing to show instead. */
export function within({ x, y, scale }: View, drawing: Size, pane: Size): View {
  const along = (at: number, length: number, whole: number): number => {
    const [seen, around] = [whole / scale, edge / scale]
    if (length + 2 * around <= seen) return (length - seen) / 2
    return Math.max(-around, Math.min(at, length + around - seen))
  }
  return { x: along(x, drawing.width, pane.width), y: along(y, drawing.height, pane.height), scale }
}

/** A place of the drawing in the middle of the pane. */
export function centred(x: number, y: number, scale: number, pane: Size): View {
  return { x: x - pane.width / 2 / scale, y: y - pane.height / 2 / scale, scale }
}

/** Larger or smaller, so that what lies under a place of the pane stays there. */
export function zoomed(view: View, by: number, at: { x: number; y: number }): View {
  const scale = Math.min(largest, Math.max(least, view.scale * by))
  return {
    x: view.x + at.x / view.scale - at.x / scale,
    y: view.y + at.y / view.scale - at.y / scale,
    scale,
  }
}

/** Moved by so much on the screen. */
export function moved(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale }
}

/** Whether a box lies within what is seen, with some room around it. */
export function isSeen(view: View, box: Size & { x: number; y: number }, pane: Size): boolean {
  const left = (box.x - view.x) * view.scale
  const top = (box.y - view.y) * view.scale
  return (
    left >= 0 &&
    top >= 0 &&
    left + box.width * view.scale <= pane.width &&
    top + box.height * view.scale <= pane.height
  )
}

/** Moved as little as shows a box whole, with some room around it; made smaller where it would not fit. */
export function bringing(view: View, box: Size & { x: number; y: number }, pane: Size): View {
  if (isSeen(view, box, pane)) return view
  const { scale } = view
  const room = { width: pane.width - 2 * margin, height: pane.height - 2 * margin }
  if (box.width * scale > room.width || box.height * scale > room.height) {
    const { x, y, width, height } = box
    return centred(x + width / 2, y + height / 2, fitted(box, pane).scale, pane)
  }
  const shifted = (from: number, at: number, length: number, whole: number): number =>
    Math.max(at + length + margin / scale - whole / scale, Math.min(from, at - margin / scale))
  return {
    x: shifted(view.x, box.x, box.width, pane.width),
    y: shifted(view.y, box.y, box.height, pane.height),
    scale,
  }
}
