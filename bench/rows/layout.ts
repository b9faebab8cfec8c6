import { chartOfConfig, type ChartView } from '@opschart/core'
import { faultsOf, layoutChart } from '@opschart/inspector'

import type { Measure, Row } from '../plan.ts'

const sizes = [10, 40, 100, 200] as const

/** A chart of so many states in groups of five, each with an arrow on, and one back to another group. */
function chartOf(count: number): ChartView {
  const groups = Math.ceil(count / 5)
  const states = Object.fromEntries(
    Array.from({ length: groups }, (_, group) => [
      `group${group}`,
      {
        initial: 's0',
        on: { LEAVE: `group${(group + 1) % groups}` },
        states: Object.fromEntries(
          Array.from({ length: Math.min(4, count - group * 5 - 1) }, (__, place) => [
            `s${place}`,
            { on: { NEXT: { target: `s${(place + 1) % 4}`, guard: 'ready', actions: 'note' } } },
          ]),
        ),
      },
    ]),
  )
  return chartOfConfig({ id: 'measured', initial: 'group0', states }, 'measured')
}

const lays = (count: number): Measure => ({
  name: `layout of ${count} states`,
  async run() {
    const chart = chartOf(count)
    const time = async (engine?: { layout: () => Promise<never> }): Promise<number> => {
      const from = performance.now()
      const layout = await layoutChart(chart, engine === undefined ? {} : { engine })
      const took = performance.now() - from
      if (faultsOf(layout).length > 0) throw new Error(`a layout of ${count} states has faults`)
      if ((engine === undefined) !== (layout.way === 'layers'))
        throw new Error(`a layout of ${count} states was made the other way: ${layout.way}`)
      return took
    }
    await time()
    const none = { layout: () => Promise.reject(new Error('no engine')) }
    return { good: await time(), plain: await time(none) }
  },
})

/** Row 5. */
export const layout: Row = {
  number: 5,
  title: 'Layout, by number of states',
  reading:
    'A chart of nested states in groups of five, laid out in this process after one that does not count; a page does it in a worker, and once for each chart. Beside it the plain layout that takes over where the engine fails, or where a chart is larger than it can do.',
  measures: sizes.map(lays),
  lines: (found) =>
    sizes.map((count) => ({
      what: `${count} states`,
      beside: 'the plain layout',
      unit: 'ms',
      ours: found.of(`layout of ${count} states`, 'good'),
      theirs: found.of(`layout of ${count} states`, 'plain'),
    })),
}
