import { setImmediate as turn } from 'node:timers/promises'

import type { Store, StoredActor } from '@opschart/core'

/** How many actors are read at a time. */
const page = 1_000

/**
 * All open or all ended actors, page by page: however many there are, a page of them is in memory, and others have their
 * turn in between. One that is moved to another service or ends meanwhile may be given or not.
 */
export async function* actorsByPage(
  store: Pick<Store, 'actors'>,
  ended = false,
): AsyncGenerator<StoredActor, void> {
  let after: StoredActor | undefined
  for (;;) {
    const actors = await store.actors({ ended, limit: page, ...(after === undefined ? {} : { after }) })
    yield* actors
    if (actors.length < page) return
    after = actors.at(-1)
    await turn()
  }
}

/** All actors, the open ones first. */
export async function* everyActor(store: Pick<Store, 'actors'>): AsyncGenerator<StoredActor, void> {
  yield* actorsByPage(store)
  yield* actorsByPage(store, true)
}
