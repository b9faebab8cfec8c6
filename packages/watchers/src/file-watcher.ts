import { OpschartError, wait, type Watcher, type WatcherContext } from '@opschart/core'

import { isSqlFile } from './files/compare-files.ts'
import { createFileState, mostFiles, mostSignals, type FileLook, type FileState } from './files/file-state.ts'
import { watchTree } from './files/watch-tree.ts'
import { createDue } from './files/due.ts'
import { createAlarm } from './shared/alarm.ts'
import { compileGlobs, matchesGlobs, mayContain } from './shared/glob.ts'
import { failureText } from './shared/failure-text.ts'
import { handOver } from './shared/hand-over.ts'
import { harmlessText } from './shared/harmless.ts'
import { listFiles } from './shared/list-files.ts'

/** Which files are watched. */
export interface FileWatcherOptions {
  /** `files` when absent. Each watcher of a daemon needs a name of its own. */
  readonly name?: string
  readonly service: string
  /** Patterns relative to the root; one without a slash matches in every folder. */
  readonly globs: readonly string[]
  /** A folder whose SQL files count in any case. */
  readonly migrations?: string
  /** Type of the signal for files that are no SQL; `FILE_CHANGED` when absent. */
  readonly emits?: string
}

/** A file that was written to while it was read is read again after this. */
const whileWritten = 1_000
/** How often everything is looked at, where the system cannot tell of changes. */
const scanEvery = 10_000

/**
 * Watches files by their content: SQL files give SCHEMA_CHANGED, others FILE_CHANGED, with the SHA-256 and the branch
 * that is checked out. The very first start only takes note; what changed while nobody watched is found at the next
 * one. Own writes (`context.isOwnWrite`) are noted and not told. Links are not followed, and `.git`, `node_modules`
 * and `.opschart` not looked into. At most 5000 files are watched; more are a problem, said once.
 *
 * @throws OpschartError `configuration` for a pattern that leaves the root or a signal type that is not UPPER_SNAKE.
 */
export function fileWatcher(options: FileWatcherOptions): Watcher {
  const emits = options.emits ?? 'FILE_CHANGED'
  if (!/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/u.test(emits)) {
    throw new OpschartError(
      'configuration',
      `${JSON.stringify(emits)} is no signal type: one is UPPER_SNAKE, such as FILE_CHANGED`,
    )
  }
  const anywhere = options.globs.map((glob) => (glob.includes('/') ? glob : `**/${glob}`))
  const migrations =
    options.migrations === undefined ? [] : [`${options.migrations.replace(/\/+$/u, '')}/**/*`]
  const globs = compileGlobs(anywhere)
  const all = compileGlobs([...anywhere, ...migrations])
  const matches = (file: string) => matchesGlobs(all, file) && (isSqlFile(file) || matchesGlobs(globs, file))

  const create = (context: WatcherContext): FileState => {
    const isOwnWrite = (file: string) => context.isOwnWrite?.(file) ?? false
    const compare = {
      root: context.root,
      service: options.service,
      emits,
      isOwnWrite,
      now: () => context.clock.now(),
    }
    return createFileState(context, compare, {
      patterns: [...anywhere, ...migrations],
      matches,
      async list() {
        const { files, complete } = await listFiles(context.root, all, {
          links: 'never',
          limit: 4 * mostFiles,
        })
        return { files: files.filter((file) => matches(file.path)), complete }
      },
    })
  }

  return {
    name: options.name ?? 'files',
    async poll(context) {
      const state = create(context)
      for (;;) {
        const { report, isMore } = await state.scan()
        if (report !== undefined && !context.cancel.aborted) await context.report(report)
        if (!isMore || context.cancel.aborted) return
      }
    },
    async watch(context) {
      const { clock, cancel } = context
      const state = create(context)
      const alarm = createAlarm(clock, cancel)
      const due = createDue()
      let mustScan = true
      const problems: string[] = []
      const said = new Set<string>()
      const tree = await watchTree(context.root, {
        mayContain: (folder) => mayContain(all, folder),
        matches,
        changed(file) {
          // Where too many wait, one look at everything is less.
          if (!due.add(file, clock.now())) mustScan = true
          alarm.ring()
        },
        failed(message) {
          problems.push(`changes of files cannot be watched: ${harmlessText(message, 200)}`)
          alarm.ring()
        },
      })
      try {
        while (!cancel.aborted) {
          const isScan = mustScan
          mustScan = false
          const ripe = due.take(clock.now(), mostSignals)
          let look: FileLook = { report: undefined, isMore: false, changing: [] }
          try {
            look = isScan ? await state.scan() : await state.look(ripe)
          } catch (failure) {
            problems.push(`files cannot be looked at: ${failureText(failure)}`)
            mustScan = true
          }
          const { report, isMore, changing } = look
          if (isMore) mustScan = true
          for (const file of isScan ? [...changing, ...ripe] : changing)
            due.add(file, clock.now(), whileWritten)
          const fresh = problems.splice(0).filter((problem) => !said.has(problem))
          for (const problem of fresh) said.add(problem)
          if (report !== undefined || fresh.length > 0) {
            const all = [...fresh, ...(report?.problems ?? [])]
            if (!(await handOver(context, { ...report, problems: all }))) return
          }
          if (isMore) continue
          if (mustScan) await wait(clock, whileWritten, cancel).catch(() => undefined)
          else {
            const rest = tree.isWhole() ? 3_600_000 : scanEvery
            const isRung = await alarm.sleep(due.nextIn(clock.now()) ?? rest)
            if (!isRung && !tree.isWhole()) mustScan = true
            // So that a burst of events costs one look.
            if (isRung) await wait(clock, 5, cancel).catch(() => undefined)
          }
        }
      } finally {
        await tree.close()
      }
    },
  }
}
