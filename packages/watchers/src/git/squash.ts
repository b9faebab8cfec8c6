import { isAncestor, type KnownBranches } from './known-branches.ts'
import { emptyTree } from './read-commits.ts'
import type { Git } from './run-git.ts'

const mostCandidates = 40

/** Finds the branch whose whole change a commit (or a row of commits) on the trunk repeats. */
export interface SquashFinder {
  /**
   * The branch, and its tip, of which the change from `before` to `after` has the same lines as all that the branch
   * changed since it left the trunk. Undefined when there is none. White space and line numbers do not count.
   */
  find(before: string, after: string): Promise<{ branch: string; tip: string } | undefined>
}

interface Candidate {
  readonly branch: string
  readonly tip: string
  readonly patch: string
}

/** Looks among the 40 known branches with the newest commits that the trunk, which stood at `from` and is at `end`, does not hold. */
export function squashFinder(git: Git, known: KnownBranches, from: string, end: string): SquashFinder {
  let candidates: Promise<Candidate[]> | undefined
  const patchOf = async (before: string, after: string): Promise<string | undefined> => {
    const diff = [
      'diff-tree',
      '-p',
      '-r',
      '--full-index',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      before,
      after,
      '--',
    ]
    const line = await git.piped(diff, ['patch-id', '--stable'])
    const patch = line?.split(' ')[0]
    return patch === undefined || patch === '' ? undefined : patch
  }

  const prepare = async (): Promise<Candidate[]> => {
    const byTip = new Map(known.tips().map(([branch, tip]) => [tip, branch] as const))
    // Newest first, and nothing that the trunk has already: what was merged is not merged again.
    const argv = ['rev-list', '--date-order', '--ignore-missing', '--stdin']
    const input = [...[...byTip.keys()].slice(-500), `^${end}`].map((line) => `${line}\n`).join('')
    const unmerged = (await git.lines(argv, 20_000, { input })) ?? []
    const found: Candidate[] = []
    for (const tip of unmerged.filter((commit) => byTip.has(commit)).slice(0, mostCandidates)) {
      const base = (await git.lines(['merge-base', from, tip], 1))?.[0] ?? emptyTree(tip)
      const patch = await patchOf(base, tip)
      if (patch !== undefined) found.push({ branch: byTip.get(tip) ?? '', tip, patch })
    }
    return found
  }

  return {
    async find(before, after) {
      candidates ??= prepare()
      const all = await candidates
      if (all.length === 0) return undefined
      const patch = await patchOf(before, after)
      for (const { branch, tip, patch: own } of all) {
        // A branch that was made from these commits repeats nothing: it holds them.
        if (patch === own && !(await isAncestor(git, after, tip))) return { branch, tip }
      }
      return undefined
    },
  }
}
