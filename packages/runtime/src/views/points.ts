import { setImmediate as turn } from 'node:timers/promises'

import { changeService, emptyService, entryOf, OpschartError, type JournalRow } from '@opschart/core'

import { replayRow, type AuditSources } from '../driver/audit.ts'
import { serviceOfActor } from '../driver/names.ts'
import { openReplayed, type Replayed } from '../driver/replayed.ts'
import { isMachineActor } from '../machines/actor-names.ts'

const page = 500
/** Own rows, and rows of anybody, between two points that are remembered on the way. */
const between = 128
const betweenAny = 2_000
/** How many points are remembered of an actor, and of how many actors. */
const mostPoints = 200
const mostActors = 32

/** A point of an actor's past: all that its next row is decided from. */
export interface Point {
  /** The last row that was looked at. */
  readonly sequence: number
  readonly row: JournalRow | undefined
  readonly known: ReturnType<Replayed['states']['get']>
  readonly service: ReturnType<Replayed['services']['get']>
  /** The actor's row before. */
  readonly previous: number | null
}

/**
 * Finds what an actor was after any row: its rows are decided again, from the beginning or from a point on the way. Of a
 * machine's actor only its own rows are read; of the law's also what others have changed of its service.
 */
export function createPoints(sources: AuditSources) {
  const { store } = sources
  /** Points on the way of the actors that were asked for last, oldest first. */
  const points = new Map<string, Point[]>()

  function remember(actor: string, point: Point): void {
    const own = points.get(actor) ?? []
    if (!own.some(({ sequence }) => sequence === point.sequence)) own.push(point)
    own.sort((one, other) => one.sequence - other.sequence)
    // Every second one goes: what is left still lies all along the way.
    points.delete(actor)
    points.set(actor, own.length > mostPoints ? own.filter((_, index) => index % 2 === 1) : own)
    if (points.size > mostActors) points.delete(points.keys().next().value!)
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
    const service = serviceOfActor(actor)
    // Rows after a point may have been pruned since it was remembered: it no longer leads on.
    const begins = (await store.pruning?.beginning())?.sequence ?? 0
    if (to < begins)
      throw new OpschartError('input', `row ${to} was pruned: the journal begins with row ${begins + 1}`)
    const own = points.get(actor)?.filter(({ sequence }) => sequence >= begins)
    let point = own?.findLast(({ sequence }) => sequence <= to) ?? (await beginning(actor, service))
    const only = isMachineActor(actor) ? { actor } : {}
    let mine = 0
    let any = 0
    for (;;) {
      const rows = await store.history({ ...only, from: point.sequence + 1, to, limit: page })
      for (const row of rows) {
        point = after(point, row, actor)
        any += 1
        if ((row.actor === actor && (mine += 1) % between === 0) || any % betweenAny === 0)
          remember(actor, point)
      }
      if (rows.length < page) break
      // A long past is read page by page, and others have their turn in between.
      await turn()
    }
    remember(actor, point)
    return point
  }

  /** The point after the next row, whoever's it is. */
  function after(point: Point, row: JournalRow, actor: string): Point {
    const service = serviceOfActor(actor)
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

  return { at: pointAt, after }
}

/** Finds points of the past. */
export type Points = ReturnType<typeof createPoints>
