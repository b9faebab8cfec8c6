import type { Store } from '@opschart/core'

import type { SenderSources } from './sender.ts'
import { createSwitches, type Switchable } from './switches.ts'
import type { Turns } from './turn.ts'

/**
 * Sources of senders whose acts are only decided on: each is answered as it would be now, and nothing is written,
 * started or cancelled.
 */
export function foreseeing(
  sources: SenderSources,
  given: { store: Store; turns: Turns; known: Switchable } & Pick<SenderSources, 'machines' | 'free'>,
): SenderSources {
  const { store, turns, known, machines, free } = given
  const unwritten: Pick<Store, 'actor' | 'commit'> = {
    actor: (id) => store.actor(id),
    commit: (units) => Promise.resolve(units.map(() => ({ kind: 'written', sequence: 0 }))),
  }
  return {
    ...sources,
    turns: { take: (shard, messages) => turns.foresee(shard, messages) },
    switches: createSwitches({ store: unwritten, clock: sources.clock, known, after: () => {} }),
    machines,
    free,
    after: () => {},
    runningFor: () => Promise.resolve([]),
  }
}
