import { arrowTaken, isAskedBy } from './arrow-taken.ts'
import { activeIn, statesOf, type ArrowView, type ChartView, type StateView } from './chart-view.ts'
import type { InspectionMessage, InspectionStep, SeenState } from './messages.ts'

/** What of a chart has been lived through, how often each. What is not in a map never was. */
export interface Coverage {
  /** By the state's id: how often it was come into. */
  readonly entered: ReadonlyMap<string, number>
  /** By the arrow's id: how often it was taken. */
  readonly taken: ReadonlyMap<string, number>
  /** By the arrow's id: how often its event came where it starts and it was not let through, by its guard or its sender. */
  readonly refused: ReadonlyMap<string, number>
  /** Steps that were looked at. */
  readonly steps: number
  /** States that nobody has come into, and arrows that were never taken. An `always` arrow has no step of its own, and is left out. */
  readonly missed: { readonly states: readonly StateView[]; readonly arrows: readonly ArrowView[] }
}

/** Gathers what of one chart is covered, step by step. */
export interface CoverageGathering {
  /** An actor of the chart as it was before its first step that is told. */
  met(actor: string, state: SeenState): void
  take(step: InspectionStep): void
  /** What is covered so far. */
  coverage(): Coverage
}

/** Begins to gather what of a chart is covered: hand it the steps of the chart's actors, in order. */
export function gatherCoverage(chart: ChartView): CoverageGathering {
  const states = new Map<string, SeenState>()
  const entered = new Map<string, number>()
  const taken = new Map<string, number>()
  const refused = new Map<string, number>()
  let steps = 0
  return {
    met: (actor, state) => void states.set(actor, state),
    take(step) {
      steps += 1
      const before = states.get(step.actor) ?? null
      const after = step.state ?? before
      if (after !== null) states.set(step.actor, after)
      const arrow = arrowTaken(chart, before, step, after)
      if (arrow !== undefined) count(taken, arrow)
      if (after !== null) {
        const was = before === null ? new Set<string>() : activeIn(chart, before.value)
        for (const id of activeIn(chart, after.value)) if (id !== '' && !was.has(id)) count(entered, id)
      }
      if (before !== null && isHalted(step)) {
        const active = activeIn(chart, before.value)
        for (const { id, from, kind, event } of chart.arrows)
          if (active.has(from) && isAskedBy({ kind, event }, step.event.type)) count(refused, id)
      }
    },
    coverage: () => ({
      entered: new Map(entered),
      taken: new Map(taken),
      refused: new Map(refused),
      steps,
      missed: {
        states: statesOf(chart).filter(({ id, kind }) => id !== '' && kind !== 'history' && !entered.has(id)),
        arrows: chart.arrows.filter(({ id, kind }) => kind !== 'always' && !taken.has(id)),
      },
    }),
  }
}

/**
 * What of a chart the steps of its actors have covered, so that a test can assert that every arrow was taken. An actor is
 * taken to have begun with its first step.
 */
export function coverageOf(chart: ChartView, steps: Iterable<InspectionStep>): Coverage {
  const gathering = gatherCoverage(chart)
  for (const step of steps) gathering.take(step)
  return gathering.coverage()
}

/** A chart, and what of it is covered. */
export interface CoveredChart extends Coverage {
  readonly view: ChartView
}

/** Begins to gather what of every chart is covered, of what an inspector is told. By the chart's id there, such as `lifecycle`. */
export function gatherInspection() {
  const gatherings = new Map<string, CoverageGathering & { readonly view: ChartView }>()
  const charts = new Map<string, string>()
  return {
    take(message: InspectionMessage): void {
      if (message.kind === 'chart')
        gatherings.set(message.chart, { ...gatherCoverage(message.view), view: message.view })
      else if (message.kind === 'actor') {
        const { actor, chart, state } = message
        if (chart === null) return
        charts.set(actor, chart)
        if (state !== undefined) gatherings.get(chart)?.met(actor, state)
      } else if (message.kind === 'step') gatherings.get(charts.get(message.actor) ?? '')?.take(message)
    },
    coverage: (): Map<string, CoveredChart> =>
      new Map([...gatherings].map(([id, one]) => [id, { ...one.coverage(), view: one.view }])),
  }
}

/** What of every chart is covered by what an inspector was told; see {@link gatherInspection}. */
export function coverageOfInspection(messages: Iterable<InspectionMessage>): Map<string, CoveredChart> {
  const gathering = gatherInspection()
  for (const message of messages) gathering.take(message)
  return gathering.coverage()
}

const isHalted = ({ verdict }: InspectionStep): boolean =>
  verdict !== undefined && verdict.kind !== 'accepted' && verdict.kind !== 'waiting'

function count(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1)
}
