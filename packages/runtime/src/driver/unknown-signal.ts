import {
  arrowsOf,
  namesNear,
  type Lifecycle,
  type SignalDraft,
  type Task,
  type Verdict,
} from '@opschart/core'

import { plainLine } from '../plain-text.ts'

/** What has names of signals in it. */
export interface SignalNames {
  readonly lifecycle: Pick<Lifecycle, 'definition'>
  readonly triggers: Readonly<Record<string, unknown>>
  readonly tasks: Iterable<Pick<Task, 'answers'>>
}

/** Says of a verdict on a signal whose name nothing knows that it is so, and which names were most likely meant. */
export type NamesUnknown = (verdict: Verdict, draft: SignalDraft) => Verdict

/**
 * Knows the signals that something answers: an arrow, a trigger, or a task that a trigger may name. It is
 * said to who sends, and not journaled: what is known may be more tomorrow, and a row stays as it was decided.
 */
export function createNamesUnknown({ lifecycle, triggers, tasks }: SignalNames): NamesUnknown {
  const known = new Set([
    ...arrowsOf(lifecycle.definition).map(({ signal }) => signal),
    ...Object.keys(triggers),
    ...[...tasks].flatMap(({ answers }) => answers ?? []),
  ])
  return (verdict, { type, severity }) => {
    // A critical one opens an incident, whatever its name is [L16].
    if (
      verdict.kind !== 'ignored' ||
      verdict.phase === undefined ||
      known.has(type) ||
      severity === 'CRITICAL'
    )
      return verdict
    const nearest = namesNear(type, [...known])
    const meant = nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`
    const reason = `${plainLine(type, 64)} has no arrow anywhere in the law, and no rule answers it${meant}`
    return { ...verdict, reason, unknown: { nearest } }
  }
}
