import type {
  Gate,
  Lifecycle,
  ServiceConfiguration,
  Severity,
  Task,
  WorkflowDefinition,
} from '@opschart/core'

import type { Machines } from '@opschart/runtime'

import type { Action } from './action.ts'
import type { CommandTask } from './agent-schema.ts'
import type { Monitor } from './rule-schema.ts'
import type { StateConfiguration } from './state-schema.ts'

/** How much is done by itself: decide and record, ask a person first, or act. */
export type AutonomyLevel = 'observe' | 'ask' | 'act'

/** Work for a signal, beside what the chart's arrows start for it. */
export interface Trigger {
  readonly signal: string
  /** `[agent, task]` of each that is to be asked for; what an arrow's workflow covers is not among them. */
  readonly tasks: readonly (readonly [agent: string, task: string])[]
  /** The workflow that is started; null: none. */
  readonly workflow: string | null
}

/** A feedback loop; times in milliseconds. */
export interface FeedbackLoop {
  readonly name: string
  readonly monitor: Monitor
  /** Whether this version evaluates the monitor. */
  readonly evaluated: boolean
  readonly threshold: number
  readonly clear: number
  readonly for: number
  readonly window: number
  readonly min_samples: number
  readonly cooldown: number
  readonly severity: Severity
  readonly action: Action
}

/** An ambient rule; times in milliseconds. Checked, but not evaluated in this version. */
export interface AmbientRule {
  readonly name: string
  readonly condition: string
  readonly action: Action
  readonly silent: boolean
  readonly notify: boolean
  readonly for: number
  readonly cooldown: number
}

/** How people are told. */
export type Notification =
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'webhook'; readonly url: string }

/** What only TypeScript can say: functions, and a law that was made by hand. */
export interface ConfigurationExtension {
  /** Gates that `next_states` may name, besides the default law's. */
  readonly gates: Readonly<Record<string, Gate>>
  /** Tasks that are carried out in this process. */
  readonly tasks: readonly Task[]
  /** A law made with `defineLifecycle`, in place of the default one and of `states`. */
  readonly lifecycle: Lifecycle | null
  /** Machines whose actors the daemon keeps, beside the releases. */
  readonly machines: Machines
}

/** The configuration, checked: defaults filled in, names resolved, times in milliseconds (a workflow's own stay text, as core reads them). */
export interface Configuration {
  readonly services: Readonly<Record<string, ServiceConfiguration>>
  readonly states: Readonly<Record<string, StateConfiguration>>
  readonly triggers: readonly Trigger[]
  /** The user's own; one with a default's name has the default's other properties where it names none. */
  readonly workflows: Readonly<Record<string, WorkflowDefinition>>
  readonly feedback_loops: readonly FeedbackLoop[]
  readonly ambient: readonly AmbientRule[]
  /** `default` is null when nothing was said for all: then each task's own default holds. */
  readonly autonomy: {
    readonly default: AutonomyLevel | null
    /** By agent and by `agent.task`; the narrower one wins. */
    readonly targets: Readonly<Record<string, AutonomyLevel>>
  }
  readonly four_eyes: boolean
  readonly notify: Notification | null
  readonly inbox: { readonly trusted: readonly string[] }
  readonly agents: Readonly<Record<string, { readonly tasks: Readonly<Record<string, CommandTask>> }>>
  /** Every agent that the law knows, those of tasks and files elsewhere included. */
  readonly known_agents: readonly string[]
  readonly limits: {
    readonly waiting: number
    readonly approval: number
    readonly acknowledgement: number
    readonly oscillation: number
  }
  readonly extension: ConfigurationExtension
}

/** What the configuration says of a task's autonomy: the narrowest of task, agent and default; null when it says nothing. */
export function autonomyFor(
  configuration: Pick<Configuration, 'autonomy'>,
  agent: string,
  task: string,
): AutonomyLevel | null {
  const { targets, default: fallback } = configuration.autonomy
  const find = (target: string) => (Object.hasOwn(targets, target) ? targets[target] : undefined)
  return find(`${agent}.${task}`) ?? find(agent) ?? fallback
}
