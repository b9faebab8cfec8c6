import type { FitView, Store, StoredActor } from '@opschart/core'

import { machinePrefix, publicId } from './actor-names.ts'
import type { Charts } from './charts.ts'
import { fitOf, goneWayOut, newerWayOut, wayOut } from './fit.ts'
import type { MachineState } from './machine-state.ts'

/** How each open actor of a machine stands that was last decided under another definition than its machine's of today. */
export async function machineFits(store: Store, charts: Charts): Promise<FitView[]> {
  const notUnder = charts.definitions()
  const stored = await store.actors({ prefix: machinePrefix, notUnder })
  return Promise.all(stored.map((actor) => viewOf(actor, store, charts)))
}

async function viewOf(stored: StoredActor, store: Store, charts: Charts): Promise<FitView> {
  const actor = publicId(stored.actor)
  const { chart: path } = stored.state as unknown as MachineState
  const chart = charts.of(path)
  if (chart === undefined)
    return { actor, kind: 'misfit', text: `there is no machine ${path} here. ${goneWayOut}` }
  const fit = fitOf(stored, chart, await store.timers(stored.actor))
  if (fit.kind === 'misfit') {
    const way = fit.newer === true ? newerWayOut : wayOut
    return { actor, kind: 'misfit', text: `${fit.problem}. ${way}` }
  }
  if (fit.kind === 'fits' && fit.by.length > 0) {
    const way = fit.by.map(({ from = 'no version', to }) => `${from} → ${to}`).join(', ')
    return { actor, kind: 'migrates', text: `is brought along by its migrations: ${way}` }
  }
  return { actor, kind: 'fits', text: 'goes on as it is, under the definition of today' }
}
