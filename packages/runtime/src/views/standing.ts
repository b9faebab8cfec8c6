import type { ActorState, ServiceState, Store, StoredActor } from '@opschart/core'

import { ledgerActor, serviceFact, serviceOfActor } from '../driver/names.ts'
import { isMachineActor } from '../machines/actor-names.ts'
import { actorsByPage } from '../stores/pages.ts'
import type { Point, Points } from './points.ts'

/** How many actors are told as they stand: those that moved last. */
export const mostStanding = 5_000
/** How often it is looked for a moment in which nothing is written. */
const mostTries = 5
const page = 500

/** An actor as it stands. */
export interface StandingActor {
  readonly stored: StoredActor
  readonly point: Point
  /** When its last row was written; null where that was pruned. */
  readonly movedAt: number | null
}

/** All that stands after one row of the journal. */
export interface Standing {
  readonly sequence: number
  readonly actors: readonly StandingActor[]
  /** What is known of each service. */
  readonly services: ReadonlyMap<string, Point['service']>
  /** How many open actors are not among them. */
  readonly left: number
}

/**
 * Reads what stands now: every actor that has not ended, all as they were after the same row. Nothing is decided
 * again for it, but for what somebody moves while it is read.
 */
export async function readStanding(store: Store, points: Points): Promise<Standing> {
  for (let tries = 1; ; tries += 1) {
    const { sequence } = await store.head()
    const { kept, left } = await newest(store, sequence)
    const facts = await store.factsBeginning(serviceFact(''))
    const states = facts.map(({ value }) => value as unknown as ServiceState)
    const moved = await movedSince(store, sequence)
    if (moved.size > 0 && tries < mostTries) continue

    const services = new Map<string, Point['service']>()
    for (const state of states) services.set(state.service, { state, sequence })
    // What was moved while this was read is decided again from its rows: how much of it is in there is not known.
    for (const service of new Set([...moved].filter((actor) => !isMachineActor(actor)).map(serviceOfActor)))
      services.set(service, (await points.at(ledgerActor(service), sequence)).service)
    const standing: StandingActor[] = []
    for (const stored of kept) {
      const point = moved.has(stored.actor)
        ? await points.at(stored.actor, sequence)
        : pointOf(stored, sequence, services.get(serviceOfActor(stored.actor)))
      if (point.known === undefined) continue
      const own = { actor: stored.actor, to: sequence, backwards: true, limit: 1 }
      const [last] = await store.history(own)
      standing.push({ stored, point, movedAt: last?.at ?? null })
    }
    return { sequence, actors: standing, services, left }
  }
}

/** Whom rows after one are of. */
async function movedSince(store: Store, sequence: number): Promise<Set<string>> {
  const moved = new Set<string>()
  for (let from = sequence + 1; ;) {
    const rows = await store.history({ from, limit: page })
    for (const { actor } of rows) moved.add(actor)
    if (rows.length < page) return moved
    from = rows.at(-1)!.sequence + 1
  }
}

/** The open actors that moved last, by id, and how many are left. However many there are, no more of them are kept. */
async function newest(
  store: Store,
  sequence: number,
): Promise<{ kept: readonly StoredActor[]; left: number }> {
  const all = await store.actors({ limit: mostStanding + 1 })
  if (all.length <= mostStanding) return { kept: all.toSorted(byId), left: 0 }
  const met = new Set<string>()
  const found = new Map<string, StoredActor>()
  const isFull = () => found.size >= mostStanding
  for (let to = sequence; !isFull();) {
    const rows = await store.history({ to, backwards: true, limit: page })
    for (const actor of new Set(rows.map((row) => row.actor))) {
      if (isFull()) break
      if (met.has(actor)) continue
      met.add(actor)
      const stored = await store.actor(actor)
      if (stored?.ended === false) found.set(actor, stored)
    }
    if (rows.length < page) break
    to = rows.at(-1)!.sequence - 1
  }
  let open = 0
  for await (const actor of actorsByPage(store)) {
    open += 1
    // Its rows were pruned.
    if (!isFull()) found.set(actor.actor, actor)
  }
  return { kept: [...found.values()].sort(byId), left: Math.max(0, open - found.size) }
}

const byId = (one: StoredActor, other: StoredActor) => (one.actor < other.actor ? -1 : 1)

function pointOf({ version, state }: StoredActor, sequence: number, service: Point['service']): Point {
  const known = { version, state: state as unknown as ActorState, sequence }
  return { sequence, row: undefined, known, service, previous: null }
}
