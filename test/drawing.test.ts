// Properties:
//   - Whatever machine XState takes is laid out without a fault and drawn, by the engine and by the plain layout.
//   - So are the machines that workflows are made of.

import { chartOfConfig, releaseWorkflows, statesOf, workflowMachine, type ChartView } from '@opschart/core'
import { faultsOf, layoutChart, svgOf, type Layout } from '@opschart/inspector'
import { machineLiterals, machineOf } from '@opschart/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromPromise } from 'xstate'

const machines = machineLiterals.map((literal) =>
  chartOfConfig(machineOf(literal, () => fromPromise(() => Promise.resolve())).config),
)
const directions = fc.constantFrom('down' as const, 'right' as const)
/** States that are folded, by their place in the chart. */
const folds = fc.array(fc.nat(30), { maxLength: 4 })

function foldedOf(chart: ChartView, places: readonly number[]): Set<string> {
  const ids = statesOf(chart).map(({ id }) => id)
  return new Set(places.flatMap((place) => ids[place] ?? []))
}

function check(chart: ChartView, layout: Layout): void {
  expect(faultsOf(layout)).toEqual([])
  // Of each state its box, and what is written in it.
  expect(svgOf(chart, layout).match(/ data-state="/g)).toHaveLength(2 * layout.states.length)
}

describe('the drawing of', () => {
  it('any machine has no fault', async () => {
    await fc.assert(
      fc.asyncProperty(machines, directions, folds, async (chart, direction, places) => {
        check(chart, await layoutChart(chart, { direction, collapsed: foldedOf(chart, places) }))
      }),
      { numRuns: 60 },
    )
  })

  it('any machine has no fault without an engine', async () => {
    const engine = { layout: () => Promise.reject(new Error('it cannot')) }
    await fc.assert(
      fc.asyncProperty(machines, folds, async (chart, places) => {
        const layout = await layoutChart(chart, { collapsed: foldedOf(chart, places), engine })
        expect(layout.way).toBe('lanes')
        check(chart, layout)
      }),
      { numRuns: 150 },
    )
  })

  it.each(Object.entries(releaseWorkflows))('the workflow %s has no fault', async (name, workflow) => {
    const chart = chartOfConfig(workflowMachine(name, workflow).config)
    expect(chart.problems).toEqual([])
    check(chart, await layoutChart(chart))
  })
})
