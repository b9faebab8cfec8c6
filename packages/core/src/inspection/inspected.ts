import type { ChartView } from './chart-view.ts'
import type { InspectionMessage, InspectionStep, SeenState } from './messages.ts'

/** How much of a source is kept. The oldest steps go first; of actors, those that have ended. */
export interface InspectionLimits {
  readonly steps: number
  readonly actors: number
  readonly charts: number
  readonly sources: number
}

export const inspectionLimits: InspectionLimits = { steps: 10_000, actors: 5_000, charts: 500, sources: 50 }

/** An actor as it was last seen. */
export interface InspectedActor {
  readonly actor: string
  readonly chart: string | null
  readonly name: string
  readonly parent: string | null
  readonly since: number
  /** When it came into the state that it is in, as far as that was seen: it has stood there at least since then. */
  readonly entered: number
  readonly state: SeenState | null
  /** What it was before its last step; null where that is not known. */
  readonly before: SeenState | null
  /** Its last step. */
  readonly last: InspectionStep | null
}

/** All that is known of one source. */
export interface InspectedSource {
  readonly source: string
  readonly name: string
  readonly since: number
  readonly ended: number | null
  /** Whether it can be asked for the past, and for what would come of a signal. */
  readonly answers: boolean
  readonly charts: ReadonlyMap<string, ChartView>
  readonly actors: ReadonlyMap<string, InspectedActor>
  /** In order of their sequence; see {@link InspectionLimits}. */
  readonly steps: readonly InspectionStep[]
  /** Steps that were kept and have gone since, and messages that were lost on the way. */
  readonly forgotten: number
  readonly lost: number
}

/** What an inspector knows: a fold of its messages. */
export type Inspected = ReadonlyMap<string, InspectedSource>

export const nothingInspected: Inspected = new Map()

/**
 * Folds messages into what is known; nothing that was given is changed. A step that came before is passed over, so that a
 * stream that was taken up again may overlap. What is told of a source that has not begun is passed over as well.
 */
export function inspect(
  known: Inspected,
  messages: readonly InspectionMessage[],
  limits: InspectionLimits = inspectionLimits,
): Inspected {
  const drafts = new Map<string, Draft>()
  const next = new Map(known)
  for (const message of messages) {
    const { source: id } = message
    if (message.kind === 'source') {
      next.delete(id)
      const { name, at, answers = false } = message
      drafts.set(id, draftOf({ ...fresh, source: id, name, since: at, answers }))
      next.set(id, drafts.get(id)!)
      while (next.size > limits.sources) forget(next, drafts)
      continue
    }
    const before = next.get(id)
    if (before === undefined) continue
    const draft = drafts.get(id) ?? draftOf(before)
    drafts.set(id, draft)
    next.set(id, draft)
    take(draft, message, limits)
  }
  return next
}

interface Draft extends InspectedSource {
  ended: number | null
  readonly charts: Map<string, ChartView>
  readonly actors: Map<string, InspectedActor>
  readonly steps: InspectionStep[]
  forgotten: number
  lost: number
}

const fresh = { ended: null, charts: new Map(), actors: new Map(), steps: [], forgotten: 0, lost: 0 }

const draftOf = (source: InspectedSource): Draft => ({
  ...source,
  charts: new Map(source.charts),
  actors: new Map(source.actors),
  steps: [...source.steps],
})

/** The source that ended first goes; where none has, the one that began first. */
function forget(sources: Map<string, InspectedSource>, drafts: Map<string, Draft>): void {
  const all = [...sources.values()]
  const ended = all.filter((source) => source.ended !== null)
  const [oldest] = ended.length > 0 ? ended.toSorted((one, other) => one.ended! - other.ended!) : all
  if (oldest === undefined) return
  sources.delete(oldest.source)
  drafts.delete(oldest.source)
}

function take(draft: Draft, message: InspectionMessage, limits: InspectionLimits): void {
  switch (message.kind) {
    case 'chart':
      draft.charts.delete(message.chart)
      draft.charts.set(message.chart, message.view)
      if (draft.charts.size > limits.charts) draft.charts.delete(draft.charts.keys().next().value!)
      return
    case 'actor': {
      const { actor, chart, name, parent, at, state } = message
      draft.actors.set(actor, {
        actor,
        chart,
        name,
        parent,
        since: at,
        entered: at,
        state: state ?? null,
        before: null,
        last: null,
      })
      if (draft.actors.size > limits.actors) forgetActor(draft, actor)
      return
    }
    case 'step': {
      const { kind: _, source: __, hash: ___, ...step } = message
      if (step.sequence <= (draft.steps.at(-1)?.sequence ?? 0)) return
      draft.steps.push(step)
      // Cut in large pieces: one at a time would move all the others each time.
      if (draft.steps.length > limits.steps * 1.1) {
        const gone = draft.steps.length - limits.steps
        draft.steps.splice(0, gone)
        draft.forgotten += gone
      }
      const actor = draft.actors.get(step.actor)
      if (actor !== undefined)
        draft.actors.set(step.actor, {
          ...actor,
          entered: isElsewhere(actor.state, step.state) ? step.at : actor.entered,
          state: step.state ?? actor.state,
          before: actor.state,
          last: step,
        })
      return
    }
    case 'lost':
      draft.lost += message.count
      return
    case 'ended':
      draft.ended = message.at
      return
    case 'source':
  }
}

/** Whether a step has brought its actor into another state, or to its end. */
function isElsewhere(before: SeenState | null, after: SeenState | undefined): boolean {
  if (after === undefined || before === null) return after !== undefined
  if (before.status !== after.status) return true
  return before.value !== after.value && JSON.stringify(before.value) !== JSON.stringify(after.value)
}

/** One that has ended goes before one that has not, and never the one that has just come. */
function forgetActor({ actors }: Draft, newest: string): void {
  let oldest: string | undefined
  for (const { actor, state } of actors.values()) {
    if (actor === newest) continue
    oldest ??= actor
    if (state === null || state.status === 'active') continue
    oldest = actor
    break
  }
  if (oldest !== undefined) actors.delete(oldest)
}
