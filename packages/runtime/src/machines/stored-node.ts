import type { Store, StoredActor } from '@opschart/core'

import type { Chart, Charts } from './charts.ts'
import { fitOf, goneWayOut, newerWayOut, wayOut } from './fit.ts'
import type { MachineState } from './machine-state.ts'
import type { Node } from './tree-world.ts'

/** Reads actors as they are stored, and how they fit the charts of today; undefined when there is none. */
export function createLoad({
  store,
  charts,
}: {
  readonly store: Pick<Store, 'actor' | 'timers'>
  readonly charts: Charts
}) {
  return async (actor: string): Promise<Node | undefined> => {
    const stored = await store.actor(actor)
    if (stored === undefined) return undefined
    const { version, ended, definition } = stored
    const state = stored.state as unknown as MachineState
    const chart = charts.of(state.chart)
    if (chart === undefined) {
      const misfit = `there is no machine ${state.chart} here. ${goneWayOut}`
      return { actor, chart: goneChart(stored, state), version, state, ended, misfit }
    }
    const waits = definition !== chart.definition && !ended
    const fit = fitOf(stored, chart, waits ? await store.timers(actor) : [])
    if (fit.kind === 'misfit') {
      // What it does not fit is recorded under the definition that it was decided by.
      const kept = { ...chart, definition }
      const misfit = `${fit.problem}. ${fit.newer === true ? newerWayOut : wayOut}`
      return { actor, chart: kept, version, state, ended, misfit }
    }
    const migrated = fit.kind === 'fits' && !ended ? { migrated: fit.timers } : {}
    return { actor, chart, version, state: fit.state, ended, ...migrated }
  }
}

/** What stands for the chart of an actor whose machine was taken out: it decides nothing. */
function goneChart({ definition }: StoredActor, { chart }: MachineState): Chart {
  const none = () => undefined
  return {
    path: chart,
    definition,
    migrations: [],
    misfire: 'run_once',
    child: none,
    operation: none,
  } as unknown as Chart
}
