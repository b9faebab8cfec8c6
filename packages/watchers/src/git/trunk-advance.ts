import { isAncestor, type KnownBranches } from './known-branches.ts'
import { isBranchName } from './merge-message.ts'
import type { Commit } from './read-commits.ts'
import type { Git } from './run-git.ts'
import type { SquashFinder } from './squash.ts'

/** One way in which commits came onto the trunk. */
export interface Advance {
  readonly how: 'merge' | 'fast-forward' | 'squash' | 'direct'
  /** The branch that was merged; the trunk itself for `direct`, and where nobody knows. */
  readonly branch: string
  /** The trunk's first parent before, and the trunk's commit after. */
  readonly before: string | null
  readonly after: Commit
  /** Where the merged commits end (`tips`), and what they are counted from. */
  readonly tips: readonly string[]
  readonly since: readonly string[]
}

// `merge x: Fast-forward`, `branch: Reset to x`, `reset: moving to x`.
const movedTo = /^(?:merge (?=\S+: Fast-forward)|branch: Reset to |reset: moving to )([^\s:]{1,200})/u

/** The trunk's own reflog: what moved it to a commit, by that commit. Empty where none is kept. */
export async function readReflog(git: Git, trunk: string): Promise<Map<string, string>> {
  const argv = [
    'log',
    '-g',
    '-z',
    '--max-count=500',
    '--format=tformat:%H%x00%gs',
    `refs/heads/${trunk}`,
    '--',
  ]
  const fields = await git.fields(argv, 1_000, { longestField: 512 }).catch(() => [])
  const moves = new Map<string, string>()
  // Newest first: the oldest word on a commit is how it got there.
  for (let at = 0; at + 1 < fields.length; at += 2) moves.set(fields[at] ?? '', fields[at + 1] ?? '')
  return moves
}

/** How the commits of the trunk's first-parent chain, oldest first, came onto it. */
export async function advancesOf(
  git: Git,
  chain: readonly Commit[],
  from: string | null,
  trunk: string,
  known: KnownBranches,
  squashes: SquashFinder,
): Promise<Advance[]> {
  const reflog = await readReflog(git, trunk)
  const advances: Advance[] = []
  let direct: Commit[] = []

  const endDirect = async () => {
    if (direct.length > 0) advances.push(await ofOwnCommits(direct, trunk, squashes))
    direct = []
  }

  for (let at = 0; at < chain.length;) {
    const forwarded = await fastForward(git, chain, at, reflog, trunk, known)
    const commit = chain[at] as Commit
    if (forwarded !== undefined) {
      await endDirect()
      const after = chain[forwarded.last] as Commit
      const before = commit.parents[0] ?? null
      const since = [from, ...commit.parents.slice(0, 1)].filter((name) => name !== null)
      advances.push({
        how: 'fast-forward',
        branch: forwarded.branch,
        before,
        after,
        tips: [after.commit],
        since,
      })
      at = forwarded.last + 1
      continue
    }
    at += 1
    if (commit.parents.length > 1) {
      await endDirect()
      advances.push(...(await ofMerge(commit, trunk, known)))
    } else {
      const squashed = await squashOf(commit, squashes)
      if (squashed === undefined) direct.push(commit)
      else {
        await endDirect()
        advances.push(squashed)
      }
    }
  }
  await endDirect()
  return advances
}

/**
 * The branch that the trunk was forwarded to by these next commits. The reflog says so, or says otherwise; where it is
 * silent (a push, no reflog), the trunk at a branch's tip is taken for a merge of that branch.
 */
async function fastForward(
  git: Git,
  chain: readonly Commit[],
  start: number,
  reflog: ReadonlyMap<string, string>,
  trunk: string,
  known: KnownBranches,
): Promise<{ branch: string; last: number } | undefined> {
  let end = chain.length - 1
  const moved = chain.findIndex((commit, index) => index >= start && reflog.has(commit.commit))
  if (moved >= 0) {
    end = moved
    const last = chain[moved] as Commit
    const message = reflog.get(last.commit) ?? ''
    const named = movedTo.exec(message)?.[1]?.replace(/^refs\/heads\//u, '')
    if (named !== undefined) {
      const branch = await forwardedBranch(git, last.commit, named, trunk, known)
      if (branch !== undefined) return { branch, last: moved }
    }
    const isPush = message === '' || /^(?:push|update by push)/u.test(message)
    // What the reflog is silent about came along with it, as by a pull or an octopus merge.
    if (!isPush) end = moved - 1
  }
  for (let last = end; last >= start; last -= 1) {
    const branch = known.withTip(chain[last]?.commit ?? '')
    if (branch !== undefined) return { branch, last }
  }
  return undefined
}

/** The branch that `git merge <named>` meant: the one of that name, or the one with that tip. */
async function forwardedBranch(
  git: Git,
  commit: string,
  named: string,
  trunk: string,
  known: KnownBranches,
): Promise<string | undefined> {
  const own = known.tips().filter(([branch]) => branch === named)
  if (own.some(([, tip]) => tip === commit)) return named
  const atTip = known.withTip(commit)
  if (atTip !== undefined) return atTip
  for (const [, tip] of own) if (await isAncestor(git, commit, tip)) return named
  // A branch that came and went between two looks; not what a remote has, nor a commit's name.
  const isOther =
    own.length > 0 || named === trunk || !isBranchName(named) || /^[0-9a-f]{7,64}$|^HEAD/u.test(named)
  if (isOther) return undefined
  const remote = ['show-ref', '--verify', '--quiet', `refs/remotes/${named}`]
  return (await git.lines(remote, 1)) === undefined ? named : undefined
}

async function ofMerge(commit: Commit, trunk: string, known: KnownBranches): Promise<Advance[]> {
  const [before = null, ...merged] = commit.parents
  const advances: Advance[] = []
  for (const [index, parent] of merged.entries()) {
    const branch = (await known.ofMerged(parent, commit.title, index)) ?? trunk
    const since = [before, ...merged.slice(0, index)].filter((name) => name !== null)
    advances.push({ how: 'merge', branch, before, after: commit, tips: [parent], since })
  }
  return advances
}

async function squashOf(commit: Commit, squashes: SquashFinder): Promise<Advance | undefined> {
  const [before] = commit.parents
  const found = before === undefined ? undefined : await squashes.find(before, commit.commit)
  if (before === undefined || found === undefined) return undefined
  return { how: 'squash', branch: found.branch, before, after: commit, tips: [found.tip], since: [before] }
}

// Several commits that none was found for may together be a branch whose commits were put onto the trunk anew.
async function ofOwnCommits(
  commits: readonly Commit[],
  trunk: string,
  squashes: SquashFinder,
): Promise<Advance> {
  const after = commits.at(-1) as Commit
  const before = commits[0]?.parents[0] ?? null
  const found = before === null || commits.length < 2 ? undefined : await squashes.find(before, after.commit)
  const since = before === null ? [] : [before]
  if (found !== undefined)
    return { how: 'squash', branch: found.branch, before, after, tips: [found.tip], since }
  return { how: 'direct', branch: trunk, before, after, tips: [after.commit], since }
}
