import { arrowsOf, releaseLifecycle, releaseWorkflows, slipOf, type Task } from '@opschart/core'

/** Most agents of the table that are compared with those that are known. */
const maxNewAgents = 1_000

/** A task as far as the configuration must know it. */
export type KnownTask = Pick<Task, 'agent' | 'task' | 'answers'>

/** What the checks are told of the world outside the configuration. */
export interface KnownOptions {
  /** Tasks that are built in or declared elsewhere. Absent: the names of tasks are not checked. */
  readonly tasks?: readonly KnownTask[]
  /** Agents that are declared elsewhere (`.claude/agents`). */
  readonly agents?: readonly string[]
  /** Signals that watchers report, beside those of the law. */
  readonly signals?: readonly string[]
  /** Gates beside the default law's. */
  readonly gates?: readonly string[]
}

/** Every name that the configuration may refer to, its own included. */
export interface KnownNames {
  readonly agents: readonly string[]
  /** Those that something declares, and not the table of phases alone. */
  readonly declared: readonly string[]
  /** By `agent.task`; undefined when the tasks are not known. */
  readonly tasks: ReadonlyMap<string, KnownTask> | undefined
  readonly workflows: readonly string[]
  readonly phases: readonly string[]
  readonly gates: readonly string[]
  /** Of the law, of watchers, and of tasks' answers. */
  readonly signals: readonly string[]
}

/**
 * Gathers the names from the data as it was written, so that one section's mistake does not make every reference to it a
 * mistake too.
 */
export function knownNames(data: Readonly<Record<string, unknown>>, options: KnownOptions = {}): KnownNames {
  const written = ownTasks(data['agents'])
  const tasks =
    options.tasks === undefined
      ? undefined
      : new Map([...options.tasks, ...written].map((each) => [`${each.agent}.${each.task}`, each]))
  const declared = [
    ...releaseLifecycle.definition.agents,
    ...(options.tasks ?? []).map(({ agent }) => agent),
    ...(options.agents ?? []),
    ...keysOf(data['agents']),
  ]
  const defaultSignals = arrowsOf(releaseLifecycle.definition).map(({ signal }) => signal)
  const answers = [...(options.tasks ?? []), ...written].flatMap((each) => each.answers ?? [])
  return {
    agents: unique([...declared, ...newAgents(data['states'], declared)]),
    declared: unique(declared),
    tasks,
    workflows: unique([...Object.keys(releaseWorkflows), ...keysOf(data['workflows'])]),
    phases: unique([...Object.keys(releaseLifecycle.definition.phases), ...keysOf(data['states'])]),
    gates: unique([...Object.keys(releaseLifecycle.gates), ...(options.gates ?? [])]),
    signals: unique([
      ...defaultSignals,
      ...arrowSignals(data['states']),
      ...answers,
      ...(options.signals ?? []),
    ]),
  }
}

/** An agent that only `states` names is a new one, unless its name is so near a known one that it is a slip. */
function newAgents(states: unknown, declared: readonly string[]): string[] {
  const named = Object.values(mapOf(states)).flatMap((state) => listOf(mapOf(state)['allowed_agents']))
  const texts = [...new Set(named)].filter((agent) => typeof agent === 'string')
  return texts.slice(0, maxNewAgents).filter((agent) => slipOf(agent, declared) === undefined)
}

function ownTasks(agents: unknown): KnownTask[] {
  return Object.entries(mapOf(agents)).flatMap(([agent, declaration]) =>
    Object.entries(mapOf(mapOf(declaration)['tasks'])).map(([task, body]) => ({
      agent,
      task,
      answers: listOf(mapOf(body)['answers']).filter((signal) => typeof signal === 'string'),
    })),
  )
}

function arrowSignals(states: unknown): string[] {
  return Object.values(mapOf(states))
    .flatMap((state) => Object.values(mapOf(mapOf(state)['next_states'])))
    .flatMap((arrow) => [mapOf(arrow)['on']].flat())
    .filter((signal) => typeof signal === 'string')
}

/** A map of plain data; empty when it is none. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

const keysOf = (value: unknown) => Object.keys(mapOf(value))
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const unique = (names: readonly string[]) => [...new Set(names)]
