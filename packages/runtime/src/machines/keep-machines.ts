import type { ActAnswer, Clock, Crypto, Principal, Store } from '@opschart/core'

import type { TurnOutcome } from '../driver/lines.ts'
import { createLeafWork } from '../work/leaf-work.ts'
import { actorView } from './actor-view.ts'
import type { Charts } from './charts.ts'
import { createMachineSender } from './machine-sender.ts'
import { createMisfitNotices } from './misfit-notices.ts'
import { createTrees } from './trees.ts'

/** Keeps the actors of machines: their trees, their operations, and what is sent to them. */
export function keepMachines(sources: {
  store: Store
  clock: Clock
  crypto: Crypto
  charts: Charts
  longestLine?: number
  problem: (text: string) => void
  after: (outcome: TurnOutcome) => void
}) {
  const { store, clock, after } = sources
  const trees = createTrees({ ...sources, onMisfit: createMisfitNotices(sources.problem) })
  return {
    trees,
    leafWork: createLeafWork({ trees, clock, after }),
    sender: (by: Principal) => createMachineSender({ ...sources, trees }, by),
    /** The same, but nothing that is sent or let go on is written. */
    foreseen: {
      machines: (by: Principal) =>
        createMachineSender({ ...sources, trees: { ...trees, take: trees.foresee }, after: () => {} }, by),
      free: (id: string) => trees.mayGoOn(id),
    },
    view: (id: string) => actorView(trees, store, id),
    free: async (id: string, by: Principal): Promise<ActAnswer> => {
      const { answer, outcome } = await trees.free(id, by)
      if (outcome !== undefined) after(outcome)
      return answer
    },
  }
}
