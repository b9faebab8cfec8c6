import type { Watcher } from '@opschart/core'

import { assembleEntries, type AssembledEntry } from './logs/assemble-entries.ts'
import { compileGlobs } from './shared/glob.ts'
import { pollTail, watchTail, type FollowOptions } from './tail/follow-tail.ts'

/** Which logs are watched. */
export interface LogWatcherOptions {
  /** `logs` when absent. Each watcher of a daemon needs a name of its own. */
  readonly name?: string
  readonly service: string
  /** Log files, relative to the root; patterns are allowed. Links are followed where they lead to a file inside the root. */
  readonly files: readonly string[]
  /** Where to begin at the very first start; `end` when absent. */
  readonly from?: 'start' | 'end'
}

/**
 * Reads the logs of a service as they grow, through every kind of rotation (rename, copy and truncate, remove and make
 * anew), and hands over their entries, each once, in the order of each file. After a restart it goes on at the
 * checkpoint, with what rotated files still hold first. A text entry is handed over when the file has rested for
 * 400 ms, as more lines of its stack trace may come; a line is cut at 64 KiB.
 *
 * @throws OpschartError `configuration` for a pattern that leaves the root.
 */
export function logWatcher(options: LogWatcherOptions): Watcher {
  compileGlobs(options.files)
  return {
    name: options.name ?? 'logs',
    poll: (context) =>
      pollTail(
        context,
        followed(options, () => context.clock.now()),
      ),
    watch: (context) =>
      watchTail(
        context,
        followed(options, () => context.clock.now()),
      ),
  }
}

function followed(options: LogWatcherOptions, now: () => number): FollowOptions<AssembledEntry> {
  return {
    files: options.files,
    from: options.from ?? 'end',
    longest: 64 * 1024,
    assemble: (lines, place, last) =>
      assembleEntries(lines, { file: place.path, arrival: now(), service: options.service }, last),
    report: (items) => ({ entries: items.map((item) => item.entry) }),
  }
}
