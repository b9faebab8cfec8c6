import type { Json } from '../json.ts'
import type { LogEntry } from '../log-entry.ts'
import type { SignalDraft } from '../signal.ts'
import type { Cancellation } from './cancellation.ts'
import type { Clock } from './clock.ts'

/** What a watcher hands over in one piece. */
export interface Report {
  /** Signals, in order. Each needs an id that is the same when the same thing is seen again. */
  readonly signals?: readonly SignalDraft[]
  /** Log entries: not journaled; the measures (error rate) are folded from them. */
  readonly entries?: readonly LogEntry[]
  /** Things that could not be read (a malformed line with its number): journaled, and shown. */
  readonly problems?: readonly string[]
  /** Where the watcher has got to. Saved together with the rest, whole or not at all; given back at the next start. */
  readonly checkpoint?: Json
}

/** What a watcher is given when it starts. */
export interface WatcherContext {
  /** The project's root: an absolute path. */
  readonly root: string
  /** The checkpoint of the last report that was saved; undefined at the very first start. */
  readonly checkpoint: Json | undefined
  readonly clock: Clock
  /** Aborted when the watcher must end. */
  readonly cancel: Cancellation
  /**
   * Hands over what was seen. Resolves when it is durable; a watcher does not go on before. Rejects when the store
   * cannot write: the watcher keeps the report and tries again after a while (it must not lose it, nor end).
   */
  report(report: Report): Promise<void>
  /** Whether this write is one of ours (a footprint of a running or just ended operation): then it is not reported. */
  isOwnWrite?(path: string): boolean
}

/** Turns the outside world into signals. Its name is its principal: `watcher:git`. */
export interface Watcher {
  readonly name: string
  /** Watches until cancelled; resolves then. Rejects only for what will not mend itself; the daemon says so and goes on without it. */
  watch(context: WatcherContext): Promise<void>
  /** Looks once at what is there now, reports it, and resolves: what a daemon-less `tick` and the tests use. */
  poll(context: WatcherContext): Promise<void>
}
