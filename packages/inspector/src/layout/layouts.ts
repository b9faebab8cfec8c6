import { canonicalJson, type ChartView } from '@opschart/core'

import { layoutChart, type LayoutOptions } from './layout-chart.ts'
import type { Layout } from './layout.ts'

/** Layouts that are kept for the next reader. */
export interface Layouts {
  /** The layout of a chart, made once for its structure, direction, folded states and detail. */
  layoutOf(
    chart: ChartView,
    options?: Pick<LayoutOptions, 'direction' | 'collapsed' | 'detail'>,
  ): Promise<Layout>
}

/** Keeps the layouts that were asked for last: 50 unless told. */
export function createLayouts({
  most = 50,
  ...given
}: Pick<LayoutOptions, 'measure' | 'engine'> & { readonly most?: number } = {}): Layouts {
  const kept = new Map<string, Promise<Layout>>()
  return {
    layoutOf(
      { id, root, arrows, problems },
      { direction = 'down', collapsed = new Set<string>(), detail = 'full' } = {},
    ) {
      const key = canonicalJson([root, arrows, direction, detail, [...collapsed].toSorted()])
      const layout =
        kept.get(key) ??
        layoutChart({ id, root, arrows, problems }, { ...given, direction, collapsed, detail })
      // The one asked for last is the last to go.
      kept.delete(key)
      kept.set(key, layout)
      if (kept.size > most) kept.delete(kept.keys().next().value!)
      return layout
    },
  }
}
