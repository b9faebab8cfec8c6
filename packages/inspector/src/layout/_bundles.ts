import type { ArrowPath, Layout } from './layout.ts'
import type { Shown, ShownArrow } from './_shown.ts'
import { moved, stacked, type TextBlock } from './_text.ts'

/** Arrows that share one line, by the first of them. */
export type Bundles = ReadonlyMap<ShownArrow, readonly ShownArrow[]>

/** Lets arrows that lead from one state to the same other share a line: what is drawn of them is the first. */
export function bundled(shown: Shown): { readonly shown: Shown; readonly bundles: Bundles } {
  const bundles = new Map<ShownArrow, ShownArrow[]>()
  for (const arrow of shown.arrows) {
    const first = [...bundles.keys()].find(({ from, to }) => from === arrow.from && to === arrow.to)
    if (first === undefined) bundles.set(arrow, [arrow])
    else bundles.get(first)!.push(arrow)
  }
  return { shown: { ...shown, arrows: [...bundles.keys()] }, bundles }
}

/** The texts of those that share a line, as its one label. */
export function labelsOf(
  bundles: Bundles,
  labels: ReadonlyMap<ShownArrow, TextBlock>,
): Map<ShownArrow, TextBlock> {
  return new Map(
    [...bundles].flatMap(([first, all]) => {
      const texts = all.flatMap((arrow) => labels.get(arrow) ?? [])
      return texts.length === 0 ? [] : [[first, stacked(texts)] as const]
    }),
  )
}

/** Gives each arrow its own line and label again: the lines lie on one another, and the labels below one another. */
export function unbundled(
  layout: Layout,
  shown: Shown,
  bundles: Bundles,
  labels: ReadonlyMap<ShownArrow, TextBlock>,
): Layout {
  return {
    ...layout,
    arrows: layout.arrows.flatMap((path, index): ArrowPath[] => {
      const all = bundles.get(shown.arrows[index]!) ?? []
      if (all.length < 2) return [path]
      const { label, ...line } = path
      let y = label?.y ?? 0
      return all.map((one): ArrowPath => {
        const own = { ...line, arrow: one.arrow.id }
        const text = labels.get(one)
        if (text === undefined || label === undefined) return own
        const pieces = moved(text.pieces, label.x + (label.width - text.width) / 2, y)
        y += text.height
        return { ...own, label: { ...label, y: y - text.height, height: text.height, pieces } }
      })
    }),
  }
}
