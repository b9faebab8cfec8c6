import path from 'node:path'

import {
  type Json,
  canonicalJson,
  OpschartError,
  wait,
  type Service,
  type Watcher,
  type WatcherContext,
} from '@opschart/core'

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
const verifyAfter = 1_000
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
    // Said once, not at each look.
    if (canonicalJson(context.checkpoint ?? null) !== canonicalJson(noCheckpoint)) {
      await context.report({ problems: [noRepository], checkpoint: noCheckpoint })
    }
    return
  }
  await tell(git, readCheckpoint(context.checkpoint), options, {
    async report(report) {
      if (context.cancel.aborted) return false
      await context.report(report)
      return true
    },
    saved: () => undefined,
  })
}

const noCheckpoint: Json = { version: 0, repository: false }
const noRepository = 'the project is in no git repository (or git refuses it): its commits are not seen'

interface Teller {
  /** Hands a report over; false when cancelled first. */
  report(report: Parameters<WatcherContext['report']>[0]): Promise<boolean>
  /** Keeps the state that was saved with it. */
  saved(state: GitCheckpoint): void
}

/** Hands over all steps of one look. */
async function tell(
  git: Git,
  before: GitCheckpoint | undefined,
  options: GitLookOptions,
  teller: Teller,
): Promise<void> {
  let text = before === undefined ? undefined : canonicalJson(writeCheckpoint(before))
  for await (const { signals, problems = [], checkpoint } of lookAtGit(git, before, options)) {
    const json = writeCheckpoint(checkpoint)
    const next = canonicalJson(json)
    if (signals.length === 0 && problems.length === 0 && next === text) continue
    if (!(await teller.report({ signals, problems, checkpoint: json }))) return
    teller.saved(checkpoint)
    text = next
  }
}

async function watch(context: WatcherContext, options: GitLookOptions): Promise<void> {
  const { clock, cancel } = context
  const git = createGit(context.root, cancel)
  const alarm = createAlarm(clock, cancel)
  const folders = watchFolders('/', () => alarm.ring())
  const said = new Set<string>()
  let state = readCheckpoint(context.checkpoint)
  let common: string | undefined
  let mark: string | undefined
  let isVerified = false

  const problem = async (text: string) => {
    if (said.has(text)) return
    said.add(text)
    await handOver(context, { problems: [text] })
  }

  const lookIfChanged = async (folder: string): Promise<boolean> => {
    const before = await lookAtFolders(folder)
    const isTold = await folders.set(before.folders.map((one) => path.relative('/', one)))
    const isChanged = before.mark !== mark
    if (!isChanged && isVerified) return isTold
    // What is being written now comes in several steps: a branch, a merge, a tag.
    if (isChanged && mark !== undefined) await wait(clock, debounce, cancel).catch(() => undefined)
    const settled = await lookAtFolders(folder)
    await tell(git, state, options, {
      report: (report) => handOver(context, report),
      saved(saved) {
        state = saved
      },
    })
    // A ref that moved again within one tick of the file system's clock left the same mark: found by one look more.
    isVerified = !isChanged
    mark = settled.mark
    return isTold
  }

  try {
    while (!cancel.aborted) {
      try {
        common ??= await commonFolder(git)
        if (common === undefined) {
          await problem(noRepository)
          await alarm.sleep(retryAfter)
          continue
        }
        const isTold = await lookIfChanged(common)
        await alarm.sleep(isVerified ? (isTold ? restEvery : pollEvery) : verifyAfter)
      } catch (failure) {
        if (cancel.aborted) return
        if (failure instanceof OpschartError && failure.code === 'unsupported') throw failure
        await problem(`the git repository cannot be read: ${failureText(failure)}`)
        common = undefined
        mark = undefined
        await wait(clock, retryAfter, cancel).catch(() => undefined)
      }
    }
  } finally {
    folders.close()
  }
}
