import type { JsonObject } from '../json.ts'

/** What becomes of timers that were due while nothing ran. */
export const misfires = ['run_once', 'skip', 'run_all'] as const

/**
 * - `run_once`: an overdue timer fires at once, once; what it sets counts from now.
 * - `run_all`: it fires as of its own time, so that what it sets may be overdue as well: every repetition is made up for.
 * - `skip`: it does not fire, and is put off by its own delay, as often as needed for it to lie ahead.
 */
export type Misfire = (typeof misfires)[number]

/** How actors that an earlier version of a machine has left are brought to a later one. */
export interface Migration {
  /** The machine's `version` that it brings from; absent for actors of a machine that had none. */
  readonly from?: string
  /** The machine's `version` that it brings to. */
  readonly to: string
  /** Where states that are gone are now, by path: `{ 'review.manual': 'review.human' }`. The longest path counts. */
  readonly states?: Readonly<Record<string, string>>
  /** The context of the later version; the same when absent. */
  readonly context?: (context: JsonObject) => JsonObject
}
