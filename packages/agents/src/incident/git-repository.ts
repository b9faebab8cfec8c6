import type { TaskContext } from '@opschart/core'

/** A commit's head. Texts are as they were written: outside data. */
export interface Commit {
  readonly hash: string
  readonly parents: readonly string[]
  /** When it was committed, in milliseconds since 1970. */
  readonly time: number
  readonly author: string
  readonly title: string
}

/** What is asked of a repository. Everything reads; nothing waits for a terminal, a hook or a remote. */
export interface GitRepository {
  /** Absolute path of the work tree's top: paths in patches are relative to it. */
  readonly top: string
  /** The project's folder below the top, ending in `/`; empty when it is the top itself. */
  readonly prefix: string
  /** The commit that a hash, or a tag of that name, stands for; null when there is none. */
  resolve(reference: { readonly commit: string | null; readonly version: string }): Promise<string | null>
  /** Commits that `to` has and `from` has not, newest first, merges and merged branches included, at most `limit`. */
  commits(from: string | null, to: string, limit: number): Promise<Commit[]>
  /** A commit's change as a patch without context lines. For a merge: only what resolving it changed. */
  patch(commit: Commit): Promise<string>
  /** The change of one file between two commits, as a patch without context lines. */
  difference(from: string, to: string, file: string): Promise<string>
  /** Added, changed and removed files between two commits under a folder: status letter and path, sorted as git does. */
  changedFiles(from: string, to: string, folder: string): Promise<{ status: string; path: string }[]>
  /** All paths of a commit. */
  files(commit: string): Promise<Set<string>>
  /** Texts of files, by the `<commit>:<path>` asked for. Those that do not exist, are too long or binary are left out. */
  texts(names: readonly string[]): Promise<Map<string, string>>
  /** Which commit last changed each line of a part of a file, white space aside; null for what is older than `from`. */
  blame(
    from: string | null,
    to: string,
    file: string,
    first: number,
    last: number,
  ): Promise<Map<number, string | null>>
}

const hash = /^[0-9a-f]{7,64}$/
const fullHash = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/
// What may stand in a tag's name here: the name comes from outside and ends up in an argument.
const tagName = /^[A-Za-z0-9_][A-Za-z0-9._+/@-]{0,199}$/

const maxText = 512 * 1024
const settings = [
  'core.quotePath=false',
  'core.fsmonitor=false',
  'log.showSignature=false',
  'diff.orderFile=/dev/null',
  'diff.ignoreSubmodules=all',
].flatMap((setting) => ['-c', setting])
const patchOptions = [
  '-p',
  '-U0',
  '-M',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--src-prefix=a/',
  '--dst-prefix=b/',
]

/** The repository that the project lies in; null when it lies in none, or git cannot be started. */
export async function openRepository(
  context: Pick<TaskContext, 'run' | 'key'>,
): Promise<GitRepository | null> {
  const found = await git(['rev-parse', '--show-toplevel', '--show-prefix']).catch(() => null)
  const [top = '', prefix = ''] = (found ?? '').split('\n')
  if (top === '') return null
  const run = (parameters: readonly string[], maxOutput?: number, input?: string) =>
    git(['-C', top, ...parameters], maxOutput, input)

  async function git(
    parameters: readonly string[],
    maxOutput = 1024 * 1024,
    input?: string,
  ): Promise<string | null> {
    const result = await context.run(
      ['git', '--no-pager', '--literal-pathspecs', ...settings, ...parameters],
      {
        environment: {
          GIT_TERMINAL_PROMPT: '0',
          GIT_OPTIONAL_LOCKS: '0',
          GIT_NO_LAZY_FETCH: '1',
          LC_ALL: 'C',
        },
        maxOutput,
        ...(input === undefined ? {} : { input }),
      },
    )
    return result.code === 0 ? result.stdout : null
  }

  async function commitOf(name: string): Promise<string | null> {
    const answer = await run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
    const commit = answer?.trim() ?? ''
    return fullHash.test(commit) ? commit : null
  }

  return {
    top,
    prefix,
    async resolve({ commit, version }) {
      if (commit !== null && hash.test(commit)) return commitOf(commit)
      if (!tagName.test(version) || version.includes('..')) return null
      return (await commitOf(`refs/tags/${version}`)) ?? (await commitOf(`refs/tags/v${version}`))
    },
    async commits(from, to, limit) {
      const range = from === null ? to : `${from}..${to}`
      const format = '--format=%H%n%P%n%ct%n%an%n%s'
      const listing = ['log', '-z', '--topo-order', '--encoding=UTF-8', format, `--max-count=${limit}`]
      return readCommits((await run([...listing, range, '--'], 4 * 1024 * 1024)) ?? '')
    },
    async patch(commit) {
      if (commit.parents.length < 2) {
        return (
          (await run(['diff-tree', '-r', '--root', '--no-commit-id', ...patchOptions, commit.hash])) ?? ''
        )
      }
      // Older versions of git cannot do this; what a merge changed by itself is then not looked at.
      return (await run(['show', '--format=', '--remerge-diff', ...patchOptions, commit.hash, '--'])) ?? ''
    },
    async difference(from, to, file) {
      return (await run(['diff-tree', '-r', ...patchOptions, from, to, '--', file])) ?? ''
    },
    async changedFiles(from, to, folder) {
      const listing = ['diff-tree', '-r', '--no-renames', '--name-status', '-z', from, to, '--', folder]
      const parts = ((await run(listing)) ?? '').split('\0')
      const changed: { status: string; path: string }[] = []
      for (let at = 0; at + 1 < parts.length; at += 2) {
        changed.push({ status: parts[at] ?? '', path: parts[at + 1] ?? '' })
      }
      return changed
    },
    async files(commit) {
      const listing = await run(
        ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit],
        16 * 1024 * 1024,
      )
      return new Set((listing ?? '').split('\0').filter((path) => path !== ''))
    },
    async texts(names) {
      const asked = [...new Set(names)].filter((name) => !/[\n\r\0]/.test(name))
      if (asked.length === 0) return new Map()
      const short = await shortOnes(asked)
      // A header that no file can foresee, so that a file's content is never taken for the next header.
      const mark = `opschart ${context.key.replace(/[^\w:.-]/g, '_')} ${asked.length}`
      if (short.length === 0) return new Map()
      const reading = ['cat-file', `--batch=${mark} %(objectname)`]
      return splitTexts((await run(reading, 32 * 1024 * 1024, `${short.join('\n')}\n`)) ?? '', mark, short)
    },
    async blame(from, to, file, first, last) {
      const range = from === null ? to : `${from}..${to}`
      const output = await run([
        'blame',
        '-w',
        '--no-textconv',
        '--porcelain',
        '-L',
        `${first},${last}`,
        range,
        '--',
        file,
      ])
      return readBlame(output ?? '', from !== null)
    },
  }

  /** Those that are files of a bearable size, in the order asked. */
  async function shortOnes(names: readonly string[]): Promise<string[]> {
    const answer = await run(
      ['cat-file', '--batch-check=%(objecttype) %(objectsize)'],
      8 * 1024 * 1024,
      `${names.join('\n')}\n`,
    )
    const lines = (answer ?? '').split('\n')
    return names.filter((_, index) => {
      const [type, size] = (lines[index] ?? '').split(' ')
      return type === 'blob' && Number(size) <= maxText
    })
  }
}

function readCommits(listing: string): Commit[] {
  const commits: Commit[] = []
  for (const record of listing.split('\0')) {
    const [id, parents, seconds, author, ...title] = record.split('\n')
    // A listing that was cut for its length has one record in pieces.
    if (id === undefined || !fullHash.test(id) || parents === undefined || !/^\d{1,12}$/.test(seconds ?? ''))
      continue
    commits.push({
      hash: id,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      time: Number(seconds) * 1000,
      author: (author ?? '').slice(0, 200),
      title: title.join(' ').slice(0, 500),
    })
  }
  return commits
}

function splitTexts(output: string, mark: string, names: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>()
  const parts = `\n${output}`.split(`\n${mark} `)
  names.forEach((name, index) => {
    const part = parts[index + 1]
    if (part === undefined) return
    const text = part.slice(part.indexOf('\n') + 1)
    if (!text.includes('\0')) texts.set(name, text)
  })
  return texts
}

function readBlame(output: string, hasFrom: boolean): Map<number, string | null> {
  const lines = new Map<number, string>()
  const boundaries = new Set<string>()
  let current = ''
  for (const line of output.split('\n')) {
    if (line.startsWith('\t')) continue
    const found = /^([0-9a-f]{40}(?:[0-9a-f]{24})?) \d{1,9} (\d{1,9})/.exec(line)
    if (found?.[1] !== undefined) {
      current = found[1]
      lines.set(Number(found[2]), current)
    } else if (line === 'boundary') boundaries.add(current)
  }
  const isOlder = (commit: string) => hasFrom && boundaries.has(commit)
  return new Map([...lines].map(([line, commit]) => [line, isOlder(commit) ? null : commit]))
}
