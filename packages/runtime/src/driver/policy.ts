import type { Autonomy, Changes, Pause, ServiceState } from '@opschart/core'

/** How much agents may do by themselves, as configured: for everything (`default`), an agent, or an `agent.task`. */
export interface Policy {
  readonly autonomy: Autonomy | Readonly<Record<string, Autonomy>>
  /** Whether nobody may approve what they asked for themselves. */
  readonly four_eyes: boolean
  /** Milliseconds an operation waits for its phase, and an approval for its answer. */
  readonly waiting_limit: number
  readonly approval_limit: number
  /** Milliseconds within which a remedy that is needed twice asks a person. */
  readonly oscillation_limit: number
}

/** What holds when nothing is configured. */
export const defaultPolicy: Policy = {
  autonomy: {},
  four_eyes: false,
  waiting_limit: 24 * 3_600_000,
  approval_limit: 3_600_000,
  oscillation_limit: 3_600_000,
}

/** What people have switched while the system ran. Durable. */
export interface SystemState {
  readonly pauses: readonly Pause[]
  /** Autonomy by target (`*`, an agent, an `agent.task`), raised or lowered by `promote`. */
  readonly autonomy: Readonly<Record<string, Autonomy>>
}

/** A system in which nobody has switched anything. */
export const emptySystem: SystemState = { pauses: [], autonomy: {} }

/** The autonomy of one operation, and why when it is not simply what was configured [L10] [L13]. */
export function autonomyOf(
  question: { agent: string; task: string; changes: Changes; workflow: string | null; phase: string },
  policy: Policy,
  system: SystemState,
  service: ServiceState | undefined,
): { autonomy: Autonomy; because?: string } {
  const { agent, task, workflow, phase } = question
  const name = `${agent}.${task}`
  const configured = typeof policy.autonomy === 'string' ? { default: policy.autonomy } : policy.autonomy
  const chosen =
    system.autonomy[name] ??
    system.autonomy[agent] ??
    system.autonomy['*'] ??
    configured[name] ??
    configured[agent] ??
    configured['default'] ??
    (question.changes === 'production' && !(task === 'roll_back' && phase === 'ROLLBACK') ? 'ask' : 'act')
  // The remedy itself asks; to look whether it has helped, and to write that down, needs nobody's leave.
  const repeats = workflow !== null && service?.oscillating.includes(workflow) === true
  if (chosen === 'act' && repeats && question.changes === 'production') {
    return { autonomy: 'ask', because: `${workflow} was needed twice within an hour` }
  }
  return { autonomy: chosen }
}

/** How autonomy stands for a service's tasks, whatever asks for them: lets a task's plan say what would be done. */
export function autonomyIn(
  policy: Policy,
  system: SystemState,
  service: ServiceState | undefined,
  changesOf: (task: string) => Changes,
): (agent: string, task: string) => Autonomy {
  return (agent, task) => {
    const place =
      task === 'roll_back' ? { workflow: 'rollback', phase: 'ROLLBACK' } : { workflow: null, phase: '' }
    return autonomyOf(
      { agent, task, changes: changesOf(`${agent}.${task}`), ...place },
      policy,
      system,
      service,
    ).autonomy
  }
}

/** The pause that holds a piece of work; undefined when none does [L11]. */
export function pauseOf(
  pauses: readonly Pause[],
  work: { service: string; agent: string; by: string },
): Pause | undefined {
  return pauses.find(
    ({ target }) =>
      target === 'everything' ||
      target === `service:${work.service}` ||
      target === `agent:${work.agent}` ||
      target === work.by,
  )
}
