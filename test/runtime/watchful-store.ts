import { phaseOf, type ActorState, type ServiceState, type Store } from '@opschart/core'

/** Phases of a release that is live. */
const livePhases = ['PRODUCTION', 'INCIDENT', 'OPTIMIZATION', 'ROLLBACK']

/**
 * A store that looks at what it holds after each commit [L15]: the releases in a live phase are exactly the one that the
 * live pointer names. It keeps what it finds in `faults`; nothing is put right.
 */
export function watchfulStore(store: Store, faults: string[]): Store {
  return {
    ...store,
    async commit(units) {
      const outcomes = await store.commit(units)
      if (outcomes.some(({ kind }) => kind === 'written')) await look()
      return outcomes
    },
  }

  async function look(): Promise<void> {
    const facts = await store.factsBeginning('service:')
    const actors = await store.actors()
    const { sequence } = await store.head()
    for (const { value } of facts) {
      const { service, live } = value as unknown as ServiceState
      const found = actors
        .filter(({ actor }) => actor.startsWith(`${service}/`) && !actor.includes('~'))
        .filter(({ state }) => livePhases.includes(phaseOf(state as unknown as ActorState)))
        .map(({ actor }) => actor)
      const expected = live === null ? [] : [live]
      if (found.join() !== expected.join()) {
        faults.push(
          `row ${sequence}: ${found.join(', ') || 'none'} in a live phase, the pointer names ${live ?? 'none'}`,
        )
      }
    }
  }
}
