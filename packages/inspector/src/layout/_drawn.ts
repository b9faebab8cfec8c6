import { contentOf, labelOf, type Content } from './_content.ts'
import type { Box, StateBox } from './layout.ts'
import type { Measure } from './measure.ts'
import type { Shown, ShownArrow, ShownState } from './_shown.ts'
import { moved, type TextBlock } from './_text.ts'

/** What is drawn, with its measures; only the places are missing. */
export interface Drawn {
  readonly shown: Shown
  readonly contents: ReadonlyMap<ShownState, Content>
  readonly labels: ReadonlyMap<ShownArrow, TextBlock>
}

/** Radius of the dot from which a state's inner life begins. */
export const initialRadius = 6

/** Measures what is drawn. */
export function drawnOf(shown: Shown, measure: Measure): Drawn {
  const contents = new Map(shown.states.map((state) => [state, contentOf(state, measure)]))
  const labels = new Map<ShownArrow, TextBlock>()
  for (const arrow of shown.arrows) {
    if (!arrow.labelled) continue
    const label = labelOf(arrow.arrow, arrow.from.state.kind === 'history', measure)
    if (label !== undefined) labels.set(arrow, label)
  }
  return { shown, contents, labels }
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
      x: box.x,
      y: box.y + row.y,
      width: box.width,
      height: row.height,
      pieces: moved(row.pieces, box.x, box.y),
      ...(row.arrow === undefined ? {} : { arrow: row.arrow }),
    })),
  }
}
