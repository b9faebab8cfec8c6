import type { ArrowView, ChartView, StateView } from './chart-view.ts'
import type { InspectionMessage, SeenState } from './messages.ts'

/** A message as Stately's inspector takes it. */
export type StatelyMessage = Readonly<Record<string, unknown>> & {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot'
}

/** The version of the protocol whose form is written. */
const version = '0.7.2'

/**
 * Says what an inspector is told in the words of `@statelyai/inspect` 0.7, so that it can be watched in Stately's inspector.
 * Sessions are named `<source>/<actor>`, which no other process has; steps that were refused are events without a snapshot.
 */
export function statelyWriter(): (message: InspectionMessage) => StatelyMessage[] {
  const charts = new Map<string, ChartView>()
  const roots = new Map<string, string>()
  const states = new Map<string, SeenState>()
  return (message) => {
    const { source } = message
    const session = (actor: string) => `${source}/${actor}`
    switch (message.kind) {
      case 'chart':
        charts.set(session(message.chart), message.view)
        return []
      case 'actor': {
        const { actor, chart, name, parent, at, state = unseen } = message
        const id = session(actor)
        roots.set(id, parent === null ? id : (roots.get(session(parent)) ?? session(parent)))
        states.set(id, state)
        const view = chart === null ? undefined : charts.get(session(chart))
        return [
          {
            ...common(at, id, roots),
            type: '@xstate.actor',
            name,
            ...(parent === null ? {} : { parentId: session(parent) }),
            definition: JSON.stringify(view === undefined ? { id: name } : configOfChart(view)),
            snapshot: snapshotOf(state),
          },
        ]
      }
      case 'step': {
        const { actor, at, event, from, state } = message
        const id = session(actor)
        const told = { ...common(at, id, roots), event }
        const sent: StatelyMessage = {
          ...told,
          type: '@xstate.event',
          ...(from === null || !roots.has(session(from)) ? {} : { sourceId: session(from) }),
        }
        if (message.verdict !== undefined && message.verdict.kind !== 'accepted') return [sent]
        const now = state ?? states.get(id) ?? unseen
        states.set(id, now)
        return [sent, { ...told, type: '@xstate.snapshot', snapshot: snapshotOf(now) }]
      }
      case 'source':
      case 'lost':
      case 'ended':
        return []
    }
  }
}

const unseen: SeenState = { status: 'active', value: null }

const common = (at: number, sessionId: string, roots: ReadonlyMap<string, string>) => ({
  _version: version,
  createdAt: String(at),
  id: null,
  rootId: roots.get(sessionId) ?? sessionId,
  sessionId,
})

/** XState has no word for one that is parked: it is active, and takes nothing. */
const snapshotOf = ({ status, value, context = {}, tags = [], output, error }: SeenState) => ({
  status: status === 'parked' ? 'active' : status,
  value,
  context,
  tags,
  children: {},
  historyValue: {},
  ...(output === undefined ? {} : { output }),
  ...(error === undefined ? {} : { error }),
})

type Config = Record<string, unknown>

/** A configuration of XState 5 that is drawn as this chart: names only, nothing in it runs. */
export function configOfChart(chart: ChartView): object {
  const byState = Map.groupBy(chart.arrows, ({ from }) => from)
  const config = (state: StateView): Config => ({
    ...(state.kind === 'parallel' || state.kind === 'final' || state.kind === 'history'
      ? { type: state.kind }
      : {}),
    ...(state.deep === true ? { history: 'deep' } : {}),
    ...(state.initial === undefined
      ? {}
      : { initial: state.states.find(({ id }) => id === state.initial)?.key }),
    ...(state.description === undefined ? {} : { description: state.description }),
    ...(state.tags.length === 0 ? {} : { tags: state.tags }),
    ...(state.entry.length === 0 ? {} : { entry: state.entry.map((type) => ({ type })) }),
    ...(state.exit.length === 0 ? {} : { exit: state.exit.map((type) => ({ type })) }),
    ...(state.invoke.length === 0
      ? {}
      : { invoke: state.invoke.map((one) => invokeOf(one, byState.get(state.id) ?? [])) }),
    ...arrowsOf(state, byState.get(state.id) ?? []),
    ...(state.states.length === 0
      ? {}
      : { states: Object.fromEntries(state.states.map((inner) => [inner.key, config(inner)])) }),
  })
  return { id: chart.id, ...config(chart.root) }

  function transition(arrow: ArrowView): Config {
    return {
      ...(arrow.to.length === 0 ? {} : { target: arrow.to.map((id) => `#${chart.id}.${id}`) }),
      ...(arrow.guard === undefined ? {} : { guard: { type: arrow.guard } }),
      ...(arrow.actions.length === 0 ? {} : { actions: arrow.actions.map((type) => ({ type })) }),
      ...(arrow.description === undefined ? {} : { description: arrow.description }),
    }
  }

  function arrowsOf(state: StateView, arrows: readonly ArrowView[]): Config {
    const invoked = new Set(state.invoke.map(({ id }) => id))
    const of = (kind: ArrowView['kind']) => arrows.filter((arrow) => arrow.kind === kind)
    const events = [...of('event'), ...of('move')]
    const always = of('always').map(transition)
    // Where a history leads when it remembers nothing.
    if (state.kind === 'history') return always.length === 0 ? {} : { target: always[0]!['target'] }
    const done = of('done')
      .filter(({ event }) => !invoked.has(event))
      .map(transition)
    return {
      ...(events.length === 0 ? {} : { on: grouped(events) }),
      ...(of('after').length === 0 ? {} : { after: grouped(of('after')) }),
      ...(always.length === 0 ? {} : { always }),
      ...(done.length === 0 ? {} : { onDone: done }),
    }
  }

  /** A delay in milliseconds is its number, as a configuration has it. */
  function grouped(arrows: readonly ArrowView[]): Config {
    const groups = Map.groupBy(arrows, ({ event }) => event.replace(/^(\d+) ms$/, '$1'))
    return Object.fromEntries(Array.from(groups, ([event, all]) => [event, all.map(transition)]))
  }

  function invokeOf({ id, src }: StateView['invoke'][number], arrows: readonly ArrowView[]): Config {
    const of = (kind: ArrowView['kind']) =>
      arrows.filter((arrow) => arrow.kind === kind && arrow.event === id).map(transition)
    const [done, error] = [of('done'), of('error')]
    return {
      id,
      src,
      ...(done.length === 0 ? {} : { onDone: done }),
      ...(error.length === 0 ? {} : { onError: error }),
    }
  }
}
