import type { SignalDraft } from '@opschart/core'

import {
  boundedHeads,
  emptyCheckpoint,
  readMarks,
  refMark,
  refMarks,
  withHead,
  type GitCheckpoint,
} from './checkpoint.ts'
import { committed, merged, reverted, tagged, versionOfTag } from './git-signals.ts'
import { knownBranches } from './known-branches.ts'
import { revertsInMessage } from './merge-message.ts'
import {
  newCommits,
  pathFilter,
  pathsBetween,
  pathsOfCommits,
  readCommits,
  type Commit,
  type PathFilter,
} from './read-commits.ts'
import { commitsOf, readRefs } from './read-refs.ts'
import type { Git } from './run-git.ts'
import { squashFinder } from './squash.ts'
import { advancesOf } from './trunk-advance.ts'

/** Of which service the repository is looked at. */
export interface GitLookOptions {
  readonly service: string
  readonly paths: readonly string[] | undefined
  readonly trunk: string | undefined
  /** Whether tags name versions. */
  readonly tags: boolean
  readonly from: 'start' | 'end'
}

/** One part of what a look found, and the state after it. */
export interface GitStep {
  readonly signals: readonly SignalDraft[]
  readonly problems?: readonly string[]
  readonly checkpoint: GitCheckpoint
}

/** Commits told in one step. */
const mostCommits = 200

/**
 * What happened in the repository since `saved`, in steps: the trunk's advance first (the commits it brought, each with
 * the branch they came from, then the merge), then the other branches' new commits, then the tags. Each step is to be
 * saved before the next is asked for; a look that ends early is gone on with by the next one.
 */
export async function* lookAtGit(
  git: Git,
  saved: GitCheckpoint | undefined,
  options: GitLookOptions,
): AsyncGenerator<GitStep> {
  const { heads, tags } = await readRefs(git)
  const trunk = trunkOf(heads, options.trunk)
  const ended = async (state: GitCheckpoint): Promise<GitCheckpoint> => ({
    ...state,
    ...(await boundedHeads(git, heads, trunk ?? null)),
    trunk: trunk ?? state.trunk,
    tags: refMarks(tags),
  })
  if (saved === undefined && options.from === 'end') {
    yield { signals: [], checkpoint: await ended(emptyCheckpoint) }
    return
  }

  let state = saved ?? emptyCheckpoint
  if (state.heads.size > 0 && (await commitsOf(git, seenBefore(state))).size === 0) {
    // Another repository stands here now (or a shallow one): its history did not happen since.
    const problems = [
      'no commit that was seen before is in the git repository any more: beginning anew with what is there',
    ]
    yield { signals: [], problems, checkpoint: await ended(emptyCheckpoint) }
    return
  }
  const prefix = (await git.lines(['rev-parse', '--show-prefix'], 1))?.[0] ?? ''
  const teller = createTeller(git, options.service, pathFilter(prefix, options.paths))

  if (trunk !== undefined) {
    for await (const step of trunkSteps(git, state, heads, trunk, teller)) {
      state = step.checkpoint
      yield step
    }
  }
  for await (const step of branchSteps(git, state, heads, trunk, teller)) {
    state = step.checkpoint
    yield step
  }
  for (const branch of state.heads.keys()) if (!heads.has(branch)) state = withHead(state, branch, null)

  const known = readMarks(state.tags)
  const signals = !options.tags
    ? []
    : [...tags].flatMap(([tag, commit]) => {
        const version = known.has(refMark(tag, commit))
          ? undefined
          : versionOfTag(tag, options.service, options.paths !== undefined)
        return version === undefined ? [] : [tagged(options.service, tag, version, commit)]
      })
  // Few tags are new at a time; where they are many (a first fetch), they are told in parts all the same.
  for (let at = 0; at < signals.length; at += mostCommits) {
    yield { signals: signals.slice(at, at + mostCommits), checkpoint: state }
  }
  yield { signals: [], checkpoint: await ended(state) }
}

function trunkOf(heads: ReadonlyMap<string, string>, configured: string | undefined): string | undefined {
  const names = configured === undefined ? ['main', 'master'] : [configured]
  return names.find((name) => heads.has(name))
}

function seenBefore(state: GitCheckpoint): string[] {
  return [...state.heads.values(), ...state.remembered.map(([, tip]) => tip)]
}

async function* trunkSteps(
  git: Git,
  saved: GitCheckpoint,
  heads: ReadonlyMap<string, string>,
  trunk: string,
  teller: Teller,
): AsyncGenerator<GitStep> {
  let state = saved
  const end = heads.get(trunk) ?? ''
  for (;;) {
    // A trunk of another name goes on where the last one stood.
    const last = state.heads.get(trunk) ?? (state.trunk === null ? undefined : state.heads.get(state.trunk))
    if (last === end) return
    const from = last === undefined ? null : ((await commitsOf(git, [last])).get(last) ?? null)
    // A trunk that is new, or whose last state is gone, brings what no branch had.
    const chainNames = await firstParents(git, end, from === null ? seenBefore(state) : [from])
    const to = chainNames.at(-1)
    if (to === undefined) {
      yield { signals: [], checkpoint: { ...withHead(state, trunk, end), trunk } }
      return
    }
    const chain = await readCommits(git, chainNames)
    const known = knownBranches(git, state, heads, trunk)
    const squashes =
      from === null ? { find: () => Promise.resolve(undefined) } : squashFinder(git, known, from, end)
    const seen = seenBefore(state)
    const signals: SignalDraft[] = []
    const told = new Set<string>()
    for (const advance of await advancesOf(git, chain, from, trunk, known, squashes)) {
      const isOwn = advance.how === 'direct'
      const brought = await newCommits(git, advance.tips, advance.since, 10_000)
      const fresh = new Set(await newCommits(git, advance.tips, [...advance.since, ...seen], 10_000))
      const untold = brought.filter((name) => fresh.has(name) && !told.has(name))
      for (const name of untold) told.add(name)
      signals.push(...(await teller.commits(isOwn ? trunk : advance.branch, untold.slice(-2_000))))
      signals.push(...(await teller.merge(trunk, advance, brought)))
    }
    state = { ...withHead(state, trunk, to), trunk }
    yield* inParts(signals, state, saved)
    if (to === end) return
  }
}

/** The first-parent chain to `end` of what is not reachable from `known`, oldest first; the first 200 of it. */
async function firstParents(git: Git, end: string, known: readonly string[]): Promise<string[]> {
  const input = [end, ...known.map((commit) => `^${commit}`)].map((line) => `${line}\n`).join('')
  const argv = ['rev-list', '--first-parent', '--topo-order', '--reverse', '--ignore-missing', '--stdin']
  return (await git.lines(argv, mostCommits, { input })) ?? []
}

async function* branchSteps(
  git: Git,
  saved: GitCheckpoint,
  heads: ReadonlyMap<string, string>,
  trunk: string | undefined,
  teller: Teller,
): AsyncGenerator<GitStep> {
  let state = saved
  const unchanged = readMarks(state.others)
  const changed = [...heads].filter(
    ([branch, tip]) =>
      branch !== trunk && state.heads.get(branch) !== tip && !unchanged.has(refMark(branch, tip)),
  )
  const known = () => seenBefore(state)
  const counted: { branch: string; tip: string; count: number }[] = []
  for (const [branch, tip] of changed) {
    const count = changed.length < 2 ? 0 : (await newCommits(git, [tip], known(), 100_000)).length
    counted.push({ branch, tip, count })
  }
  // A commit on two new branches belongs to the one with less: the other was made from it.
  counted.sort((one, other) => one.count - other.count || (one.branch < other.branch ? -1 : 1))
  for (const { branch, tip } of counted) {
    const isFirstSeen = !state.heads.has(branch)
    for (let isMore = true; isMore;) {
      const names = await newCommits(git, [tip], known(), mostCommits)
      const last = names.at(-1)
      isMore = names.length === mostCommits && last !== undefined && last !== tip
      const signals = await teller.commits(branch, names, isFirstSeen ? saved.boundary : null)
      state = withHead(state, branch, isMore ? (last ?? tip) : tip)
      if (signals.length > 0 || isMore) yield { signals, checkpoint: state }
    }
  }
  if (state !== saved) yield { signals: [], checkpoint: state }
}

// All parts but the last leave the state as it was: were they the last that is saved, the rest is found again.
function* inParts(
  signals: readonly SignalDraft[],
  after: GitCheckpoint,
  before: GitCheckpoint,
): Generator<GitStep> {
  for (let at = 0; at + mostCommits < signals.length; at += mostCommits) {
    yield { signals: signals.slice(at, at + mostCommits), checkpoint: before }
  }
  const rest = signals.length === 0 ? 0 : Math.floor((signals.length - 1) / mostCommits) * mostCommits
  yield { signals: signals.slice(rest), checkpoint: after }
}

interface Teller {
  /** The signals of new commits of the service; those no younger than `boundary` (milliseconds) only, where it is given. */
  commits(branch: string, names: readonly string[], boundary?: number | null): Promise<SignalDraft[]>
  merge(
    trunk: string,
    advance: Parameters<typeof merged>[2],
    brought: readonly string[],
  ): Promise<SignalDraft[]>
}

function createTeller(git: Git, service: string, filter: PathFilter): Teller {
  const isAll = filter('\0') !== undefined
  const reverts = async (branch: string, commit: Commit): Promise<SignalDraft[]> => {
    const names = revertsInMessage(commit.body)
    const existing = names.length === 0 ? new Map<string, string>() : await commitsOf(git, names)
    return names
      .filter((name) => existing.get(name) === name)
      .map((name) => reverted(service, branch, commit, name))
  }
  return {
    async commits(branch, names, boundary = null) {
      const signals: SignalDraft[] = []
      for (let at = 0; at < names.length; at += mostCommits) {
        const part = names.slice(at, at + mostCommits)
        const paths = await pathsOfCommits(git, part, filter)
        for (const commit of await readCommits(git, part)) {
          const changed = paths.get(commit.commit) ?? { paths: [], count: 0 }
          if ((changed.count === 0 && !isAll) || (boundary !== null && commit.committedAt <= boundary))
            continue
          signals.push(committed(service, branch, commit, changed), ...(await reverts(branch, commit)))
        }
      }
      return signals
    },
    async merge(trunk, advance, brought) {
      const changed = await pathsBetween(git, advance.before, advance.after.commit, filter)
      if (changed.count === 0 && !isAll) return []
      const isOwn = advance.how === 'merge' || advance.how === 'squash'
      const own = isOwn ? await reverts(trunk, advance.after) : []
      return [...own, merged(service, trunk, advance, brought, changed)]
    },
  }
}
