import type { Json, JsonObject } from '../json.ts'
import type { LogEntry } from '../log-entry.ts'
import type { OperationInput } from '../release.ts'
import type { Service } from '../service.ts'
import type { Cancellation } from './cancellation.ts'
import type { Clock } from './clock.ts'

/** What a task may change, from nothing to the running service. Autonomy defaults depend on it. */
export const changeKinds = ['nothing', 'repository', 'monitoring', 'production'] as const

/** One of `nothing`, `repository`, `monitoring`, `production`. */
export type Changes = (typeof changeKinds)[number]

/** What an operation is about to touch. A later report that matches it is known to be caused by it. */
export interface Footprint {
  readonly commits?: readonly string[]
  readonly versions?: readonly string[]
  /** Relative to the project. */
  readonly paths?: readonly string[]
}

/** What a started program gave back. */
export interface ProgramResult {
  readonly code: number | null
  readonly signal: string | null
  /** Decoded as UTF-8, each cut to its first and last part when longer than the limit. */
  readonly stdout: string
  readonly stderr: string
  /** Whether an output was cut. */
  readonly truncated: boolean
}

/** How a program is started. */
export interface ProgramOptions {
  /** Relative to the project; its root when absent. */
  readonly directory?: string
  /** Added to the bare environment (PATH, HOME, LANG, TMPDIR and the operation's own OPSCHART_ variables). */
  readonly environment?: Readonly<Record<string, string>>
  /** Text for standard input; empty when absent. */
  readonly input?: string
  /** Milliseconds; the operation's own time-out holds in any case. */
  readonly timeout?: number
  /** Longest output kept of each stream, in bytes; 1 MiB when absent. */
  readonly maxOutput?: number
}

/** What a task is given besides its input. */
export interface TaskContext {
  /** The same for every attempt at one operation: what is done under a key twice must have one effect. */
  readonly key: string
  /** 1 for the first attempt. */
  readonly attempt: number
  readonly agent: string
  readonly task: string
  /** The project's root: an absolute path. */
  readonly root: string
  readonly service: Service
  readonly clock: Clock
  readonly cancel: Cancellation
  /** One line for people who watch: what is being done now. */
  progress(line: string): void
  /** Declares what will be touched; resolves when that is durable. Called before the touching. */
  footprint(footprint: Footprint): Promise<void>
  /** Starts a program without a shell, ends it (and its children) on cancellation, and never rejects for a non-zero exit code. */
  run(argv: readonly string[], options?: ProgramOptions): Promise<ProgramResult>
  /** The service's log entries with `from <= time < to`, oldest first, bounded in number (the newest are kept). */
  logs(from: number, to: number): Promise<LogEntry[]>
  /** One HTTP GET of an address that the configuration names; text is cut at 1 MiB. Rejects when unreachable. */
  get(url: string, options?: { timeout?: number }): Promise<{ status: number; body: string }>
  /** How autonomy stands for a task (`observe`, `ask` or `act`): lets a plan say what would be done. */
  autonomy(agent: string, task: string): 'observe' | 'ask' | 'act'
}

/** One thing an agent can do, built in: deterministic, and doing the real thing. */
export interface Task {
  readonly agent: string
  readonly task: string
  /** One line: what it does. */
  readonly title: string
  readonly changes: Changes
  /** Milliseconds until it is ended. */
  readonly timeout: number
  /** Signals (of a trigger) that this task answers. */
  readonly answers?: readonly string[]
  /** Runs under an idempotency key: may be started again after a crash, and then has no second effect. */
  run(input: OperationInput, context: TaskContext): Promise<Json>
  /** For `changes: production`: the exact commands it would run, shown before they are approved. */
  plan?(input: OperationInput, context: Pick<TaskContext, 'service' | 'root'>): JsonObject
}
