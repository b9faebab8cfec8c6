import {
  tasksOf,
  type Changes,
  type Json,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
  type WorkflowDefinition,
} from '@opschart/core'

/** What a task does in a scenario. */
export type Scripted = (input: OperationInput, context: TaskContext) => Json | Promise<Json>

/** A task that is held in the middle of its run. */
export interface HeldTask {
  /** Resolves when it runs. */
  readonly started: Promise<TaskContext>
  /** Lets it end: with an output, or the error that it then throws. */
  release(outcome?: Json | Error): void
}

/** The tasks of workflows, played: they note their starts, and do what a case says. */
export interface ScriptedWork {
  /** What tasks do, by `agent.task`; others succeed with nothing. */
  readonly script: Record<string, Scripted>
  /** What the tasks that change production would run, by task. */
  readonly plans: Record<string, JsonObject>
  /** `agent.task` of every start, in order. */
  readonly did: string[]
  /** Holds the next start of a task. */
  hold(task: string): HeldTask
}

const production = ['deploy', 'roll_back', 'apply_migration', 'revert_migration']

/** Plays every task of these workflows but those that are left out. Those that change production say what they would run. */
export function scriptedWork(
  workflows: Readonly<Record<string, WorkflowDefinition>>,
  without: readonly string[],
): ScriptedWork & { readonly tasks: readonly Task[] } {
  const did: string[] = []
  const plans: Record<string, JsonObject> = {}
  const holds = new Map<string, (context: TaskContext) => Promise<Json>>()
  const script: Record<string, Scripted> = {
    'developer-agent.deploy': ({ release }) => ({ environment: 'production', version: release.version }),
    'incident-response-agent.decide': () => ({ decision: 'ask', reason: 'not sure' }),
    'incident-response-agent.verify_recovery': () => ({ recovered: true }),
  }

  function played(name: string): Task {
    const [agent, task] = name.split('.') as [string, string]
    const changes: Changes = production.includes(task) ? 'production' : 'nothing'
    const plan = ({ release }: OperationInput): JsonObject =>
      plans[task] ?? { command: [`./${task}`, release.version] }
    return {
      agent,
      task,
      title: name,
      changes,
      timeout: 60_000,
      async run(input, context) {
        did.push(name)
        const held = holds.get(name)
        holds.delete(name)
        return held === undefined ? ((await script[name]?.(input, context)) ?? {}) : held(context)
      },
      ...(changes === 'production' ? { plan } : {}),
    }
  }

  const names = [...new Set(Object.values(workflows).flatMap((workflow) => tasksOf(workflow)))]
  return {
    did,
    plans,
    script,
    tasks: names.filter((name) => !without.includes(name)).map(played),
    hold(task) {
      const started = Promise.withResolvers<TaskContext>()
      const ended = Promise.withResolvers<Json>()
      // Whoever cancels it may leave it hanging for ever: that is no unhandled failure.
      ended.promise.catch(() => {})
      holds.set(task, (context) => {
        started.resolve(context)
        return ended.promise
      })
      return {
        started: started.promise,
        release: (outcome = {}) =>
          outcome instanceof Error ? ended.reject(outcome) : ended.resolve(outcome),
      }
    },
  }
}
