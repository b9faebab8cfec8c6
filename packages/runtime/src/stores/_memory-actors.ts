import type { ActorFilter, StoredActor } from '@opschart/core'

import type { MemoryActor } from './_memory-transfer.ts'
import { compareText } from './_text.ts'

/** Actors by what is asked for: by id, and where they are read in pages, by shard first. */
export function listed(
  all: Iterable<MemoryActor>,
  { shard, prefix = '', ended = false, notUnder, limit, after }: ActorFilter = {},
): MemoryActor[] {
  const found = [...all]
    .filter((actor) => actor.ended === ended && actor.actor.startsWith(prefix))
    .filter((actor) => shard === undefined || actor.shard === shard)
    .filter((actor) => notUnder?.includes(actor.definition) !== true)
  if (limit === undefined) return found.sort((one, other) => compareText(one.actor, other.actor))
  return found
    .filter((actor) => after === undefined || compare(actor, after) > 0)
    .sort(compare)
    .slice(0, limit)
}

type Place = Pick<StoredActor, 'actor' | 'shard'>
const compare = (one: Place, other: Place) =>
  compareText(one.shard, other.shard) || compareText(one.actor, other.actor)
