import {
  nothingInspected,
  type ChartView,
  type CoveredChart,
  type Inspected,
  type InspectedActor,
  type InspectedSource,
  type InspectionStep,
  type SeenState,
  type StatusView,
  type SupposedSignal,
  type VersionsView,
  type ViolationView,
  type WhatIfView,
  type WhoMayView,
} from '@opschart/core'

import type { Detail, Direction, Layout } from '../src/layout/layout.ts'
import type { Sizes } from './chart-detail.ts'
import { noFilter, type Filter, type Search } from './filter.ts'
import { wholeFleet, type FleetFilter } from './fleet-filter.ts'
import type { Size } from './view-box.ts'

/** What the door says of itself. */
export interface Door {
  /** Whether the law can be compared with other versions of it. */
  readonly versions: boolean
  /** Whether this page may act, and until when. */
  readonly control: boolean
  readonly until: number | null
  readonly person: string
  readonly name: string
  readonly version: string
}

/** When an actor came into the state that is shown of it. */
export interface Entered {
  readonly at: number
  /** False where it may have stood there before: nothing that is here goes back further. */
  readonly isKnown: boolean
}

/** A point of an actor's past. */
export interface Past {
  readonly sequence: number
  readonly at: number
  /** When it had come into the state that it was in. */
  readonly entered: Entered
  readonly state: SeenState
  /** What it was before, where that is known. */
  readonly before: SeenState | null
  readonly previous: number | null
  readonly next: number | null
}

/** The rows of an actor and of those that belong to it. */
export interface Kin {
  readonly source: string
  readonly home: string
  /** In order of their sequence. */
  readonly steps: readonly InspectionStep[]
  /** Whether all of them are here; a long past is not. */
  readonly isWhole: boolean
  readonly isWaiting: boolean
}

/** What of the charts is covered by the journal's rows, as far as they were read. */
interface Covering {
  /** By the chart's id. */
  readonly charts: ReadonlyMap<string, CoveredChart>
  /** The rows that are looked at, and how far that is. */
  readonly from: number
  readonly seen: number
  readonly to: number
}

/** The law beside another version of it. */
export interface Comparing {
  /** As it was typed; empty for the law that runs. */
  readonly version: string
  readonly asked: Asked<VersionsView>
}

/** A chart that was laid out, and how large it would be with more or less written. */
interface Laid {
  readonly chart: ChartView
  readonly layout: Layout
  readonly detail: Detail
  readonly sizes: Sizes
}

/** An answer that is asked for anew: what was known stays until the next is there. */
export interface Asked<T> {
  readonly isWaiting: boolean
  readonly answer: T | null
  readonly problem: string | null
}

export const notAsked: Asked<never> = { isWaiting: false, answer: null, problem: null }

/** Names of what the panel beside the chart shows. */
export const tabs = ['state', 'step', 'who may', 'what if', 'work'] as const
export type Tab = (typeof tabs)[number]

/** What the middle of the page shows. */
export const views = ['chart', 'sequence', 'fleet'] as const
export type View = (typeof views)[number]

/** How the page stands to what it shows. */
export type Connection = 'connecting' | 'live' | 'broken' | 'refused' | 'saved'

/** All that the page knows and shows. */
export interface Model {
  readonly connection: Connection
  /** When it was heard of last, while it is not; null while it is, and where it never was. */
  readonly lostAt: number | null
  /** Why it is refused or broken. */
  readonly problem: string | null
  readonly door: Door | null
  readonly inspected: Inspected
  readonly source: string | null
  readonly actor: string | null
  /** The moment that is shown of the actor; null for the present. */
  readonly past: Past | null
  readonly step: InspectionStep | null
  readonly view: View
  readonly fleet: FleetFilter
  /** The rows that a sequence shows; null until one was looked at. */
  readonly kin: Kin | null
  /** Null while it is not looked at. */
  readonly covering: Covering | null
  /** Null while no version is compared. */
  readonly comparing: Comparing | null
  readonly tab: Tab
  readonly filter: Filter
  readonly search: Search | null
  /** Pages of the journal that were read, by their number; the one used last is the last. */
  readonly pages: ReadonlyMap<number, readonly InspectionStep[]>
  /** The journal's first and last row. */
  readonly first: number
  readonly head: number
  /** Rows that came after it are not shown, so that what is read stays where it is; null at the top. */
  readonly frozen: number | null
  readonly status: StatusView | null
  readonly whoMay: Asked<WhoMayView>
  readonly supposed: readonly SupposedSignal[]
  /** The type of the signal that is about to be supposed. */
  readonly draftType: string
  readonly whatIf: Asked<WhatIfView>
  /** Which outcome of the supposition the chart shows; null for none. */
  readonly shownOutcome: number | null
  readonly layout: Laid | null
  /** How much of the chart is written; null until it is known what can be read. */
  readonly detail: Detail | null
  /** The pane that the chart is drawn in. */
  readonly room: Size
  readonly direction: Direction
  readonly folded: ReadonlySet<string>
  readonly follows: boolean
  /** The state that was looked for. */
  readonly found: string | null
  /** The one that the chart has yet to go to. */
  readonly seeking: string | null
  readonly theme: 'light' | 'dark' | 'auto'
  /** Shown below the page. */
  readonly said: string
  /** The same, told to who does not see it: later, where more is said than anybody listens to. */
  readonly heard: string
  readonly now: number
}

export const firstModel: Model = {
  connection: 'connecting',
  lostAt: null,
  problem: null,
  door: null,
  inspected: nothingInspected,
  source: null,
  actor: null,
  past: null,
  step: null,
  view: 'chart',
  fleet: wholeFleet,
  kin: null,
  covering: null,
  comparing: null,
  tab: 'state',
  filter: noFilter,
  search: null,
  pages: new Map(),
  first: 1,
  head: 0,
  frozen: null,
  status: null,
  whoMay: notAsked,
  supposed: [],
  draftType: '',
  whatIf: notAsked,
  shownOutcome: null,
  layout: null,
  detail: null,
  room: { width: 800, height: 500 },
  direction: 'down',
  folded: new Set(),
  follows: true,
  found: null,
  seeking: null,
  theme: 'auto',
  said: '',
  heard: '',
  now: 0,
}

/** The source that is looked at. */
export function sourceOf({ inspected, source }: Pick<Model, 'inspected' | 'source'>): InspectedSource | null {
  return (source === null ? undefined : inspected.get(source)) ?? null
}

/** The actor that is looked at, as it is now. */
export function actorOf(model: Pick<Model, 'inspected' | 'source' | 'actor'>): InspectedActor | null {
  return (model.actor === null ? undefined : sourceOf(model)?.actors.get(model.actor)) ?? null
}

/** The chart of the actor that is looked at. */
export function chartOf(model: Pick<Model, 'inspected' | 'source' | 'actor'>): ChartView | null {
  const chart = actorOf(model)?.chart
  return (typeof chart === 'string' ? sourceOf(model)?.charts.get(chart) : undefined) ?? null
}

/** Whether what is looked at stands in the law of a project, which has versions. */
export function hasVersions(model: Pick<Model, 'inspected' | 'source' | 'actor' | 'door'>): boolean {
  return (
    model.door?.versions === true && sourceOf(model)?.answers === true && actorOf(model)?.chart === lawChart
  )
}

/** How the inspection calls the law's chart. */
export const lawChart = 'lifecycle'

/** The chart that is drawn: both versions in one while the law is compared. */
export function chartShown(
  model: Pick<Model, 'inspected' | 'source' | 'actor' | 'door' | 'comparing'>,
): ChartView | null {
  const answer = hasVersions(model) ? model.comparing?.asked.answer : undefined
  return answer?.chart ?? chartOf(model)
}

const nobodys: readonly ViolationView[] = []

/** What an actor did that the law does not allow, and nobody has answered; the last first. */
export function violationsOf({ status }: Pick<Model, 'status'>, actor: string): readonly ViolationView[] {
  const all = status?.unanswered ?? nobodys
  return all.length === 0 ? nobodys : all.filter((violation) => violation.actor === actor)
}

/** Whether an actor stands where somebody should look, or has done what somebody must answer. */
export const needsSomebody = (
  actor: Pick<InspectedActor, 'actor' | 'state'>,
  model: Pick<Model, 'status'>,
): boolean => isInTrouble(actor) || violationsOf(model, actor.actor).length > 0

/** Whether an actor stands where somebody should look now: what it did before, which only waits for an answer, is not that. */
export function isInTrouble({ state }: Pick<InspectedActor, 'state'>): boolean {
  if (state === null) return false
  if (state.status === 'error' || state.status === 'parked') return true
  return state.value === 'INCIDENT' || state.value === 'ROLLBACK'
}

/** What people call an actor: a release by its version; what belongs to another, by its own part of the name. */
export function calledOf({ status }: Pick<Model, 'status'>, actor: string, isBelow = false): string {
  const [home, ...below] = actor.split('~')
  const own = below.join('~').replace(/^([^:]+):.+$/, '$1')
  if (isBelow && own !== '') return own
  const lifecycles = status?.services.flatMap((service) => service.lifecycles) ?? []
  const called = lifecycles.find(({ id }) => id === home)?.name ?? home!
  return own === '' ? called : `${called} ${own}`
}

/** The state that is shown: supposed, past or present, in this order. */
export function shownState(model: Model): { state: SeenState | null; kind: 'supposed' | 'past' | 'present' } {
  const outcome = model.shownOutcome === null ? undefined : model.whatIf.answer?.outcomes[model.shownOutcome]
  if (outcome !== undefined) return { state: outcome.state, kind: 'supposed' }
  if (model.past !== null) return { state: model.past.state, kind: 'past' }
  return { state: actorOf(model)?.state ?? null, kind: 'present' }
}
