import { statesOf, type ArrowView, type ChartView, type StateView } from '@opschart/core'

/** A state that is drawn. */
export interface ShownState {
  readonly state: StateView
  readonly parent?: ShownState
  readonly depth: number
  readonly region: boolean
  /** How many states are folded away in it. */
  readonly folded: number
  readonly inner: ShownState[]
  /** Arrows that stay in it. */
  readonly stays: ArrowView[]
}

/** An arrow, or one of several ends of an arrow, that is drawn between two boxes. */
export interface ShownArrow {
  readonly arrow: ArrowView
  readonly from: ShownState
  readonly to: ShownState
  /** Whether its text stands here: it does on the first of its ends. */
  readonly labelled: boolean
}

/** What of a chart is drawn when some of its states are folded. */
export interface Shown {
  readonly root: ShownState
  /** Parents before their children. */
  readonly states: readonly ShownState[]
  readonly arrows: readonly ShownArrow[]
}

/** Folds states: what lies in them is gone, and its arrows begin and end at them. */
export function shownOf(chart: ChartView, collapsed: ReadonlySet<string>): Shown {
  const states: ShownState[] = []
  /** Where a state is drawn: at itself, or at the folded one that holds it. */
  const places = new Map<string, ShownState>()
  const show = (state: StateView, parent: ShownState | undefined): ShownState => {
    const folds = collapsed.has(state.id) && state.states.length > 0
    const within = folds ? statesOf({ root: state }).slice(1) : []
    const shown: ShownState = {
      state,
      ...(parent === undefined ? {} : { parent }),
      depth: parent === undefined ? 0 : parent.depth + 1,
      region: parent?.state.kind === 'parallel' && state.kind !== 'history',
      folded: within.length,
      inner: [],
      stays: [],
    }
    states.push(shown)
    places.set(state.id, shown)
    for (const { id } of within) places.set(id, shown)
    if (!folds) for (const inner of state.states) shown.inner.push(show(inner, shown))
    return shown
  }
  const root = show(chart.root, undefined)
  const arrows: ShownArrow[] = []
  for (const arrow of chart.arrows) {
    const from = places.get(arrow.from)
    if (from === undefined) continue
    const ends = arrow.to.flatMap((id) => places.get(id) ?? [])
    if (ends.length === 0 && from.state.id === arrow.from) from.stays.push(arrow)
    let labelled = true
    for (const [index, to] of ends.entries()) {
      const hidden = from === to && (from.state.id !== arrow.from || to.state.id !== arrow.to[index])
      if (hidden || ends.indexOf(to) !== index) continue
      arrows.push({ arrow, from, to, labelled })
      labelled = false
    }
  }
  return { root, states, arrows }
}

/** Whether a state lies in another, or is it. */
export function isWithin(state: ShownState, other: ShownState): boolean {
  for (let at: ShownState | undefined = state; at !== undefined; at = at.parent) if (at === other) return true
  return false
}
