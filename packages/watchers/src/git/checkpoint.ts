import type { Json } from '@opschart/core'

import { sha256 } from '../shared/hash.ts'
import { isObjectName } from './read-refs.ts'
import type { Git } from './run-git.ts'

/** What a git watcher remembers of the repository. */
export interface GitCheckpoint {
  /** The branch that merges go to; null while there is none. */
  readonly trunk: string | null
  /** Tips by branch: the 1000 branches with the newest commits, and the trunk. */
  readonly heads: ReadonlyMap<string, string>
  /** Where there are more branches: the time (milliseconds) of the newest commit of those that are left out. */
  readonly boundary: number | null
  /** The marks of the branches that are left out. */
  readonly others: string
  /** A short hash for each tag and what it leads to, sorted, without a space between: 8 digits each. */
  readonly tags: string
  /** Earlier tips of branches, the newest last, at most 500: by them a merge is known when its branch is gone. */
  readonly remembered: readonly (readonly [branch: string, commit: string])[]
}

const mostHeads = 1_000
const mostMarks = 50_000
const mostRemembered = 500

/** Before anything was seen. */
export const emptyCheckpoint: GitCheckpoint = {
  trunk: null,
  heads: new Map(),
  boundary: null,
  others: '',
  tags: '',
  remembered: [],
}

/** The checkpoint as JSON. */
export function writeCheckpoint(checkpoint: GitCheckpoint): Json {
  const heads = [...checkpoint.heads].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return { version: 1, ...checkpoint, heads }
}

/** The checkpoint that was saved; undefined when the value is none (or one of another version). */
export function readCheckpoint(value: Json | undefined): GitCheckpoint | undefined {
  if (!isObject(value) || value['version'] !== 1) return undefined
  const { trunk, heads, boundary, others, tags, remembered } = value
  if (
    !(trunk === null || typeof trunk === 'string') ||
    !Array.isArray(heads) ||
    typeof others !== 'string' ||
    typeof tags !== 'string'
  )
    return undefined
  if (!(boundary === null || typeof boundary === 'number') || !Array.isArray(remembered)) return undefined
  return {
    trunk,
    heads: new Map(readPairs(heads)),
    boundary,
    others,
    tags,
    remembered: readPairs(remembered),
  }
}

/** The checkpoint with a branch at another tip (null: gone); its old tip is remembered. */
export function withHead(checkpoint: GitCheckpoint, branch: string, tip: string | null): GitCheckpoint {
  const before = checkpoint.heads.get(branch)
  const heads = new Map(checkpoint.heads)
  if (tip === null) heads.delete(branch)
  else heads.set(branch, tip)
  if (before === undefined || before === tip) return { ...checkpoint, heads }
  const others = checkpoint.remembered.filter(([name, commit]) => name !== branch || commit !== before)
  return { ...checkpoint, heads, remembered: [...others, [branch, before] as const].slice(-mostRemembered) }
}

/** The heads of a checkpoint, of so many branches as it can hold: those with the newest commits, and the trunk. */
export async function boundedHeads(
  git: Git,
  heads: ReadonlyMap<string, string>,
  trunk: string | null,
): Promise<Pick<GitCheckpoint, 'heads' | 'boundary' | 'others'>> {
  if (heads.size <= mostHeads) return { heads, boundary: null, others: '' }
  const input = [...new Set(heads.values())].map((tip) => `${tip}\n`).join('')
  const argv = ['log', '--no-walk=sorted', '--ignore-missing', '--stdin', '-z', '--format=tformat:%H%x00%ct']
  const fields = await git.fields(argv, 2 * heads.size, { input })
  const times = new Map<string, number>()
  for (let at = 0; at + 1 < fields.length; at += 2) times.set(fields[at] ?? '', Number(fields[at + 1]) * 1000)
  const newestFirst = [...heads].toSorted(
    ([one, first], [other, second]) =>
      (times.get(second) ?? 0) - (times.get(first) ?? 0) || (one < other ? -1 : 1),
  )
  const isKept = (name: string, index: number) => index < mostHeads || name === trunk
  const kept = newestFirst.filter(([name], index) => isKept(name, index))
  const left = newestFirst.filter(([name], index) => !isKept(name, index))
  const boundary = times.get(left[0]?.[1] ?? '') ?? 0
  return { heads: new Map(kept), boundary, others: refMarks(new Map(left)) }
}

/** The marks of refs, at most 50,000. */
export function refMarks(refs: ReadonlyMap<string, string>): string {
  return [...refs]
    .slice(0, mostMarks)
    .map(([name, commit]) => refMark(name, commit))
    .toSorted()
    .join('')
}

/** The marks as a set. */
export function readMarks(marks: string): Set<string> {
  return new Set(marks.match(/.{8}/gu) ?? [])
}

/** The mark of one ref at one commit. */
export function refMark(name: string, commit: string): string {
  return sha256(`${name}\0${commit}`).slice(0, 8)
}

function readPairs(value: readonly unknown[]): (readonly [string, string])[] {
  return value.flatMap((item) => {
    if (!Array.isArray(item)) return []
    const [name, commit] = item as unknown[]
    return typeof name === 'string' && typeof commit === 'string' && isObjectName(commit)
      ? [[name, commit] as const]
      : []
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
