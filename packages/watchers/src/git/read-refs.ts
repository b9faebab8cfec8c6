import type { Git } from './run-git.ts'

/** Where the branches and tags of a repository stand. Names are without `refs/heads/` and `refs/tags/`. */
export interface Refs {
  readonly heads: ReadonlyMap<string, string>
  /** Tags by the commit that they lead to, whether annotated or not; tags of anything else are left out. */
  readonly tags: ReadonlyMap<string, string>
}

const mostRefs = 200_000

/** Reads the local branches and tags. Symbolic refs and refs that lead to no commit are left out. */
export async function readRefs(git: Git): Promise<Refs> {
  const format = '--format=%(objectname)%00%(symref)%00%(refname)%00'
  const fields = await git.fields(['for-each-ref', format, 'refs/heads', 'refs/tags'], 3 * mostRefs)
  const refs: { name: string; object: string }[] = []
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [object = '', symbolic = '', name = ''] = fields.slice(at, at + 3)
    // Each record but the first begins with the line feed that ends the one before.
    if (symbolic === '') refs.push({ name, object: object.trim() })
  }
  const commits = await commitsOf(
    git,
    refs.map((ref) => ref.object),
  )
  const select = (prefix: string) =>
    new Map(
      refs.flatMap(({ name, object }) => {
        const commit = commits.get(object)
        return name.startsWith(prefix) && commit !== undefined
          ? [[name.slice(prefix.length), commit] as const]
          : []
      }),
    )
  return { heads: select('refs/heads/'), tags: select('refs/tags/') }
}

/** The commit that each object leads to, through annotated tags; objects that lead to none, or are missing, are left out. */
export async function commitsOf(git: Git, objects: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(objects)].filter(isObjectName)
  const commits = new Map<string, string>()
  if (wanted.length === 0) return commits
  const input = wanted.map((object) => `${object}^{commit}\n`).join('')
  const lines =
    (await git.lines(['cat-file', '--batch-check=%(objectname) %(objecttype)'], wanted.length, { input })) ??
    []
  wanted.forEach((object, index) => {
    const [name = '', type] = (lines[index] ?? '').split(' ')
    if (type === 'commit' && isObjectName(name)) commits.set(object, name)
  })
  return commits
}

/** Whether a text is a full object name. */
export function isObjectName(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(text)
}
