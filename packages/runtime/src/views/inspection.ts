import { setImmediate as turn } from 'node:timers/promises'

import {
  chartOfConfig,
  chartOfLaw,
  entryOf,
  feedbackLoopMachine,
  inspectionProtocol,
  OpschartError,
  workflowMachine,
  type ActorState,
  type ChartView,
  type Clock,
  type FeedbackLoop,
  type InspectionMessage,
  type JournalRow,
  type Lifecycle,
  type Store,
} from '@opschart/core'

import { deciderOf, lifecycleOf, serviceOfActor } from '../driver/names.ts'
import { isMachineActor, parentOf, publicId } from '../machines/actor-names.ts'
import type { Charts } from '../machines/charts.ts'
import type { MachineState } from '../machines/machine-state.ts'
import type { Feed } from './feed.ts'
import type { Point, Points } from './points.ts'
import { seen, shown, stepOf } from './seen-state.ts'
import { mostStanding, readStanding } from './standing.ts'

/** What an inspection is made of. */
export interface InspectionSources {
  readonly store: Store
  readonly feed: Feed
  readonly clock: Clock
  readonly points: Points
  readonly lifecycle: Lifecycle
  readonly loops: readonly FeedbackLoop[]
  readonly charts: Charts
}

/** Where an inspection begins; see {@link ForeseeingClient.inspection}. */
export interface InspectionAsked {
  readonly source: string
  readonly from?: number
  readonly after?: number
  readonly hash?: string
}

/** What is read on: the rows that come, and whether nobody wants them any more. */
interface Reading {
  ended: boolean
  rows?: AsyncGenerator<JournalRow>
}

/** How many actors, or rows, are told before others have their turn. */
const atOnce = 50

/**
 * Tells an inspector every row from there on, those that exist and those that come: each chart and actor before its first
 * step, and with each step what its actor was after it, decided again from the rows. Without a row to begin with, all that
 * stands now is told first, then what comes. What was decided by a definition that is not here is told without its state.
 */
export function inspection(
  sources: InspectionSources,
  asked: InspectionAsked,
): AsyncGenerator<InspectionMessage> {
  const reading: Reading = { ended: false }
  const generator = messages(sources, asked, reading)
  const end = generator.return.bind(generator)
  // One that waits for the next row would hear of its end only then.
  generator.return = async (value) => {
    reading.ended = true
    await reading.rows?.return(undefined)
    return end(value)
  }
  return generator
}

async function* messages(
  sources: InspectionSources,
  { source, ...asked }: InspectionAsked,
  reading: Reading,
): AsyncGenerator<InspectionMessage> {
  const { store, points, clock } = sources
  /** Points of the actors that were met, undefined where their past is not known; and what is known of each service. */
  const met = new Map<string, Point | undefined>()
  const services = new Map<string, Point['service']>()
  const drawn = new Set<string>()
  const next = await firstOf(store, asked)
  if (asked.after === undefined || next === undefined)
    yield {
      kind: 'source',
      source,
      protocol: inspectionProtocol,
      name: source,
      at: clock.now(),
      answers: true,
    }
  const standing = next === undefined ? await readStanding(store, points) : undefined
  if (standing !== undefined) {
    for (const [service, known] of standing.services) services.set(service, known)
    if (standing.left > 0)
      yield {
        kind: 'lost',
        source,
        count: standing.left,
        reason: `only the ${mostStanding} actors that moved last are shown`,
      }
    // Whose rows were pruned stands there since before what is kept.
    const begins = (await store.history({ limit: 1 }))[0]?.at ?? clock.now()
    for (const [index, { stored, point, movedAt }] of standing.actors.entries()) {
      if (index % atOnce === atOnce - 1) await turn()
      const { actor } = stored
      met.set(actor, point)
      const state = point.known?.state ?? undefined
      const decider = isMachineActor(actor)
        ? `machine:${(state as MachineState | undefined)?.chart}`
        : deciderOf(actor)
      const parent = isMachineActor(actor)
        ? parentOfChild(actor, (state as MachineState | undefined)?.born)
        : parentOfRun(actor)
      yield* begun(actor, decider, { parent, at: movedAt ?? begins, state })
    }
  }
  // Told to end while the rest was told, nobody would end what is begun now.
  if (reading.ended) return
  reading.rows = sources.feed.from(next ?? standing!.sequence + 1, (row) => row)

  for await (const row of reading.rows) {
    const { actor } = row
    const entry = entryOf(row)
    const service = serviceOfActor(actor)
    if (!met.has(actor)) {
      const before = await beginning(row, service)
      met.set(actor, before)
      if (before !== undefined && !services.has(service)) services.set(service, before.service)
      const state = before?.row === undefined ? undefined : (before.known?.state ?? undefined)
      const born = (before?.known?.state as MachineState | undefined)?.born
      const opener = entry.kind === 'opened' ? entry.cause : undefined
      const parent = isMachineActor(actor) ? parentOfChild(actor, born ?? opener) : parentOfRun(actor)
      yield* begun(actor, entry.decider, { parent, at: row.at, state })
    }
    const point = stepped(met.get(actor), row, service)
    met.set(actor, point)
    if (point !== undefined) services.set(service, point.service)
    yield { kind: 'step', source, hash: row.hash, ...stepOf(row, point?.known?.state ?? undefined) }
    if (row.sequence % atOnce === 0) await turn()
  }

  /** An actor, and before it its chart where that was not told yet. */
  function* begun(
    actor: string,
    decider: string,
    { state, ...known }: { parent: string | null; at: number; state: ActorState | undefined },
  ): Generator<InspectionMessage> {
    const view = chartOf(sources, decider)
    if (view !== undefined && !drawn.has(decider)) {
      drawn.add(decider)
      yield { kind: 'chart', source, chart: decider, view }
    }
    const chart = view === undefined ? null : decider
    const name = shown(actor)
    const was = state === undefined ? {} : { state: seen(state) }
    yield { kind: 'actor', source, actor: name, chart, name, ...known, ...was }
  }

  /** What an actor was before the first of its rows that is told. */
  async function beginning(row: JournalRow, service: string): Promise<Point | undefined> {
    const isFirst = row.version === 1
    if (isFirst && (isMachineActor(row.actor) || services.has(service) || standing !== undefined)) {
      const { sequence } = row
      return {
        sequence: sequence - 1,
        row: undefined,
        known: undefined,
        service: services.get(service),
        previous: null,
      }
    }
    return unlessUnknown(() => points.at(row.actor, row.sequence - 1))
  }

  function stepped(before: Point | undefined, row: JournalRow, service: string): Point | undefined {
    if (before === undefined) return undefined
    const known = services.has(service) ? { ...before, service: services.get(service) } : before
    try {
      return points.after(known, row, row.actor)
    } catch (error) {
      if (error instanceof OpschartError) return undefined
      throw error
    }
  }
}

/** The first row that is told; undefined to begin anew: nothing was asked for, or it was in another journal than this one. */
async function firstOf(
  store: Store,
  { from, after, hash }: Omit<InspectionAsked, 'source'>,
): Promise<number | undefined> {
  const next = from ?? (after === undefined ? undefined : after + 1)
  if (next === undefined || next > (await store.head()).sequence + 1) return undefined
  if (from !== undefined || after === undefined) return next
  const begins = (await store.pruning?.beginning()) ?? { sequence: 0, hash: '' }
  // Rows between were pruned: going on would leave them out.
  if (after < begins.sequence) return undefined
  if (hash === undefined || after === 0) return next
  const [row] = after === begins.sequence ? [begins] : await store.history({ from: after, to: after })
  return row?.hash.startsWith(hash) === true ? next : undefined
}

/** Undefined for what the store cannot say any more: a row that was pruned, or does not hold. */
async function unlessUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof OpschartError && (error.code === 'input' || error.code === 'storage'))
      return undefined
    throw error
  }
}

function chartOf({ lifecycle, loops, charts }: InspectionSources, decider: string): ChartView | undefined {
  if (decider === 'lifecycle') return chartOfLaw(lifecycle.definition)
  const [kind, name = ''] = decider.split(/:(.*)/s, 2)
  if (kind === 'machine') {
    const chart = charts.of(name)
    return chart && chartOfConfig(chart.machine.config, name)
  }
  if (kind === 'rule') {
    const loop = loops.find((one) => one.name === name)
    return loop && chartOfConfig(feedbackLoopMachine(loop).config, name)
  }
  if (kind !== 'workflow' || !Object.hasOwn(lifecycle.workflows, name)) return undefined
  return chartOfConfig(workflowMachine(name, lifecycle.workflows[name]!).config, name)
}

/** Whose workflow an actor of the law runs. */
const parentOfRun = (actor: string) => (actor.includes('~') ? lifecycleOf(actor) : null)

/** Who started an actor of a machine, as the key of the effect that did it says, else its name. */
function parentOfChild(actor: string, born: string | null | undefined): string | null {
  if (!actor.includes('~')) return null
  return publicId(typeof born === 'string' ? parentOf(born) : actor.slice(0, actor.lastIndexOf('~')))
}
