import { harmlessText } from '../shared/harmless.ts'
import { isObjectName } from './read-refs.ts'
import type { Git } from './run-git.ts'

/** What is told of a commit. Texts are harmless and bounded. */
export interface Commit {
  readonly commit: string
  readonly parents: readonly string[]
  readonly tree: string
  /** The author's address, else the name. */
  readonly author: string
  /** Milliseconds since 1970. */
  readonly authoredAt: number
  readonly committedAt: number
  readonly title: string
  /** The first 8 KiB of the message after its title, as it is. */
  readonly body: string
}

/** Files that a commit or a merge changed. */
export interface ChangedPaths {
  /** Those of the service, relative to the project, sorted, at most 100. */
  readonly paths: readonly string[]
  /** How many of the service's files there are. */
  readonly count: number
}

const mostPaths = 100
const longestPath = 300
const rawChanges = ['-z', '--raw', '--no-renames', '--no-ext-diff', '--no-textconv']

/**
 * Commits that are reachable from `tips` and from none of `known`, oldest first and no commit before its parents; at
 * most `most`. Objects that are not there (any more) are passed over.
 */
export async function newCommits(
  git: Git,
  tips: readonly string[],
  known: Iterable<string>,
  most: number,
): Promise<string[]> {
  const input = [...tips, ...[...known].map((object) => `^${object}`)].map((line) => `${line}\n`).join('')
  const argv = ['rev-list', '--topo-order', '--reverse', '--ignore-missing', '--stdin']
  return (await git.lines(argv, most, { input })) ?? []
}

/** The commits of these names, in their order; those that are not there are left out. */
export async function readCommits(git: Git, names: readonly string[]): Promise<Commit[]> {
  if (names.length === 0) return []
  const format = ['H', 'P', 'T', 'ae', 'an', 'at', 'ct', 's', 'b'].map((field) => `%${field}`).join('%x00')
  const argv = [
    'log',
    '--no-walk=unsorted',
    '--ignore-missing',
    '--stdin',
    '-z',
    `--format=tformat:${format}`,
  ]
  const input = names.map((name) => `${name}\n`).join('')
  const fields = await git.fields(argv, 9 * names.length, { input, longestField: 8192 })
  const commits: Commit[] = []
  for (let at = 0; at + 8 < fields.length; at += 9) {
    const [
      commit = '',
      parents = '',
      tree = '',
      address = '',
      name = '',
      authored,
      committed,
      title = '',
      body = '',
    ] = fields.slice(at, at + 9)
    commits.push({
      commit,
      parents: parents.split(' ').filter(isObjectName),
      tree,
      author: harmlessText(address, 200) || harmlessText(name, 200) || 'unknown',
      authoredAt: milliseconds(authored),
      committedAt: milliseconds(committed),
      title: harmlessText(title, 200),
      body,
    })
  }
  return commits
}

// A commit may claim any time, also one before 1970 or beyond what a date can be.
function milliseconds(seconds: string | undefined): number {
  const value = Number(seconds) * 1000
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), 8.64e15) : 0
}

/** Picks the service's files out of paths that are relative to the repository. */
export interface PathFilter {
  /** The path relative to the project; undefined when it is not the service's. */
  (path: string): string | undefined
}

/**
 * The filter for a project in the folder `prefix` of its repository (`''` or `a/b/`) and a service in `folders` of the
 * project; all of the project when absent.
 */
export function pathFilter(prefix: string, folders: readonly string[] | undefined): PathFilter {
  const own = folders
    ?.map((folder) => folder.replace(/^(?:\.\/)+/u, '').replace(/\/+$/u, ''))
    .filter((folder) => folder !== '.')
  const isAll = own === undefined || own.length < (folders?.length ?? 0) || own.includes('')
  return (path) => {
    if (!path.startsWith(prefix)) return undefined
    const relative = path.slice(prefix.length)
    return isAll || own.some((folder) => relative === folder || relative.startsWith(`${folder}/`))
      ? relative
      : undefined
  }
}

/** What each of these commits changed against all its parents, by its name. */
export async function pathsOfCommits(
  git: Git,
  names: readonly string[],
  filter: PathFilter,
): Promise<Map<string, ChangedPaths>> {
  const changed = new Map<string, Collector>()
  const read = async (part: readonly string[]): Promise<boolean> => {
    let current: Collector | undefined
    let isPath = false
    const argv = ['diff-tree', '--stdin', '--root', '-r', '-c', ...rawChanges]
    const onField = (field: string) => {
      // A path may look like a commit's name, but it always follows a field that begins with a colon.
      if (isPath) current?.add(field)
      else if (!field.startsWith(':')) {
        current = collector(filter)
        changed.set(field.trim(), current)
      }
      isPath = !isPath && field.startsWith(':')
    }
    return git.each(argv, onField, { input: part.map((name) => `${name}\n`).join('') })
  }
  // A commit of which something is missing ends git: what comes after it is asked for alone.
  if (!(await read(names))) for (const name of names) if (!changed.has(name)) await read([name])
  return new Map([...changed].map(([name, paths]) => [name, paths.result()]))
}

/** What changed between two states; the empty one when `before` is null. */
export async function pathsBetween(
  git: Git,
  before: string | null,
  after: string,
  filter: PathFilter,
): Promise<ChangedPaths> {
  const paths = collector(filter)
  let isPath = false
  const argv = ['diff-tree', '-r', ...rawChanges, '--no-commit-id', before ?? emptyTree(after), after, '--']
  await git.each(argv, (field) => {
    if (isPath) paths.add(field)
    isPath = !isPath && field.startsWith(':')
  })
  return paths.result()
}

/** The name of the empty tree, in the hash that `like` is of. */
export function emptyTree(like: string): string {
  return like.length === 40
    ? '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    : '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321'
}

interface Collector {
  add(path: string): void
  result(): ChangedPaths
}

function collector(filter: PathFilter): Collector {
  const paths: string[] = []
  let count = 0
  return {
    add(path) {
      const own = filter(path)
      if (own === undefined) return
      count += 1
      if (paths.length < mostPaths) paths.push(harmlessText(own, longestPath))
    },
    result: () => ({ paths: paths.toSorted(), count }),
  }
}
