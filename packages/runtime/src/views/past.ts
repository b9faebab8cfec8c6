import {
  changeService,
  emptyService,
  entryOf,
  OpschartError,
  type ActorState,
  type Json,
  type JsonObject,
  type JournalRow,
  type PastView,
} from '@opschart/core'

import { replayRow, type AuditSources } from '../driver/audit.ts'
import { serviceOf } from '../driver/names.ts'
import { openReplayed, type Replayed } from '../driver/replayed.ts'
import { isMachineActor, publicId } from '../machines/actor-names.ts'
import type { MachineState } from '../machines/machine-state.ts'

const page = 500
/** Own rows between two points from which an actor's past is gone on with, and actors of which such points are kept. */
const between = 128
const remembered = 16

/** A point of an actor's past: all that its next row is decided from. */
interface Point {
  /** The last row that was looked at. */
  readonly sequence: number
  readonly row: JournalRow | undefined
  readonly known: ReturnType<Replayed['states']['get']>
  readonly service: ReturnType<Replayed['services']['get']>
  /** The actor's row before. */
  readonly previous: number | null
}

/**
 * Answers what an actor was after any row: its rows are decided again, from the beginning or from a point on the way. Of a
 * machine's actor only its own rows are read; of the law's also what others have changed of its service.
 */
export function createPast(sources: AuditSources) {
  const { store } = sources
  /** Points on the way of the actors that were asked for last, oldest first. */
  const points = new Map<string, Point[]>()

  function remember(actor: string, point: Point): void {
    const own = points.get(actor) ?? []
    if (!own.some(({ sequence }) => sequence === point.sequence)) own.push(point)
    own.sort((one, other) => one.sequence - other.sequence)
    points.delete(actor)
    points.set(actor, own)
    if (points.size > remembered) points.delete(points.keys().next().value!)
  }

  /** The first point of a past: where the journal begins, which is later than its first row where it was pruned. */
  async function beginning(actor: string, service: string): Promise<Point> {
    const { replayed, fault } = await openReplayed(sources)
    if (fault !== undefined) throw new OpschartError('storage', `row ${fault.sequence}: ${fault.what}`)
    const { sequence, states, services } = replayed
    return {
      sequence,
      row: undefined,
      known: states.get(actor),
      service: services.get(service),
      previous: null,
    }
  }

  async function pointAt(actor: string, to: number): Promise<Point> {
    const service = actor.startsWith('rule:') ? actor.slice(actor.lastIndexOf(':') + 1) : serviceOf(actor)
    const known = points.get(actor)?.findLast(({ sequence }) => sequence <= to)
    let point = known ?? (await beginning(actor, service))
    if (point.sequence > to) {
      throw new OpschartError(
        'input',
        `row ${to} was pruned: the journal begins with row ${point.sequence + 1}`,
      )
    }
    const only = isMachineActor(actor) ? { actor } : {}
    let own = 0
    for (;;) {
      const rows = await store.history({ ...only, from: point.sequence + 1, to, limit: page })
      for (const row of rows) {
        point = after(point, row, actor, service)
        if (row.actor === actor && (own += 1) % between === 0) remember(actor, point)
      }
      if (rows.length < page) break
    }
    if (point.row !== undefined) remember(actor, point)
    return point
  }

  function after(point: Point, row: JournalRow, actor: string, service: string): Point {
    if (row.actor === actor) return decided(point, row, service)
    const entry = entryOf(row)
    if (entry.changes.length === 0 || entry.service !== service) return { ...point, sequence: row.sequence }
    const before = point.service?.state ?? emptyService(service)
    const state = entry.changes.reduce(changeService, before)
    return { ...point, sequence: row.sequence, service: { state, sequence: row.sequence } }
  }

  function decided(point: Point, row: JournalRow, service: string): Point {
    const states: Replayed['states'] = new Map()
    const services: Replayed['services'] = new Map()
    if (point.known !== undefined) states.set(row.actor, point.known)
    if (point.service !== undefined) services.set(service, point.service)
    const what = replayRow(sources, row, { states, services })
    if (what !== undefined)
      throw new OpschartError('storage', `row ${row.sequence} does not hold: ${what}; see \`opschart audit\``)
    return {
      sequence: row.sequence,
      row,
      known: states.get(row.actor),
      service: services.get(service),
      previous: point.row?.sequence ?? null,
    }
  }

  return async (actor: string, sequence?: number): Promise<PastView | undefined> => {
    const to = sequence ?? (await store.head()).sequence
    const { row, known, previous } = await pointAt(actor, to)
    if (row === undefined) return undefined
    if (known === undefined || known.state === null) {
      throw new OpschartError(
        'input',
        `row ${row.sequence} was decided by a definition that is not here any more; the log tells what came of it`,
      )
    }
    const [next] = await store.history({ actor, from: row.sequence + 1, limit: 1 })
    const { snapshot } = known.state
    return {
      actor: isMachineActor(actor) ? publicId(actor) : actor,
      sequence: row.sequence,
      at: row.at,
      version: row.version,
      status: statusOf(known.state),
      value: snapshot['value'] ?? null,
      context: (snapshot['context'] ?? {}) as JsonObject,
      previous,
      next: next?.sequence ?? null,
    }
  }
}

function statusOf(state: ActorState): PastView['status'] {
  if ((state as MachineState).parked !== undefined) return 'parked'
  return (state.snapshot['status'] as Json as PastView['status'] | undefined) ?? 'active'
}
