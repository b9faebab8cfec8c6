import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'

import { OperationError, type TaskContext } from '@opschart/core'

import { git } from '../project/program.ts'

/** Where a release's own code lies, for as long as it is needed. */
export interface ReleaseCheckout {
  /** Relative to the project; empty for the project itself. */
  readonly directory: string
  /** Why it is where it is, for people. */
  readonly why: string
  /** Takes a temporary one away; never throws. */
  remove(): Promise<void>
}

const commitId = /^[0-9a-f]{7,64}$/

/**
 * The project itself when its work tree is exactly the commit (HEAD, and no tracked file changed) or the commit is not
 * known; else a temporary git work tree of the commit under `.opschart/`, inside the project, so that dependencies that
 * are installed in the project are found from it too.
 *
 * @throws OperationError `unknown_commit` when this clone does not have the commit.
 */
export async function releaseCheckout(commit: string | null, context: TaskContext): Promise<ReleaseCheckout> {
  const here = (why: string): ReleaseCheckout => ({ directory: '', why, remove: async () => {} })
  if (commit === null) return here('the release has no commit yet')
  if (!commitId.test(commit)) {
    throw new OperationError({
      code: 'unknown_commit',
      message: `${JSON.stringify(commit.slice(0, 80))} is not a commit id`,
    })
  }
  const head = await git(context, 'rev-parse', '--verify', 'HEAD')
  if (head.code !== 0) return here('the project is not a git repository')
  const status = await git(context, 'status', '--porcelain', '--untracked-files=no')
  const isAtCommit = head.stdout.trim().startsWith(commit) && commit.length >= 7
  if (isAtCommit && status.code === 0 && status.stdout.trim() === '')
    return here("the work tree is the release's commit")
  const known = await git(context, 'cat-file', '-e', `${commit}^{commit}`)
  if (known.code !== 0) {
    throw new OperationError({
      code: 'unknown_commit',
      message: `this clone has no commit ${commit.slice(0, 12)}; fetch it, and run this again`,
      retry: true,
    })
  }
  return temporaryTree(commit, isAtCommit, context)
}

async function temporaryTree(
  commit: string,
  changed: boolean,
  context: TaskContext,
): Promise<ReleaseCheckout> {
  const name = createHash('sha256').update(context.key).digest('hex').slice(0, 16)
  const directory = `.opschart/worktrees/${name}`
  const absolute = path.join(context.root, directory)
  const remove = async () => {
    // Cancelled operations start no program any more, so the folder goes by itself; git forgets it at the next prune.
    await git(context, 'worktree', 'remove', '--force', directory).catch(() => undefined)
    await rm(absolute, { recursive: true, force: true }).catch(() => undefined)
  }
  // An attempt that was killed may have left its tree.
  await rm(absolute, { recursive: true, force: true })
  await git(context, 'worktree', 'prune')
  await mkdir(path.dirname(absolute), { recursive: true, mode: 0o700 })
  const added = await git(context, 'worktree', 'add', '--detach', '--force', directory, commit)
  if (added.code !== 0) {
    await remove()
    throw new OperationError({
      code: 'checkout_failed',
      message: `git could not check out ${commit.slice(0, 12)}: ${added.stderr.trim().slice(-300)}`,
      retry: true,
    })
  }
  return {
    directory,
    why: changed
      ? 'the work tree has changes that are not committed'
      : "the work tree is at another commit than the release's",
    remove,
  }
}
