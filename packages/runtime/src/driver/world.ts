import {
  writtenEntry,
  canonicalJson,
  changeService,
  emptyService,
  type ActorState,
  type Decision,
  type Fact,
  type Json,
  type JournalEntry,
  type ServiceChange,
  type ServiceState,
  type Store,
  type Timer,
  type Unit,
  type Work,
} from '@opschart/core'

import { emptySystem, type SystemState } from './policy.ts'
import { orderFact, serviceFact, systemActor } from './names.ts'

/** An actor as one turn sees it: as stored, and as moved since. */
export interface Loaded {
  readonly actor: string
  version: number
  state: ActorState
  ended: boolean
}

/** What one turn reads and moves: one service's actors and facts. Nothing is written before {@link World.unit} is committed. */
export interface World {
  readonly service: ServiceState
  readonly system: SystemState
  actor(id: string): Promise<Loaded | undefined>
  /** Changes the service's facts in this turn. */
  change(change: ServiceChange): void
  /** Records a decision: the row, and the actor's next state where it moved. */
  record(
    actor: string,
    row: { at: number; key: Decision['key']; definition: string; entry: JournalEntry },
    next?: { state: ActorState; ended: boolean },
  ): Promise<number>
  work(work: Work): void
  withdraw(key: string): void
  timer(timer: Timer): void
  timerGone(actor: string, id: string): void
  /** What must be written, whole or not at all. */
  unit(): Unit
  readonly withdrawn: readonly string[]
}

/** The state of what has none: a ledger's rows only tell. */
const noState: ActorState = { snapshot: {}, children: {} }

/** Opens the world of a service for one turn. */
export async function openWorld(store: Pick<Store, 'actor' | 'facts'>, shard: string): Promise<World> {
  const name = serviceFact(shard)
  const order = orderFact(shard)
  const facts = await store.facts([name, order])
  const fact = facts.find((known) => known.name === name)
  const turn = facts.find((known) => known.name === order)
  const systemRow = await store.actor(systemActor)
  const system = (systemRow?.state as unknown as SystemState | undefined) ?? emptySystem
  let service = (fact?.value as unknown as ServiceState | undefined) ?? emptyService(shard)
  const before = service
  const loaded = new Map<string, Loaded | undefined>()
  const decisions: Decision[] = []
  const works: Work[] = []
  const withdrawn: string[] = []
  const timers = new Map<string, Timer>()
  const timersGone = new Map<string, { actor: string; id: string }>()

  const actor = async (id: string): Promise<Loaded | undefined> => {
    if (!loaded.has(id)) {
      const stored = await store.actor(id)
      loaded.set(
        id,
        stored === undefined
          ? undefined
          : {
              actor: id,
              version: stored.version,
              state: stored.state as unknown as ActorState,
              ended: stored.ended,
            },
      )
    }
    return loaded.get(id)
  }

  return {
    get service() {
      return service
    },
    system,
    actor,
    change(change) {
      service = changeService(service, change)
    },
    async record(id, row, next) {
      const known = await actor(id)
      const version = (known?.version ?? 0) + 1
      const moved =
        next !== undefined &&
        (known === undefined || canonicalJson(known.state) !== canonicalJson(next.state))
      decisions.push({
        actor: id,
        version,
        definition: row.definition,
        at: row.at,
        key: row.key,
        entry: writtenEntry(row.entry, { actor: id, version, at: row.at, key: row.key }),
        shard,
        ...(moved || known === undefined ? { state: (next?.state ?? noState) as unknown as Json } : {}),
        ...(next?.ended === true ? { ended: true } : {}),
      })
      const state = next?.state ?? known?.state ?? noState
      loaded.set(id, { actor: id, version, state, ended: next?.ended ?? known?.ended ?? false })
      return version
    },
    work: (work) => void works.push(work),
    withdraw(key) {
      const index = works.findIndex((work) => work.key === key)
      if (index >= 0) works.splice(index, 1)
      else withdrawn.push(key)
    },
    timer(timer) {
      const key = canonicalJson([timer.actor, timer.id])
      timersGone.delete(key)
      timers.set(key, timer)
    },
    timerGone(id, timer) {
      const key = canonicalJson([id, timer])
      timers.delete(key)
      timersGone.set(key, { actor: id, id: timer })
    },
    withdrawn,
    unit(): Unit {
      const written: Fact[] = []
      if (service !== before)
        written.push({ name, version: (fact?.version ?? 0) + 1, value: service as unknown as Json })
      // Decisions rest on facts that they do not change: whoever else has decided for this service since must conflict.
      if (decisions.length > 0) written.push({ name: order, version: (turn?.version ?? 0) + 1, value: null })
      return {
        decisions,
        facts: written,
        work: works,
        withdrawn,
        timers: [...timers.values()],
        timersGone: [...timersGone.values()],
      }
    },
  }
}
