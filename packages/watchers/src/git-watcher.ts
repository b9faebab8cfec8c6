import { canonicalJson, OpschartError, wait, type Service, type Watcher, type WatcherContext } from '@opschart/core'

import { readCheckpoint, writeCheckpoint, type GitCheckpoint } from './git/checkpoint.ts'
import { commonFolder, lookAtFolders } from './git/git-folders.ts'
import { lookAtGit, type GitLookOptions } from './git/look-at-git.ts'
import { createGit, type Git } from './git/run-git.ts'
import { createAlarm } from './shared/alarm.ts'
import { failureText } from './shared/failure-text.ts'
import { handOver } from './shared/hand-over.ts'
import { watchFolders } from './tail/watch-folders.ts'

/** Which service's commits are watched. */
export interface GitWatcherOptions {
  /** `git` when absent. Each watcher of a daemon needs a name of its own. */
  readonly name?: string
  readonly service: string
  /** Folders of the project whose commits are the service's own; all of the project when absent. */
  readonly paths?: readonly string[]
  /** The branch that merges go to; `main`, else `master`, when absent. */
  readonly trunk?: string
  /** Where versions come from: tags are told only when this is `{ git: 'tag' }` or absent. */
  readonly version?: Service['version']
  /** What the very first start tells of: nothing that is there already (`end`, the default), or all history (`start`). */
  readonly from?: 'start' | 'end'
}

const pollEvery = 2_000
/** Where the system tells of changes, looking is only for what it could miss. */
const restEvery = 10_000
const debounce = 100
const retryAfter = 5_000

/**
 * Watches the local branches and tags of the project's repository, reading only, and tells of the service's
 * CODE_COMMITTED, CODE_MERGED, COMMIT_REVERTED and VERSION_TAGGED, each once, in order. A rewritten history gives the
 * new commits; a repository that is not there (yet) is a problem, said once.
 *
 * `watch` rejects with OpschartError `unsupported` when there is no git.
 */
export function gitWatcher(options: GitWatcherOptions): Watcher {
  const look: GitLookOptions = {
    service: options.service,
    paths: options.paths,
    trunk: options.trunk,
    tags: options.version === undefined || 'git' in options.version,
    from: options.from ?? 'end',
  }
  return {
    name: options.name ?? 'git',
    poll: (context) => poll(context, look),
    watch: (context) => watch(context, look),
  }
}

async function poll(context: WatcherContext, options: GitLookOptions): Promise<void> {
  const git = createGit(context.root, context.cancel)
  if ((await commonFolder(git)) === undefined) {
    await context.report({ problems: [noRepository] })
    return
  }
  await tell(git, context, readCheckpoint(context.checkpoint), options, async (report) => {
    await context.report(report)
    return true
  })
}

const noRepository = 'the project is in no git repository (or git refuses it): its commits are not seen'

type HandOver = (report: Parameters<WatcherContext['report']>[0]) => Promise<boolean>

/** Hands over all steps of one look; resolves to the last state that was saved. */
async function tell(
  git: Git,
  context: WatcherContext,
  saved: GitCheckpoint | undefined,
  options: GitLookOptions,
  report: HandOver,
): Promise<GitCheckpoint | undefined> {
  let state = saved
  let text = saved === undefined ? undefined : canonicalJson(writeCheckpoint(saved))
  for await (const { signals, checkpoint } of lookAtGit(git, saved, options)) {
    const next = canonicalJson(writeCheckpoint(checkpoint))
    if (context.cancel.aborted) return state
    if (signals.length > 0 || next !== text) {
      if (!(await report({ signals, checkpoint: writeCheckpoint(checkpoint) }))) return state
    }
    state = checkpoint
    text = next
  }
  return state
}

async function watch(context: WatcherContext, options: GitLookOptions): Promise<void> {
  const { clock, cancel } = context
  const git = createGit(context.root, cancel)
  const alarm = createAlarm(clock, cancel)
  const folders = watchFolders('/', alarm.ring)
  const said = new Set<string>()
  let state = readCheckpoint(context.checkpoint)
  let mark: string | undefined

  const problem = async (text: string) => {
    if (said.has(text)) return
    said.add(text)
    await handOver(context, { problems: [text] })
  }

  try {
    while (!cancel.aborted) {
      try {
        const common = await commonFolder(git)
        if (common === undefined) {
          await problem(noRepository)
          await alarm.sleep(retryAfter)
          continue
        }
        const isTold = await watchRepository(git, common)
        await alarm.sleep(isTold ? restEvery : pollEvery)
      } catch (failure) {
        if (cancel.aborted) return
        if (failure instanceof OpschartError && failure.code === 'unsupported') throw failure
        await problem(`the git repository cannot be read: ${failureText(failure)}`)
        mark = undefined
        await wait(clock, retryAfter, cancel).catch(() => undefined)
      }
    }
  } finally {
    folders.close()
  }

  async function watchRepository(git: Git, common: string): Promise<boolean> {
    const before = await lookAtFolders(common)
    const isTold = await folders.set(before.folders.map((folder) => folder.slice(1)))
    if (before.mark === mark) return isTold
    // What is being written now comes in several steps: a branch, a merge, a tag.
    if (mark !== undefined) await wait(clock, debounce, cancel).catch(() => undefined)
    const { mark: settled } = await lookAtFolders(common)
    state = await tell(git, context, state, options, (report) => handOver(context, report))
    const { mark: after } = await lookAtFolders(common)
    // A ref that moved during the look, or within one tick of the file system's clock, is found by one look more.
    mark = settled === after && mark !== undefined ? after : settled
    if (settled !== after) alarm.ring()
    return isTold
  }
}
