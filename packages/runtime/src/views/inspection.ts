import {
  chartOfConfig,
  chartOfLaw,
  entryOf,
  feedbackLoopMachine,
  inspectionProtocol,
  OpschartError,
  workflowMachine,
  type ChartView,
  type Clock,
  type FeedbackLoop,
  type InspectionMessage,
  type JournalRow,
  type Lifecycle,
} from '@opschart/core'

import { lifecycleOf, serviceOfActor } from '../driver/names.ts'
import { isMachineActor, parentOf, publicId } from '../machines/actor-names.ts'
import type { Charts } from '../machines/charts.ts'
import type { Feed } from './feed.ts'
import type { Point, Points } from './points.ts'
import { seen, shown, stepOf } from './seen-state.ts'

/** What an inspection is made of. */
export interface InspectionSources {
  readonly feed: Feed
  readonly clock: Clock
  readonly points: Points
  readonly lifecycle: Lifecycle
  readonly loops: readonly FeedbackLoop[]
  readonly charts: Charts
}

/**
 * Tells an inspector every row from there on, those that exist and those that come: each chart and actor before its first
 * step, and with each step what its actor was after it, decided again from the rows. What was decided by a definition that
 * is not here is told without that.
 */
export function inspection(
  sources: InspectionSources,
  { source, from = 1 }: { readonly source: string; readonly from?: number },
): AsyncGenerator<InspectionMessage> {
  const rows = sources.feed.from(from, (row) => row)
  const generator = messages(sources, source, rows)
  const end = generator.return.bind(generator)
  // One that waits for the next row would hear of its end only then.
  generator.return = async (value) => {
    await rows.return(undefined)
    return end(value)
  }
  return generator
}

async function* messages(
  sources: InspectionSources,
  source: string,
  rows: AsyncGenerator<JournalRow>,
): AsyncGenerator<InspectionMessage> {
  const { points, clock } = sources
  /** Points of the actors that were met, undefined where their past is not known; and what is known of each service. */
  const met = new Map<string, Point | undefined>()
  const services = new Map<string, Point['service']>()
  const drawn = new Set<string>()
  yield { kind: 'source', source, protocol: inspectionProtocol, name: source, at: clock.now(), answers: true }

  for await (const row of rows) {
    const { actor } = row
    const entry = entryOf(row)
    const service = serviceOfActor(actor)
    if (!met.has(actor)) {
      const before = await beginning(row, service)
      met.set(actor, before)
      if (before !== undefined && !services.has(service)) services.set(service, before.service)
      const chart = chartOf(sources, entry.decider)
      if (chart !== undefined && !drawn.has(entry.decider)) {
        drawn.add(entry.decider)
        yield { kind: 'chart', source, chart: entry.decider, view: chart }
      }
      const state = before?.known?.state ?? undefined
      yield {
        kind: 'actor',
        source,
        actor: shown(actor),
        chart: chart === undefined ? null : entry.decider,
        name: shown(actor),
        parent: parentIn(actor, row),
        at: row.at,
        ...(state === undefined || before?.row === undefined ? {} : { state: seen(state) }),
      }
    }
    const point = stepped(met.get(actor), row, service)
    met.set(actor, point)
    if (point !== undefined) services.set(service, point.service)
    yield { kind: 'step', source, ...stepOf(row, point?.known?.state ?? undefined) }
  }

  /** What an actor was before the first of its rows that is told. */
  async function beginning(row: JournalRow, service: string): Promise<Point | undefined> {
    const isFirst = row.version === 1
    if (isFirst && (isMachineActor(row.actor) || services.has(service))) {
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

function parentIn(actor: string, { entry }: JournalRow): string | null {
  if (!isMachineActor(actor)) return actor.includes('~') ? lifecycleOf(actor) : null
  const { cause } = entry as { cause?: string }
  const isChild = actor.includes('~') && typeof cause === 'string'
  return isChild
    ? publicId(parentOf(cause))
    : actor.includes('~')
      ? publicId(actor.slice(0, actor.lastIndexOf('~')))
      : null
}
