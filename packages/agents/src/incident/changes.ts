import { blockAround } from './code-context.ts'
import { dependencyChanges, isDependencyFile, type DependencyChange } from './dependency-changes.ts'
import type { Commit, GitRepository } from './git-repository.ts'
import { parsePatch, type FileChange, type Hunk } from './patch.ts'
import { packageOf } from './stack-frames.ts'

/** What a file is for, told by its path. */
export type FileRole = 'code' | 'configuration' | 'dependency' | 'migration' | 'test' | 'documentation'

/** A hunk with the functions that it lies in. */
export interface PlacedHunk extends Hunk {
  /** First lines of the functions and blocks around it after the change, innermost first; empty for what is no code. */
  readonly headers: readonly string[]
}

/** What a commit did to one file. */
export interface ChangedFile extends Omit<FileChange, 'hunks'> {
  readonly role: FileRole
  readonly hunks: readonly PlacedHunk[]
}

/** Where a word was taken away or put in by a change. */
export interface WordUse {
  readonly file: string
  readonly role: FileRole
  /** Line after the change. */
  readonly line: number
  readonly text: string
}

/** A commit of the release with all that it changed. */
export interface Change {
  readonly commit: Commit
  readonly files: readonly ChangedFile[]
  readonly dependencies: readonly DependencyChange[]
  /** It touches nothing of the service's own folders: another service's commit, or a shared library's. */
  readonly isElsewhere: boolean
  /** Packages whose files, kept in the repository, changed. */
  readonly vendored: readonly string[]
  /** Names, paths, numbers and hosts of the changed lines (not of documentation and tests). */
  readonly removedWords: ReadonlyMap<string, WordUse>
  readonly addedWords: ReadonlyMap<string, WordUse>
}

/** Most commits between two releases that are looked at one by one. */
export const maxCommits = 150

const maxWords = 20_000
const maxTexts = 300

/** What a path is for. `migrations` is the service's folder of migrations. */
export function roleOf(path: string, migrations: string): FileRole {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (isDependencyFile(path) || packageOf(path) !== null) return 'dependency'
  if (path.startsWith(`${migrations.replace(/\/$/, '')}/`) || /(?:^|\/)migrations?\//.test(path))
    return 'migration'
  if (/\.(?:md|mdx|txt|rst|adoc)$|^(?:LICENSE|CHANGELOG|AUTHORS)/i.test(name) || path.startsWith('docs/'))
    return 'documentation'
  if (/(?:^|\/)(?:tests?|__tests__|__mocks__|spec|fixtures|e2e)\/|[._](?:test|spec)\.[a-z]+$/.test(path))
    return 'test'
  if (/\.(?:json|ya?ml|toml|ini|env|properties|conf|cfg)$|^\.env/.test(name) || /(?:^|\/)config\//.test(path))
    return 'configuration'
  return 'code'
}

/** Whether files of that role cannot change what a running service does. */
export function isHarmless(role: FileRole): boolean {
  return role === 'documentation' || role === 'test'
}

/** The commits that `to` has and `from` has not, each with what it changed; newest first. */
export async function collectChanges(
  repository: GitRepository,
  from: string | null,
  to: string,
  options: {
    readonly migrations: string
    /** The service's own folders; all when absent. */
    readonly paths?: readonly string[]
    readonly limit?: number
    readonly cancel: { throwIfAborted(): void }
  },
): Promise<Change[]> {
  const commits = await repository.commits(from, to, options.limit ?? maxCommits)
  const patches = await eachOf(commits, 4, async (commit) => {
    options.cancel.throwIfAborted()
    return withoutConflictMarks(parsePatch(await repository.patch(commit)))
  })
  const texts = await repository.texts(
    commits
      .flatMap((commit, index) => wantedTexts(commit, patches[index] ?? [], options.migrations))
      .slice(0, maxTexts),
  )
  return (
    commits
      .map((commit, index) => {
        const change = changeOf(commit, patches[index] ?? [], texts, options.migrations)
        return { ...change, isElsewhere: isElsewhere(change.files, options.paths) }
      })
      // A merge that changed nothing by itself is no suspect: what it brought in is listed commit by commit.
      .filter((change) => change.commit.parents.length < 2 || change.files.length > 0)
  )
}

function wantedTexts(commit: Commit, files: readonly FileChange[], migrations: string): string[] {
  return files.flatMap((file) => {
    const after = file.status === 'removed' ? [] : [`${commit.hash}:${file.path}`]
    const role = roleOf(file.path, migrations)
    if (isDependencyFile(file.path) && packageOf(file.path) === null) {
      const parent = commit.parents[0]
      return [...after, ...(parent === undefined || file.before === null ? [] : [`${parent}:${file.before}`])]
    }
    return role === 'code' ? after : []
  })
}

function changeOf(
  commit: Commit,
  patch: readonly FileChange[],
  texts: ReadonlyMap<string, string>,
  migrations: string,
): Omit<Change, 'isElsewhere'> {
  const files = patch.map((file): ChangedFile => {
    const role = roleOf(file.path, migrations)
    const lines = role === 'code' ? texts.get(`${commit.hash}:${file.path}`)?.split('\n') : undefined
    const hunks = file.hunks.map((hunk) => ({
      ...hunk,
      headers: lines === undefined ? [] : headersOf(lines, hunk),
    }))
    return { ...file, role, hunks }
  })
  const told = files.filter((file) => !isHarmless(file.role))
  return {
    commit,
    files,
    dependencies: files
      .filter((file) => isDependencyFile(file.path) && packageOf(file.path) === null)
      .flatMap((file) => {
        const before =
          file.before === null ? '' : (texts.get(`${commit.parents[0] ?? ''}:${file.before}`) ?? '')
        return dependencyChanges(file.path, before, texts.get(`${commit.hash}:${file.path}`) ?? '')
      }),
    vendored: [...new Set(files.flatMap((file) => packageOf(file.path) ?? []))],
    removedWords: wordsOf(told, (hunk) => hunk.removed),
    addedWords: wordsOf(told, (hunk) => hunk.added),
  }
}

// Of the first and the last line: a hunk may span several functions.
function headersOf(lines: readonly string[], hunk: Hunk): string[] {
  const first = blockAround(lines, Math.max(1, hunk.newStart)).headers
  if (hunk.newCount < 2) return [...first]
  const last = blockAround(lines, hunk.newStart + hunk.newCount - 1).headers
  const opened = hunk.added
    .filter((line) => /\(.*[{:]\s*$|=>/.test(line.slice(0, 300)))
    .map((line) => line.trim())
  return [...new Set([...first, ...last, ...opened])]
}

const word = /[A-Za-z_$][\w$]{1,80}|(?:\/[\w{}:.-]{1,60}){1,8}|\d{2,9}/g

function wordsOf(
  files: readonly ChangedFile[],
  linesOf: (hunk: PlacedHunk) => readonly string[],
): Map<string, WordUse> {
  const words = new Map<string, WordUse>()
  for (const file of files) {
    for (const hunk of file.hunks) {
      linesOf(hunk).forEach((text, index) => {
        const line = Math.max(
          1,
          hunk.newStart + (hunk.newCount === 0 ? 0 : Math.min(index, hunk.newCount - 1)),
        )
        const hosts = text.matchAll(
          /(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,20}(?::\d{2,5})?|\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5})?/gi,
        )
        for (const [found] of [...text.matchAll(word), ...hosts]) {
          if (words.size < maxWords && !words.has(found))
            words.set(found, { file: file.path, role: file.role, line, text })
        }
      })
    }
  }
  return words
}

function isElsewhere(files: readonly ChangedFile[], paths: readonly string[] | undefined): boolean {
  const folders = (paths ?? [])
    .map((path) => path.replace(/^\.\/|\/$/g, ''))
    .filter((path) => path !== '' && path !== '.')
  if (folders.length === 0 || files.length === 0) return false
  return !files.some((file) =>
    folders.some((folder) => file.path === folder || file.path.startsWith(`${folder}/`)),
  )
}

// The change of a merge is told against what git itself would have made of it, its marks of a conflict included. Those
// carry titles of commits.
function withoutConflictMarks(files: readonly FileChange[]): FileChange[] {
  const isMark = (line: string) => /^(?:<{7}|>{7}|={7}|\|{7})(?: |$)/.test(line)
  return files.map((file) => ({
    ...file,
    hunks: file.hunks.map((hunk) => ({ ...hunk, removed: hunk.removed.filter((line) => !isMark(line)) })),
  }))
}

/** Maps with at most `parallel` at work at a time; results in the order of the items. */
async function eachOf<Item, Result>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < items.length; at += parallel) {
    results.push(...(await Promise.all(items.slice(at, at + parallel).map(work))))
  }
  return results
}
