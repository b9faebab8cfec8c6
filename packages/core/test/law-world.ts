// What a decision needs besides the law: signals, facts, a state that stands in a given phase.

import {
  emptyService,
  type ActorState,
  type Gate,
  type JsonObject,
  type LawEvent,
  type LawFacts,
  type Lifecycle,
  type LifecycleContext,
  type Principal,
  type Signal,
} from '../src/index.ts'

export const now = 1_700_000_000_000
export const id = 'user-service/feature'
export const at = { id, version: 7, now }

export function facts(more: Partial<LawFacts> = {}): LawFacts {
  return {
    service: emptyService('user-service'),
    deployable: true,
    rollback_configured: true,
    four_eyes: false,
    measure: 'unknown',
    waiting_limit: 86_400_000,
    approval_limit: 3_600_000,
    operation: { autonomy: 'act', changes: 'repository', plan: 'plan-1' },
    ...more,
  }
}

export function signal(
  type: string,
  by: Principal,
  data: JsonObject = {},
  more: Partial<Signal> = {},
): Signal {
  return { id: `${type}-1`, source: 'test', type, time: now, severity: 'MEDIUM', data, by, ...more }
}

export function event(
  type: string,
  by: Principal,
  data: JsonObject = {},
  more: Partial<Omit<LawEvent, 'signal' | 'facts'>> & {
    signal?: Partial<Signal>
    facts?: Partial<LawFacts>
  } = {},
): LawEvent {
  const { signal: moreSignal, facts: moreFacts, ...rest } = more
  return { type, signal: signal(type, by, data, moreSignal), facts: facts(moreFacts), now, ...rest }
}

/** The state of a lifecycle that has just been opened, put into a phase, with changes to what it remembers. */
export function stateIn(
  lifecycle: Lifecycle,
  phase: string,
  context: Partial<LifecycleContext> = {},
): ActorState {
  const step = lifecycle.kernel.initial(
    { id, service: 'user-service', branch: 'feature' },
    { id, version: 1, now },
  )
  if (step.kind === 'threw') throw new Error(step.reason)
  const { snapshot } = step.state
  const remembered = { ...(snapshot['context'] as object), ...context }
  return {
    ...step.state,
    snapshot: { ...snapshot, value: phase, context: remembered as unknown as JsonObject },
  }
}

/** Gates that answer as the signal's data tells them to: `{ gates: { review_approved: 'closed' } }`. */
export function toldGates(names: Iterable<string>): Record<string, Gate> {
  const gates: Record<string, Gate> = {}
  for (const name of names) {
    gates[name] = ({ event: { signal: told } }) => {
      const answers = (told.data['gates'] ?? {}) as JsonObject
      const answer = answers[name] ?? answers['*'] ?? 'open'
      if (answer === 'closed') return `${name} is closed`
      if (answer === 'throws') throw new Error(`${name} is broken`)
      if (answer === 'promises') return Promise.resolve(true) as unknown as true
      return true
    }
  }
  return gates
}
