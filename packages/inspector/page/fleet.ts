import type { ChartView, InspectedActor, InspectedSource, LifecycleView, SeenState } from '@opschart/core'

import { wholeFleet, type FleetFilter, type FleetTone } from './fleet-filter.ts'
import { dueIn, valueText } from './format.ts'
import { lawChart, needsSomebody, sourceOf, violationsOf, type Model } from './model.ts'

/** One of the fleet. */
export interface FleetCard {
  readonly actor: string
  readonly called: string
  readonly service: string | null
  readonly tone: FleetTone
  readonly live: boolean
  /** Where it stands within its column's state; empty where that is all. */
  readonly within: string
  /** When it came to stand there. */
  readonly entered: number
  /** What it waits for or does; null where nothing says so. */
  readonly waits: string | null
}

/** Those that stand in one state of their chart: who needs somebody first, then who has stood there longest. */
export interface FleetColumn {
  readonly id: string
  readonly name: string
  readonly alarms: number
  readonly cards: readonly FleetCard[]
}

/** All that have one chart, in its states' order. */
export interface FleetBoard {
  readonly chart: string
  readonly name: string
  readonly count: number
  readonly columns: readonly FleetColumn[]
}

/** Everybody that is followed, by chart and state. */
export interface Fleet {
  readonly boards: readonly FleetBoard[]
  /** How many there are of each tone, and in all, whatever tone is chosen. */
  readonly counts: Readonly<Record<FleetTone | 'all', number>>
  readonly services: readonly string[]
}

const urgency: Readonly<Record<FleetTone, number>> = { alarm: 0, asks: 1, open: 2, ended: 3 }

/** The fleet of the source that is looked at, as a filter leaves it. */
export function fleetOf(
  model: Pick<Model, 'inspected' | 'source' | 'status' | 'now'>,
  filter: FleetFilter = wholeFleet,
): Fleet {
  const source = sourceOf(model)
  const counts = { all: 0, alarm: 0, asks: 0, open: 0, ended: 0 }
  const services = new Set<string>()
  const byChart = new Map<string, Map<string, FleetCard[]>>()
  if (source === null) return { boards: [], counts, services: [] }
  const known = knownOf(model)
  const words = filter.text.trim().toLowerCase()
  for (const actor of source.actors.values()) {
    if (!isOfFleet(source, actor)) continue
    const { column, card } = cardOf(actor, source.charts.get(actor.chart!), known)
    if (card.service !== null) services.add(card.service)
    if (filter.service !== null && card.service !== filter.service) continue
    if (words !== '' && !wordsOf(card, column).includes(words)) continue
    counts.all += 1
    counts[card.tone] += 1
    if (filter.tone !== null && card.tone !== filter.tone) continue
    const columns = byChart.get(actor.chart!) ?? new Map<string, FleetCard[]>()
    byChart.set(actor.chart!, columns)
    const cards = columns.get(column)
    if (cards === undefined) columns.set(column, [card])
    else cards.push(card)
  }
  const boards = [...byChart].map(([chart, columns]) => boardOf(chart, source.charts.get(chart), columns))
  boards.sort((one, other) => rankOf(one) - rankOf(other) || other.count - one.count)
  return { boards, counts, services: [...services].toSorted() }
}

/** Releases and actors of machines; what serves them is seen from them. Of another process, whatever has a chart. */
function isOfFleet({ answers }: InspectedSource, { chart, parent }: InspectedActor): boolean {
  if (chart === null) return false
  return !answers || (parent === null && (chart === lawChart || chart.startsWith('machine:')))
}

const rankOf = ({ chart }: FleetBoard): number => (chart === lawChart ? 0 : 1)

interface Known {
  readonly lifecycles: ReadonlyMap<string, LifecycleView>
  readonly parked: ReadonlyMap<string, string>
  readonly status: Model['status']
  readonly now: number
}

function knownOf({ status, now }: Pick<Model, 'status' | 'now'>): Known {
  const lifecycles = status?.services.flatMap((service) => service.lifecycles) ?? []
  return {
    lifecycles: new Map(lifecycles.map((lifecycle) => [lifecycle.id, lifecycle])),
    parked: new Map(status?.parked.map(({ actor, reason }) => [actor, reason])),
    status,
    now,
  }
}

function cardOf(
  seen: InspectedActor,
  chart: ChartView | undefined,
  known: Known,
): { readonly column: string; readonly card: FleetCard } {
  const { actor, name, state, entered } = seen
  const { lifecycles, parked, now } = known
  const lifecycle = lifecycles.get(actor)
  const { column, within } = placeOf(state, chart)
  const waits =
    violationOf(known, actor) ?? parked.get(actor) ?? errorOf(state) ?? (lifecycle && waitOf(lifecycle, now))
  // What was asked may be older than what is told.
  const isSame = lifecycle !== undefined && lifecycle.phase === state?.value
  return {
    column,
    card: {
      actor,
      called: lifecycle?.name ?? name,
      service: lifecycle?.service ?? null,
      tone: needsSomebody(seen, known) ? 'alarm' : toneOf(state, lifecycle),
      live: lifecycle?.live ?? false,
      within,
      entered: isSame ? lifecycle.since : entered,
      waits: waits ?? null,
    },
  }
}

function toneOf(state: SeenState | null, lifecycle: LifecycleView | undefined): FleetTone {
  if (state?.status !== 'active' || state.value === 'RETIRED') return 'ended'
  const asks = lifecycle?.operations.some(({ status }) => status === 'awaiting_approval') === true
  return asks ? 'asks' : 'open'
}

/** The state of the chart's first level that an actor stands in, and where within it. */
function placeOf(state: SeenState | null, chart: ChartView | undefined): { column: string; within: string } {
  if (state === null) return { column: '–', within: '' }
  const { value } = state
  if (typeof value === 'string') return { column: value, within: '' }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { column: state.status, within: '' }
  const keys = Object.keys(value)
  // One that is in several states at once stands in no column of them.
  if (chart?.root.kind === 'parallel' || keys.length !== 1)
    return { column: 'at once', within: valueText(value) }
  const [key] = keys as [string]
  return { column: key, within: valueText((value as Record<string, SeenState['value']>)[key]) }
}

function violationOf(known: Known, actor: string): string | undefined {
  const [latest] = violationsOf(known, actor)
  return latest && `violation: ${latest.type}, row ${latest.row}`
}

function errorOf(state: SeenState | null): string | undefined {
  if (state?.status !== 'error') return undefined
  const error = state.error as { readonly message?: unknown } | null | undefined
  return typeof error?.message === 'string' ? error.message : 'it has failed'
}

/** What a release waits for or does, the most pressing first. */
export function waitOf(
  { operations, timers }: Pick<LifecycleView, 'operations' | 'timers'>,
  now: number,
): string | undefined {
  const named = (status: string) => operations.filter((operation) => operation.status === status)
  const told = (all: typeof operations, what: string) =>
    all.length === 0
      ? undefined
      : `${all[0]!.task} ${what}${all.length > 1 ? `, ${all.length - 1} more` : ''}`
  const held = operations.find((operation) => operation.held !== undefined)
  const next = timers.toSorted((one, other) => one.due - other.due)[0]
  return (
    told(named('awaiting_approval'), 'waits for a person') ??
    (held && `${held.task} is held: ${held.held}`) ??
    told(named('running'), 'runs') ??
    told(named('waiting'), 'waits') ??
    told(named('queued'), 'is queued') ??
    (next && `${next.what}, ${dueIn(next.due, now)}`)
  )
}

function wordsOf({ actor, called, service, within, waits }: FleetCard, column: string): string {
  return [actor, called, service, column, within, waits].join(' ').toLowerCase()
}

function boardOf(
  chart: string,
  view: ChartView | undefined,
  columns: ReadonlyMap<string, FleetCard[]>,
): FleetBoard {
  const drawn = view === undefined || view.root.kind === 'parallel' ? [] : view.root.states
  const order = new Set([...drawn.map(({ key }) => key), ...columns.keys()])
  return {
    chart,
    name: view?.id ?? chart,
    count: [...columns.values()].reduce((sum, { length }) => sum + length, 0),
    columns: [...order].map((id) => {
      const cards = columns.get(id)?.toSorted(byNeed) ?? []
      return { id, name: id, alarms: cards.filter(({ tone }) => tone === 'alarm').length, cards }
    }),
  }
}

function byNeed(one: FleetCard, other: FleetCard): number {
  return (
    urgency[one.tone] - urgency[other.tone] ||
    one.entered - other.entered ||
    one.actor.localeCompare(other.actor)
  )
}
