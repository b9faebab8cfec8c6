import type { Decision, Store, StoredWork, Timer, Unit, UnitOutcome, Work } from '@opschart/core'

/** A decision for the cases of a store: version 1 of `web/v1` in shard `web`, of no signal, unless said otherwise. */
export function decision(some: Partial<Decision> = {}): Decision {
  const { actor = 'web/v1', version = 1 } = some
  return {
    actor,
    version,
    definition: 'definition-1',
    at: 1000 + version,
    key: null,
    shard: 'web',
    state: { phase: 'STAGING', version },
    entry: { verdict: 'accepted', version },
    ...some,
  }
}

/** Queued work of `web/v1`: no slot, severity MEDIUM, unless said otherwise. */
export function work(key: string, some: Partial<Work> = {}): Work {
  return {
    key,
    actor: 'web/v1',
    shard: 'web',
    slot: null,
    severity: 'MEDIUM',
    at: 1000,
    task: { do: key },
    ...some,
  }
}

/** A timer of `web/v1`. */
export function timer(id: string, due: number, some: Partial<Timer> = {}): Timer {
  return { actor: 'web/v1', id, due, version: 1, event: { type: id }, ...some }
}

/** Commits one unit; parts that are not given are empty. */
export async function commit(store: Store, unit: Partial<Unit>): Promise<UnitOutcome> {
  const [outcome, ...others] = await store.commit([{ decisions: [], ...unit }])
  if (!outcome || others.length > 0) throw new Error('one unit was committed, so one outcome is due')
  return outcome
}

/** Claims for `owner` at `now`, for 100 milliseconds. */
export function claim(
  store: Store,
  key: string,
  owner: string,
  now: number,
  dead?: readonly string[],
): Promise<StoredWork | undefined> {
  return store.claim({ key, owner, now, until: now + 100, ...(dead && { dead }) })
}

/** Everything that the cases can see of a store: two stores that hold the same give the same JSON. */
export async function contents(store: Store) {
  const open = await store.actors()
  const ended = await store.actors({ ended: true })
  return {
    open,
    ended,
    journal: await store.history({ limit: Number.POSITIVE_INFINITY }),
    head: await store.head(),
    facts: await store.factsBeginning(''),
    work: await store.work(),
    timers: await store.timersDue(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
    nextTimer: (await store.nextTimer()) ?? null,
    checkpoint: (await store.checkpoint('git')) ?? null,
  }
}
