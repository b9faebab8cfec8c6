import { activeIn, type ArrowView, type ChartView } from './chart-view.ts'
import type { InspectionStep, SeenState } from './messages.ts'

/**
 * Id of the arrow that a step took, as far as the chart tells: one that leads from what the actor was to what it is.
 * Undefined where it took none. What it was need not be known.
 */
export function arrowTaken(
  chart: ChartView,
  before: SeenState | null | undefined,
  step: Pick<InspectionStep, 'event' | 'verdict'> | null,
  after: SeenState | null,
): string | undefined {
  if (step === null || after === null) return undefined
  if (step.verdict !== undefined && step.verdict.kind !== 'accepted') return undefined
  const now = activeIn(chart, after.value)
  const then = before === null || before === undefined ? null : activeIn(chart, before.value)
  const { type } = step.event
  const leaving = chart.arrows.filter(
    (arrow) => isAskedBy(arrow, type) && (then === null || then.has(arrow.from)),
  )
  return leaving.find(({ from, to }) => (to.length === 0 ? now.has(from) : to.every((id) => now.has(id))))?.id
}

/** Whether an event of this type, as XState names it, may take an arrow. */
export function isAskedBy({ kind, event }: Pick<ArrowView, 'kind' | 'event'>, type: string): boolean {
  switch (kind) {
    case 'event':
      return event === type || type === `xstate.snapshot.actor.${event.slice('snapshot of '.length)}`
    case 'move':
      return type === 'MOVE_REQUESTED'
    case 'after':
      return delayIn(type) === event.replace(/ ms$/, '')
    case 'done':
      return event === 'done'
        ? /^(?:xstate\.)?done\.state\./.test(type)
        : type === `xstate.done.actor.${event}` || type === `done.invoke.${event}`
    case 'error':
      return type === `xstate.error.actor.${event}` || type === `error.platform.${event}`
    case 'always':
      return false
  }
}

/** The delay of a time's event: milliseconds, or its name. */
const delayIn = (type: string): string | undefined => /^xstate\.after[.(]([^.)]*)/.exec(type)?.[1]
