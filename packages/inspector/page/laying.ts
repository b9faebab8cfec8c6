import type { ChartView } from '@opschart/core'

import type { Layouts } from '../src/layout/layouts.ts'
import { details, firstDetail } from './chart-detail.ts'
import { chartShown, type Model } from './model.ts'
import type { Tools } from './tools.ts'

/** Lays out what is looked at, with as much written as can be read. */
export function createLaying({ get, change }: Tools, layouts: Layouts) {
  type Wanted = Pick<Model, 'direction' | 'folded' | 'detail'> & { readonly chart: ChartView | null }
  let wanted: Wanted = { chart: null, direction: 'down', folded: new Set(), detail: null }
  /** What was drawn stays until this is done. */
  return function layout(): void {
    const { direction, folded, detail } = get()
    const chart = chartShown(get())
    if (chart === null) return
    const isSame = wanted.chart === chart && wanted.direction === direction && wanted.folded === folded
    if (isSame && wanted.detail === detail) return
    const mine = (wanted = { chart, direction, folded, detail })
    const given = { direction, collapsed: folded }
    const made = details.map((one) => layouts.layoutOf(chart, { ...given, detail: one }))
    void Promise.all(made).then(([states, terse, full]) => {
      if (wanted !== mine) return
      const sizes = { states: states!, terse: terse!, full: full! }
      // Nobody has said yet how much they want to read: as much as fits.
      const chosen = detail ?? firstDetail(sizes, get().room)
      wanted = { ...mine, detail: chosen }
      change({ detail: chosen, layout: { chart, detail: chosen, layout: sizes[chosen], sizes } })
    })
  }
}
