import { bundled, labelsOf, unbundled } from './_bundles.ts'
import { contentOf, labelOf, type Content } from './_content.ts'
import type { Box, Detail, Layout, StateBox } from './layout.ts'
import type { Measure } from './measure.ts'
import type { Shown, ShownArrow, ShownState } from './_shown.ts'
import { moved, type TextBlock } from './_text.ts'

/** What is drawn, with its measures; only the places are missing. */
export interface Drawn {
  readonly shown: Shown
  readonly contents: ReadonlyMap<ShownState, Content>
  readonly labels: ReadonlyMap<ShownArrow, TextBlock>
  /** A layout of it, with every arrow that shares a line. */
  whole(layout: Layout): Layout
}

/** Radius of the dot from which a state's inner life begins. */
export const initialRadius = 6

/** Measures what is drawn. */
export function drawnOf(shown: Shown, measure: Measure, detail: Detail): Drawn {
  const contents = new Map(shown.states.map((state) => [state, contentOf(state, measure, detail)]))
  const labels = new Map<ShownArrow, TextBlock>()
  for (const arrow of shown.arrows) {
    if (!arrow.labelled || detail === 'states') continue
    const label = labelOf(arrow.arrow, arrow.from.state.kind === 'history', measure, detail)
    if (label !== undefined) labels.set(arrow, label)
  }
  if (detail === 'full') return { shown, contents, labels, whole: (layout) => layout }
  const { shown: fewer, bundles } = bundled(shown)
  return {
    shown: fewer,
    contents,
    labels: labelsOf(bundles, labels),
    whole: (layout) => unbundled(layout, fewer, bundles, labels),
  }
}

/** The state that a state begins in, where that is drawn. */
export function markOf({ state, inner }: ShownState): ShownState | undefined {
  return state.initial === undefined ? undefined : inner.find((one) => one.state.id === state.initial)
}

/** A state at its place. */
export function placed({ contents }: Drawn, shown: ShownState, box: Box): StateBox {
  const { title, rows, header, width, height } = contents.get(shown)!
  const { state, parent } = shown
  // A name alone stands in the middle of its box, however large that has become.
  const alone = rows.length === 0 && shown.inner.length === 0
  const middle = alone ? { x: (box.width - width) / 2, y: (box.height - height) / 2 } : { x: 0, y: 0 }
  return {
    ...box,
    id: state.id,
    kind: state.kind,
    ...(parent === undefined ? {} : { parent: parent.state.id }),
    depth: shown.depth,
    region: shown.region,
    folded: shown.folded > 0,
    header,
    title: moved(title.pieces, box.x + middle.x, box.y + middle.y),
    rows: rows.map((row) => ({
      kind: row.kind,
      x: box.x + row.x,
      y: box.y + row.y,
      width: row.across ?? box.width,
      height: row.height,
      pieces: moved(row.pieces, box.x, box.y),
      ...(row.arrow === undefined ? {} : { arrow: row.arrow }),
    })),
  }
}
