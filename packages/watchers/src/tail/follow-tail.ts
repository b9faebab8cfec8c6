import { canonicalJson, wait, type Report, type WatcherContext } from '@opschart/core'

import { createAlarm } from '../shared/alarm.ts'
import { failureText } from '../shared/failure-text.ts'
import { baseOf, compileGlobs } from '../shared/glob.ts'
import { handOver } from '../shared/hand-over.ts'
import { createTail, type Look, type TailOptions } from './tail.ts'
import { watchFolders } from './watch-folders.ts'

/** A tail of a watcher: what {@link TailOptions} says, without what the watcher's context knows. */
export type FollowOptions<Item> = Omit<TailOptions<Item>, 'root' | 'checkpoint' | 'clock' | 'settle'> & {
  /** The part of a report that is made of the items. */
  readonly report: (items: readonly Item[]) => Omit<Report, 'checkpoint'>
}

const pollEvery = 200
/** Between looks when nothing has happened for a while and the system tells of changes; where it may not tell of all, less. */
const restEvery = 5_000
const restWhereBlind = 1_000
const looksUntilRest = 25
/** Least time between two looks, however often the system tells of changes. */
const leastPause = 20
const retryAfter = 1_000
/** Time for which a file must have rested before its last entry counts as whole. */
const settle = 400

/** Looks once at the files and hands over all that is new. Rejects when it cannot be saved: the next look finds it again. */
export async function pollTail<Item>(context: WatcherContext, options: FollowOptions<Item>): Promise<void> {
  const { root, checkpoint, clock } = context
  const tail = createTail({ ...options, root, checkpoint, clock, settle: 0 })
  let saved = checkpoint === undefined ? undefined : canonicalJson(checkpoint)
  try {
    for (let more = true; more && !context.cancel.aborted;) {
      const look = await tail.look()
      const report = reportOf(look, options)
      more = look.more
      if (report === undefined && canonicalJson(look.checkpoint) === saved) continue
      await context.report({ ...report, checkpoint: look.checkpoint })
      saved = canonicalJson(look.checkpoint)
    }
  } finally {
    await tail.close()
  }
}

/** Follows the files until cancelled: each 200 ms, each 5 s when nothing happens, and at once when the system tells of a change. */
export async function watchTail<Item>(context: WatcherContext, options: FollowOptions<Item>): Promise<void> {
  const { root, clock, cancel } = context
  let checkpoint = context.checkpoint
  let tail = createTail({ ...options, root, checkpoint, clock, settle })
  const alarm = createAlarm(clock, cancel)
  const folders = watchFolders(root, () => alarm.ring())
  const said = new Set<string>()
  let saved = checkpoint === undefined ? undefined : canonicalJson(checkpoint)
  // In a folder that is made later, the system tells of nothing until it is known.
  const isFlat = compileGlobs(options.files).every((glob) => baseOf(glob).isFlat)
  let quiet = 0
  try {
    while (!cancel.aborted) {
      let look: Look<Item>
      try {
        look = await tail.look()
      } catch (failure) {
        // What was read in the look that failed is read again from where it was last saved.
        await tail.close()
        tail = createTail({ ...options, root, checkpoint, clock, settle })
        const problem = `${options.files.join(', ')} cannot be read: ${failureText(failure)}`
        if (!said.has(problem) && !(await handOver(context, { problems: [problem] }))) return
        said.add(problem)
        await alarm.sleep(retryAfter)
        continue
      }
      const report = reportOf(look, options)
      const text = canonicalJson(look.checkpoint)
      quiet = report === undefined ? quiet + 1 : 0
      if (report !== undefined || text !== saved) {
        if (!(await handOver(context, { ...report, checkpoint: look.checkpoint }))) return
        checkpoint = look.checkpoint
        saved = text
      }
      if (look.more) continue
      const isTold = await folders.set(tail.folders())
      const isResting = isTold && !look.held && quiet > looksUntilRest
      if (await alarm.sleep(isResting ? (isFlat ? restEvery : restWhereBlind) : pollEvery)) quiet = 0
      await wait(clock, leastPause, cancel).catch(() => undefined)
    }
  } finally {
    folders.close()
    await tail.close()
  }
}

function reportOf<Item>(
  look: { readonly items: readonly Item[]; readonly problems: readonly string[] },
  options: FollowOptions<Item>,
): Omit<Report, 'checkpoint'> | undefined {
  if (look.items.length === 0 && look.problems.length === 0) return undefined
  const report = options.report(look.items)
  const problems = [...look.problems, ...(report.problems ?? [])]
  return problems.length === 0 ? report : { ...report, problems }
}
