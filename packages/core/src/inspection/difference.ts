import { canonicalJson } from '../json.ts'
import { statesOf, type ArrowView, type ChartView, type StateView } from './chart-view.ts'

/** What became of a state or an arrow from one version of a chart to the next. */
export type Change = 'added' | 'removed' | 'changed'

/** Two versions of a chart in one: all that is in either, and what became of it. What stayed as it was is in no map. */
export interface ChartDifference {
  /** The later version, with what of the earlier one is no longer there. */
  readonly chart: ChartView
  /** By the state's id. That what is in a state has changed does not change the state. */
  readonly states: ReadonlyMap<string, Change>
  /** By the arrow's id: one that leads elsewhere, or is held by another guard, has changed. */
  readonly arrows: ReadonlyMap<string, Change>
}

/** Compares two versions of a chart. */
export function differenceOf(before: ChartView, after: ChartView): ChartDifference {
  const states = changesOf(statesOf(before), statesOf(after), (state) => ({ ...state, states: [] }))
  // The root stands for the chart, whose name may be another.
  states.delete('')
  const arrows = changesOf(before.arrows, after.arrows, (arrow: ArrowView) => arrow)
  return {
    chart: {
      ...after,
      root: merged(before.root, after.root),
      arrows: [...after.arrows, ...before.arrows.filter(({ id }) => arrows.get(id) === 'removed')],
    },
    states,
    arrows,
  }
}

function changesOf<Part extends { readonly id: string }>(
  before: readonly Part[],
  after: readonly Part[],
  own: (part: Part) => object,
): Map<string, Change> {
  const known = new Map(before.map((part) => [part.id, part]))
  const left = new Set(known.keys())
  const changes = new Map<string, Change>()
  for (const part of after) {
    const was = known.get(part.id)
    left.delete(part.id)
    if (was === undefined) changes.set(part.id, 'added')
    else if (canonicalJson(own(was)) !== canonicalJson(own(part))) changes.set(part.id, 'changed')
  }
  for (const id of left) changes.set(id, 'removed')
  return changes
}

/** The later state, with those of the earlier one's inner states that are gone. */
function merged(before: StateView | undefined, after: StateView): StateView {
  const known = new Map(before?.states.map((state) => [state.id, state]))
  const kept = after.states.map((state) => merged(known.get(state.id), state))
  const there = new Set(after.states.map(({ id }) => id))
  const gone = before?.states.filter(({ id }) => !there.has(id)) ?? []
  const states = [...kept, ...gone]
  // What was whole and holds others by now, or held some that are gone, is drawn as one that holds them.
  const isHolder = after.kind !== 'compound' && after.kind !== 'parallel' && states.length > 0
  return { ...after, states, ...(isHolder ? { kind: 'compound' as const } : {}) }
}
