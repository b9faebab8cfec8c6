import type { ServiceState, Store } from '@opschart/core'

import { isLifecycleActor, serviceFact, serviceOf } from './names.ts'

/**
 * Finds a lifecycle's id by what people call it: the name that they see first, then its id, version or branch; of several,
 * the latest. A service's name is its live release's.
 */
export function createResolveName(store: Pick<Store, 'actor' | 'facts'>) {
  return async (name: string): Promise<string | undefined> => {
    const service = serviceOf(name)
    const [fact] = await store.facts([serviceFact(service)])
    const state = fact?.value as unknown as ServiceState | undefined
    if (name === service) return state?.live ?? undefined
    const named = name.slice(service.length + 1)
    const releases = Object.values(state?.releases ?? {}).sort((one, other) => one.order - other.order)
    const found =
      releases.findLast((entry) => entry.name === name) ??
      releases.findLast((entry) => entry.id === name) ??
      releases.findLast((entry) => entry.version === named) ??
      releases.findLast((entry) => entry.branch === named)
    if (found !== undefined) return found.id
    return isLifecycleActor(name) && (await store.actor(name)) !== undefined ? name : undefined
  }
}
