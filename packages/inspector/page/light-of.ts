import { activeIn, arrowTaken } from '@opschart/core'

import type { Light } from './chart-light.ts'
import { actorOf, chartOf, shownState, type Model } from './model.ts'

const none: ReadonlySet<string> = new Set()

/** What of the chart is to be lit, of all that the page knows. The same model gives the same sets. */
export function lightOf(model: Model): Light {
  const { state, kind } = shownState(model)
  const chart = chartOf(model)
  return {
    state,
    kind,
    taken: chart === null ? undefined : takenIn(model, kind),
    allowed: allowedIn(model),
    found: model.found,
  }
}

function takenIn(model: Model, kind: Light['kind']): string | undefined {
  const chart = chartOf(model)!
  if (kind === 'past') return arrowTaken(chart, model.past!.before, model.step, model.past!.state)
  if (kind === 'supposed') {
    const { answer } = model.whatIf
    const place = model.shownOutcome!
    const before = place === 0 ? answer!.before : answer!.outcomes[place - 1]!.state
    const outcome = answer!.outcomes[place]!
    const own = outcome.steps.find(({ actor }) => actor === model.actor) ?? null
    return arrowTaken(chart, before, own, outcome.state)
  }
  const actor = actorOf(model)
  return actor === null ? undefined : arrowTaken(chart, actor.before, actor.last, actor.state)
}

let remembered: { readonly key: readonly unknown[]; readonly allowed: ReadonlySet<string> } = {
  key: [],
  allowed: none,
}

/** The arrows that somebody may take now: the law's answers where they are known, else those of the active states. */
function allowedIn(model: Model): ReadonlySet<string> {
  const { state, kind } = shownState(model)
  const chart = chartOf(model)
  if (chart === null || state === null || state.status !== 'active') return none
  const answer = kind === 'supposed' ? null : model.whoMay.answer
  const key = [chart, state, answer]
  if (key.every((part, place) => part === remembered.key[place])) return remembered.allowed
  const active = activeIn(chart, state.value)
  const isMoment = answer !== null && (kind !== 'past' || answer.sequence === model.past!.sequence)
  const isAnswered = isMoment && JSON.stringify(answer.state.value) === JSON.stringify(state.value)
  const taken = new Set(
    answer?.signals
      .filter(({ answers }) => answers.some(({ kind: verdict }) => verdict === 'accepted'))
      .map(({ type }) => type),
  )
  const allowed = new Set(
    chart.arrows
      .filter(
        ({ from, kind: why, event }) =>
          active.has(from) && why === 'event' && (!isAnswered || taken.has(event)),
      )
      .map(({ id }) => id),
  )
  remembered = { key, allowed }
  return allowed
}
