import { arrowsOf, type Arrow, type LifecycleDefinition } from '@opschart/core'

import type { FeedbackLoop, Trigger } from './configuration.ts'

/** What rules and trust add to a law that was composed of phases. */
export interface LawAdditions {
  readonly triggers: readonly Trigger[]
  readonly feedback_loops: readonly FeedbackLoop[]
  /** Signals that the inbox is trusted with. */
  readonly trusted: readonly string[]
}

/**
 * Completes a law: a trigger that names a workflow becomes an arrow of all phases that starts it (so that it runs under
 * a warrant like any other), a workflow that only a feedback loop names gets a signal by which the rule asks for it, and
 * the inbox may send what it is trusted with.
 */
export function completeLaw(
  definition: LifecycleDefinition,
  { triggers, feedback_loops, trusted }: LawAdditions,
): LifecycleDefinition {
  const arrows = arrowsOf(definition)
  const added: Record<string, Arrow> = {}
  const add = (signal: string, arrow: Arrow) => {
    if (!arrows.some((each) => each.signal === signal)) added[signal] ??= arrow
  }
  for (const { signal, workflow } of triggers) if (workflow !== null) add(signal, { starts: workflow })
  for (const { action, evaluated } of feedback_loops) {
    if (
      !evaluated ||
      action.kind !== 'workflow' ||
      arrows.some(({ arrow }) => arrow.starts === action.workflow)
    )
      continue
    add(requestSignal(action.workflow), { by: ['rule', 'person'], starts: action.workflow })
  }
  const complete =
    Object.keys(added).length === 0 ? definition : { ...definition, all: { ...definition.all, ...added } }
  return trusted.length === 0 ? complete : trusting(complete, trusted)
}

/** The signal by which a rule asks for a workflow that no arrow starts: `CLEAN_UP_REQUESTED` for `clean-up`. */
export function requestSignal(workflow: string): string {
  const words = workflow.toUpperCase().split(/[^A-Z0-9]+/)
  return [...words.filter((word) => word !== ''), 'REQUESTED'].join('_')
}

/** Lets the inbox send the signals that it is trusted with. */
function trusting(definition: LifecycleDefinition, trusted: readonly string[]): LifecycleDefinition {
  const trust = <Each extends string | Arrow>(signal: string, arrow: Each): Each | Arrow => {
    if (!trusted.includes(signal)) return arrow
    const long: Arrow = typeof arrow === 'string' ? { to: arrow } : arrow
    // Without `by` anyone may send it but those channels where anyone can write; naming one means naming all.
    const by = long.by ?? ['person', 'watcher', 'rule', 'system', ...definition.agents]
    return by.includes('watcher:inbox') ? arrow : { ...long, by: [...by, 'watcher:inbox'] }
  }
  const each = <Each extends string | Arrow>(arrows: Readonly<Record<string, Each>>) =>
    Object.fromEntries(Object.entries(arrows).map(([signal, arrow]) => [signal, trust(signal, arrow)]))
  const phases = Object.entries(definition.phases).map(([name, phase]) => [
    name,
    phase.on === undefined ? phase : { ...phase, on: each(phase.on) },
  ])
  return {
    ...definition,
    phases: Object.fromEntries(phases) as LifecycleDefinition['phases'],
    ...(definition.all === undefined
      ? {}
      : { all: each(definition.all) as NonNullable<LifecycleDefinition['all']> }),
  }
}
