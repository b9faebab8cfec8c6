import {
  entryOf,
  OpschartError,
  type ActorState,
  type Fact,
  type Json,
  type Store,
  type StoredActor,
  type StoredWork,
  type Timer,
} from '@opschart/core'

import { ledgerActor, serviceFact, serviceOfActor, systemActor } from '../driver/names.ts'
import { isMachineActor, rootOf } from '../machines/actor-names.ts'
import { shown, snapshotOf } from '../views/seen-state.ts'
import type { Point, Points } from '../views/points.ts'

/** What there is when a supposition begins: as it is now, or as it was after a row. Nothing is ever written to it. */
export interface Ground {
  /** The row after which it is. */
  readonly sequence: number
  actor(id: string): Promise<StoredActor | undefined>
  fact(name: string): Promise<Fact | undefined>
  timers(actor: string): Promise<readonly Timer[]>
  work(actor: string): Promise<readonly StoredWork[]>
}

/** The present: what is stored. */
export function presentGround(store: Store, sequence: number): Ground {
  return {
    sequence,
    actor: (id) => store.actor(id),
    fact: async (name) => (await store.facts([name]))[0],
    timers: (actor) => store.timers(actor),
    work: (actor) => store.work({ actor }),
  }
}

const page = 500

/**
 * The past: what has not moved since is as it is stored, the rest is decided again from its rows.
 *
 * @throws OpschartError `input` for a row that was pruned, and where a definition that is not here has decided.
 */
export function pastGround(
  { store, points }: { readonly store: Store; readonly points: Points },
  sequence: number,
): Ground {
  /** What is known of services, from the pasts of their actors: each of those is read once through the journal. */
  const services = new Map<string, Point['service']>()
  const lastOf = async (actor: string) =>
    (await store.history({ actor, to: sequence, backwards: true, limit: 1 }))[0]

  async function stateAt(id: string): Promise<{ state: ActorState; version: number } | undefined> {
    const last = await lastOf(id)
    if (last !== undefined && id === systemActor)
      return { state: entryOf(last).event['state'] as unknown as ActorState, version: last.version }
    const { known, service } = await points.at(id, sequence)
    if (!isMachineActor(id)) services.set(serviceOfActor(id), service)
    if (known === undefined) return undefined
    if (known.state !== null) return { state: known.state, version: known.version }
    throw new OpschartError(
      'input',
      `${shown(id)} was decided by a definition that is not here any more when row ${sequence} was written; what would have come of it cannot be known`,
    )
  }

  /** Whether an operation had not ended: no row up to there has its result. */
  async function wasAtWork(actor: string, key: string): Promise<boolean> {
    const started = Number(/:(\d+):[^:]+$/.exec(key)?.[1] ?? 0)
    for (let to = sequence; ;) {
      const rows = await store.history({ actor, to, backwards: true, limit: page })
      for (const row of rows) {
        const { kind, cause } = entryOf(row)
        if (kind === 'result' && cause === key) return false
        if (row.version <= started) return true
      }
      if (rows.length < page) return true
      to = rows.at(-1)!.sequence - 1
    }
  }

  return {
    sequence,
    async actor(id) {
      const stored = await store.actor(id)
      if (stored === undefined) return undefined
      const [since] = await store.history({ actor: id, from: sequence + 1, limit: 1 })
      if (since === undefined) return stored
      const before = await stateAt(id)
      if (before === undefined) return undefined
      const { state, version } = before
      const { status = 'active' } = snapshotOf(state)
      const { definition } = (await lastOf(id)) ?? stored
      return { ...stored, version, definition, state: state as unknown as Json, ended: status !== 'active' }
    },
    async fact(name) {
      if (!name.startsWith(serviceFact(''))) return undefined
      const of = name.slice(serviceFact('').length)
      if (!services.has(of)) services.set(of, (await points.at(ledgerActor(of), sequence)).service)
      const service = services.get(of)
      return service && { name, version: 1, value: service.state as unknown as Json }
    },
    // Those of that time are not kept; none comes due while time stands still.
    timers: () => Promise.resolve([]),
    async work(actor) {
      if (!isMachineActor(actor)) return []
      const { state } = (await stateAt(actor)) ?? {}
      const keys = Object.values(state?.children ?? {})
      const at = await Promise.all(keys.map((key) => wasAtWork(actor, key)))
      return keys.filter((_, index) => at[index]).map((key) => workOf(key, actor))
    },
  }
}

/** Work as far as a decision looks at it: that it is there, and whose it is. */
const workOf = (key: string, actor: string): StoredWork => ({
  key,
  actor,
  shard: rootOf(actor),
  slot: null,
  severity: 'INFO',
  at: 0,
  task: null,
  status: 'running',
  attempt: 1,
  owner: null,
  until: null,
})
