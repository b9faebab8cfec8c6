/** A piece of a change: lines that went and lines that came in one place. */
export interface Hunk {
  /** First old line, and how many; with a count of 0 the line after which lines came. */
  readonly oldStart: number
  readonly oldCount: number
  readonly newStart: number
  readonly newCount: number
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** What a commit did to one file. */
export interface FileChange {
  /** Its path afterwards; before, for a file that was removed. */
  readonly path: string
  readonly before: string | null
  readonly status: 'added' | 'removed' | 'changed' | 'renamed'
  readonly hunks: readonly Hunk[]
}

const maxLine = 400
// Generated files and lock files have tens of thousands of changed lines, none of which a person would read either.
const maxLinesOfFile = 4000

/** Reads a patch as git writes it without context lines. Pieces that were cut off or damaged are left out. */
export function parsePatch(text: string): FileChange[] {
  const files: FileChange[] = []
  const lines = text.split('\n')
  let file:
    | { path: string; before: string | null; status: FileChange['status']; hunks: Hunk[]; kept: number }
    | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string
    if (line.startsWith('diff --git ')) {
      const [before, after] = pathsOf(line)
      file = { path: after, before, status: 'changed', hunks: [], kept: 0 }
      files.push(file)
    } else if (file === undefined) continue
    else if (line.startsWith('new file mode')) {
      file.status = 'added'
      file.before = null
    } else if (line.startsWith('deleted file mode')) file.status = 'removed'
    else if (line.startsWith('rename from ')) {
      file.status = 'renamed'
      file.before = unquoted(line.slice('rename from '.length))
    } else if (line.startsWith('rename to ')) file.path = unquoted(line.slice('rename to '.length))
    else if (line.startsWith('@@ ')) {
      const read = readHunk(lines, at)
      if (read === undefined) continue
      at = read.last
      file.kept += read.hunk.added.length + read.hunk.removed.length
      if (file.kept <= maxLinesOfFile) file.hunks.push(read.hunk)
    }
  }
  return files.filter((change) => change.path !== '')
}

function readHunk(lines: readonly string[], at: number): { hunk: Hunk; last: number } | undefined {
  const found = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/.exec(lines[at] ?? '')
  if (found === null) return undefined
  const oldCount = found[2] === undefined ? 1 : Number(found[2])
  const newCount = found[4] === undefined ? 1 : Number(found[4])
  const removed: string[] = []
  const added: string[] = []
  let last = at
  // The counts say where the piece ends: a removed line "-- x" must not be taken for the head of the next file.
  while (removed.length < oldCount || added.length < newCount) {
    const line = lines[last + 1]
    if (line === undefined) break
    if (line.startsWith('-') && removed.length < oldCount) removed.push(line.slice(1, maxLine))
    else if (line.startsWith('+') && added.length < newCount) added.push(line.slice(1, maxLine))
    else if (!line.startsWith('\\')) break
    last++
  }
  const hunk = { oldStart: Number(found[1]), oldCount, newStart: Number(found[3]), newCount, removed, added }
  return { hunk, last }
}

/**
 * Where a line of the older side stands on the newer side of a change; null when the change took it away. `hunks` are
 * those of its file, in order.
 */
export function mapLine(line: number, hunks: readonly Hunk[]): number | null {
  let shift = 0
  for (const hunk of hunks) {
    // Pure insertions stand after `oldStart`, everything else begins at it.
    const begin = hunk.oldCount === 0 ? hunk.oldStart + 1 : hunk.oldStart
    if (line < begin) break
    if (line < begin + hunk.oldCount) return null
    shift += hunk.newCount - hunk.oldCount
  }
  return line + shift
}

// Both are the same path, so the middle is the middle; a rename says its two paths in lines of their own.
function pathsOf(line: string): [string, string] {
  const rest = line.slice('diff --git '.length)
  const half = (rest.length - 1) / 2
  const [before, after] = [withoutPrefix(rest.slice(0, half)), withoutPrefix(rest.slice(half + 1))]
  // Unequal: a rename, or a line that was cut.
  return before === null || before !== after ? ['', ''] : [before, after]
}

function withoutPrefix(written: string): string | null {
  const path = unquoted(written.endsWith('\t') ? written.slice(0, -1) : written)
  return path.startsWith('a/') || path.startsWith('b/') ? path.slice(2) : null
}

// Git puts paths with control characters, quotes or backslashes between quotes.
function unquoted(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path
  return path.slice(1, -1).replace(/\\(["\\])/g, '$1')
}
