import type {
  ForeseeingClient,
  Clock,
  Crypto,
  FeedbackLoop,
  JsonObject,
  Lifecycle,
  LogEntry,
  LogEntryView,
  PruneView,
  Service,
  Store,
  Task,
} from '@opschart/core'

import type { Policy } from './driver/policy.ts'
import type { PruneOptions } from './driver/prune.ts'
import type { Machines } from './machines/charts.ts'
import type { WatcherPlace } from './senses/watcher-host.ts'
import type { Survivors } from './work/survivors.ts'

/** What a runtime is made of. Everything is optional: with nothing, it is the default law in memory, and nobody acts. */
export interface RuntimeOptions {
  /** The law; the default one when absent. */
  readonly lifecycle?: Lifecycle<string, string, string>
  /** Where everything durable lives; memory when absent: gone with the process. */
  readonly store?: Store
  readonly clock?: Clock
  readonly crypto?: Crypto
  /** The project's root, an absolute path; the working directory when absent. */
  readonly root?: string
  /**
   * Machines whose actors are kept, by name: any XState v5 machine that can be made durable. `order` is started as
   * `order/<id>`. Its operations are registered in `setup({ actors })`, as promise logic or by {@link fromOperation}.
   */
  readonly machines?: Machines
  /** How many signals may wait for one service or one machine's tree; more are refused as `busy`. 10,000 when absent. */
  readonly longestLine?: number
  /** The services. Absent: any name is one, and a lifecycle is opened by the first signal that names it. */
  readonly services?: readonly Service[]
  /** What agents can do. */
  readonly tasks?: readonly Task[]
  /** Tasks (`[agent, task]`) by signal: asked for when the signal has no arrow, or its arrow was taken. */
  readonly triggers?: Readonly<Record<string, readonly (readonly [agent: string, task: string])[]>>
  readonly feedbackLoops?: readonly FeedbackLoop[]
  readonly watchers?: readonly WatcherPlace[]
  readonly policy?: Partial<Policy>
  /** How many operations of the law run at once, and as many of machines beside them; 4 when absent. */
  readonly concurrency?: number
  /** Reads a service's log, for triage. */
  readonly logs?: (service: Service, from: number, to: number) => Promise<LogEntry[]>
  /** Tells a person. Rejects when it could not be delivered, which is said and not tried again. */
  readonly notify?: (notice: { about: string; text: string; severity: string; key: string }) => Promise<void>
  /** Told what goes wrong outside of any signal: a watcher that ended, a store that cannot write. */
  readonly onProblem?: (text: string) => void
  /** Who this process is to others on the same store; unique among those alive. */
  readonly owner?: string
  readonly isOwnerDead?: (owner: string) => boolean
  readonly survivors?: Survivors
  /** The environment that programs inherit a few names of; the process's own when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Where programs that agents start reach this runtime. */
  readonly socket?: string
  /**
   * Milliseconds between two looks for what other processes have written to the store: 1,000 when absent, 0 (never) when
   * the store is this runtime's own in memory.
   */
  readonly others?: number
  /** False: nothing is started and no timer fires, signals are only decided; for short processes beside a daemon. */
  readonly work?: boolean
}

/** What an actor of a machine has emitted. */
export interface Emitted {
  readonly actor: string
  readonly event: JsonObject & { readonly type: string }
  /** Place of the journal's row. */
  readonly sequence: number
}

/** A running system. Close it, or declare it with `await using`. */
export interface Runtime extends ForeseeingClient, AsyncDisposable {
  /** Live rows only; for those that exist too, see `subscribe`. Returns what takes the listener away. */
  on(event: 'row', listener: (row: LogEntryView) => void): () => void
  /** What machines emit, live and after its commit; what was emitted while nobody listened stands in the journal. */
  on(event: 'emitted', listener: (emitted: Emitted) => void): () => void
  /** Resolves when nothing is under way and nothing that could start is queued. */
  idle(): Promise<void>
  /** Takes the measures now, and looks for due timers and work. */
  check(): Promise<void>
  /** Looks once at what every watcher sees. */
  poll(): Promise<void>
  /** Lets the journal begin later; see `PruneOptions`. */
  prune(options: PruneOptions): Promise<PruneView>
  readonly store: Store
  readonly lifecycle: Lifecycle<string, string, string>
  close(): Promise<void>
}
