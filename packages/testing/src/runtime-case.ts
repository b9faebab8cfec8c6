import type {
  Autonomy,
  Client,
  Clock,
  Crypto,
  FeedbackLoop,
  JsonObject,
  Lifecycle,
  LogEntryView,
  Migration,
  Misfire,
  Service,
  Task,
  Watcher,
} from '@opschart/core'

import type { AnyStateMachine } from 'xstate'

import { createScenario, type Scenario, type ScenarioOptions } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

/** A machine, and how its actors are kept. */
export interface MachineSetup {
  readonly machine: AnyStateMachine
  readonly misfire?: Misfire
  readonly migrations?: readonly Migration[]
}

/** What a runtime under test is made of. */
export interface RuntimeSetup {
  readonly lifecycle?: Lifecycle<string, string, string>
  readonly clock: Clock
  readonly crypto: Crypto
  readonly root: string
  readonly services?: readonly Service[]
  readonly tasks: readonly Task[]
  readonly triggers: Readonly<Record<string, readonly (readonly [agent: string, task: string])[]>>
  readonly feedbackLoops: readonly FeedbackLoop[]
  readonly watchers: readonly { readonly watcher: Watcher; readonly service: string | null }[]
  readonly policy: {
    readonly autonomy?: Autonomy | Readonly<Record<string, Autonomy>>
    readonly four_eyes?: boolean
    readonly waiting_limit?: number
    readonly approval_limit?: number
  }
  readonly machines?: Readonly<Record<string, AnyStateMachine | MachineSetup>>
  readonly longestLine?: number
  readonly concurrency?: number
  readonly notify: (notice: { about: string; text: string; severity: string; key: string }) => Promise<void>
  readonly onProblem: (text: string) => void
}

/** A runtime that runs: the client, and what lets a case wait for it. */
export interface RunningRuntime extends Client {
  /** Resolves when nothing is under way and nothing that could start is queued. */
  idle(): Promise<void>
  /** Rows as they are written; returns what takes the listener away. */
  on(event: 'row', listener: (row: LogEntryView) => void): () => void
  on(
    event: 'emitted',
    listener: (emitted: { actor: string; event: JsonObject & { readonly type: string } }) => void,
  ): () => void
  /** Takes the measures, and looks for due timers and work. */
  check(): Promise<void>
  close(): Promise<void>
}

/** A place where a runtime's durable state lies: each `open` goes on with what the one before has left. */
export interface RuntimePlace {
  open(setup: RuntimeSetup): Promise<RunningRuntime>
}

/**
 * A case of a runtime: it gets a scenario that has been opened. When it is over, the journal must be sound, and nothing may
 * have gone wrong that the case has not taken out of `problems`.
 */
export function runtimeCase(
  name: string,
  body: (scenario: Scenario) => Promise<void>,
  options: ScenarioOptions = {},
): Case<RuntimePlace> {
  return {
    name,
    async run(make) {
      const scenario = await createScenario(await make(), options)
      try {
        await body(scenario)
        const { sound, fault } = await scenario.runtime.audit()
        same({ sound, fault }, { sound: true, fault: null }, 'the audit at the end')
        same(scenario.problems, [], 'problems that were told')
      } finally {
        await scenario.close()
      }
    },
  }
}
