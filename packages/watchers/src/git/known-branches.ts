import type { GitCheckpoint } from './checkpoint.ts'
import { branchesInMergeMessage } from './merge-message.ts'
import type { Git } from './run-git.ts'

/** The branches that could have been merged: those that are there, and those that were. The trunk is none of them. */
export interface KnownBranches {
  /** The branch that has, or had, this tip; the first by name where there are several. */
  withTip(commit: string): string | undefined
  /** All tips, the latest of each branch last. */
  tips(): readonly (readonly [branch: string, commit: string])[]
  /**
   * The branch that this merged parent belonged to: by its tip; else the one that the merge's title names, unless that
   * is a known branch which this commit does not belong to; else an existing branch that contains it. Undefined when none.
   */
  ofMerged(commit: string, title: string, index: number): Promise<string | undefined>
}

/** Knows the branches of a checkpoint and those that are there now. */
export function knownBranches(
  git: Git,
  saved: GitCheckpoint,
  heads: ReadonlyMap<string, string>,
  trunk: string,
): KnownBranches {
  const tips = [...saved.remembered, ...saved.heads, ...heads].filter(([branch]) => branch !== trunk)
  const byTip = new Map<string, string>()
  for (const [branch, commit] of tips.toSorted(([one], [other]) => (one < other ? 1 : -1)))
    byTip.set(commit, branch)

  const belongs = async (commit: string, branch: string): Promise<boolean> => {
    const own = new Set(tips.filter(([name]) => name === branch).map(([, tip]) => tip))
    for (const tip of own) {
      if ((await isAncestor(git, commit, tip)) || (await isAncestor(git, tip, commit))) return true
    }
    return own.size === 0
  }

  return {
    withTip: (commit) => byTip.get(commit),
    tips: () => tips,
    async ofMerged(commit, title, index) {
      const atTip = byTip.get(commit)
      if (atTip !== undefined) return atTip
      const named = branchesInMergeMessage(title)[index]
      if (named !== undefined && (named === trunk || (await belongs(commit, named)))) return named
      const argv = [
        'for-each-ref',
        '--format=%(refname)%00',
        '--count=20',
        `--contains=${commit}`,
        'refs/heads',
      ]
      const containing = await git.fields(argv, 20).catch(() => [])
      return containing
        .map((ref) => ref.trim().slice('refs/heads/'.length))
        .find((branch) => branch !== trunk && branch !== '')
    },
  }
}

/** Whether one commit is reachable from another (or is the same). */
export async function isAncestor(git: Git, ancestor: string, commit: string): Promise<boolean> {
  if (ancestor === commit) return true
  return (await git.lines(['merge-base', '--is-ancestor', ancestor, commit], 1)) !== undefined
}
