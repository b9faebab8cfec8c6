/** Panes whose size a person may choose. */
export const panes = ['actors', 'panel', 'timeline'] as const
export type Pane = (typeof panes)[number]

/** How large each of them is, in pixels: wide, or high the timeline. */
export type PaneSizes = Readonly<Record<Pane, number>>

interface Room {
  readonly width: number
  readonly height: number
}

const least: PaneSizes = { actors: 140, panel: 240, timeline: 84 }
/** What is left to the chart, whatever is chosen. */
const leftOver = { width: 320, height: 240 } as const

/** The sizes of a window in which nothing was chosen. */
function firstSizes({ width, height }: Room): PaneSizes {
  return {
    actors: Math.round(Math.max(180, width * 0.15)),
    panel: Math.round(Math.max(290, width * 0.26)),
    timeline: Math.round(Math.max(150, height * 0.26)),
  }
}

/** From where to where a pane may be sized beside the others. */
export function boundsOf(pane: Pane, sizes: PaneSizes, room: Room): { least: number; most: number } {
  const others = pane === 'actors' ? sizes.panel : sizes.actors
  const free = pane === 'timeline' ? room.height - leftOver.height : room.width - leftOver.width - others
  return { least: least[pane], most: Math.max(least[pane], free) }
}

/** The sizes that were chosen, as far as they fit into the window; those of nobody's choice by it. */
export function sizesIn(chosen: Partial<PaneSizes>, room: Room): PaneSizes {
  let sizes: PaneSizes = { ...firstSizes(room), ...chosen }
  for (const pane of panes) sizes = { ...sizes, [pane]: Math.max(least[pane], sizes[pane]) }
  for (const pane of panes) {
    const bounds = boundsOf(pane, sizes, room)
    sizes = { ...sizes, [pane]: Math.round(Math.min(bounds.most, Math.max(bounds.least, sizes[pane]))) }
  }
  return sizes
}

const key = 'opschart.panes'

/** What was chosen on this machine before. */
export function keptSizes(): Partial<PaneSizes> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    const entries = Object.entries(kept as object).filter(
      ([pane, size]) => panes.includes(pane as Pane) && Number.isFinite(size),
    )
    return Object.fromEntries(entries)
  } catch {
    // A page from a file may have no memory, and what is not understood is as if it were not there.
    return {}
  }
}

export function keepSizes(chosen: Partial<PaneSizes>): void {
  try {
    localStorage.setItem(key, JSON.stringify(chosen))
  } catch {
    // It holds for as long as the page is open, then.
  }
}
