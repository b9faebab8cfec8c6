import { blockAround, callsIn, namesIn, receiverOf, sourcesOf, type CodeBlock } from './code-context.ts'
import type { Change } from './changes.ts'
import { errorNames } from './error-names.ts'
import type { GitRepository } from './git-repository.ts'
import { mapLine, parsePatch } from './patch.ts'
import type { StackFrame } from './stack-frames.ts'

/** Lines that a commit of the release took away, as seen from the deployed file. */
export interface Removal {
  readonly commit: string
  /** The deployed line that they stood in front of. */
  readonly line: number
  readonly text: string
  /** They checked something: a condition, a default, a caught error, an early return. */
  readonly isGuard: boolean
}

/** A frame of a stack trace found in the deployed commit. */
export interface LocatedFrame {
  readonly frame: StackFrame
  /** 0 for the topmost frame of the project's own code. */
  readonly depth: number
  /** Its path in the repository. */
  readonly file: string
  /** The deployed file, line by line, and of these the failing one. */
  readonly lines: readonly string[]
  readonly text: string
  readonly block: CodeBlock
  /** For the lines of the block: the release's commit that last changed it; null for what is older. */
  readonly blame: ReadonlyMap<number, string | null>
  readonly removals: readonly Removal[]
  /** Names of the expression that had the wrong value, nearest first. */
  readonly value: readonly string[]
  /** Names that this value was made of, on the lines before. */
  readonly sources: readonly string[]
  /** Names called in the failing line, and in the block up to it. */
  readonly calls: readonly string[]
  readonly blockCalls: readonly string[]
  readonly blockNames: readonly string[]
  /** Names that the file imports, with where from. */
  readonly imports: ReadonlyMap<string, string>
}

const maxLocated = 4

/** Finds the frames of the project's own code (the topmost 4) in the deployed commit, and who changed what around them. */
export async function locateFrames(
  repository: GitRepository,
  frames: readonly StackFrame[],
  detail: string,
  release: {
    readonly from: string | null
    readonly to: string
    readonly files: ReadonlySet<string>
    readonly roots: readonly string[]
  },
  changes: readonly Change[],
  // The frames of a trace, and those of several groups, often lie in the same few files.
  removals: Map<string, Promise<readonly Removal[]>> = new Map(),
): Promise<LocatedFrame[]> {
  const own = frames
    .filter((frame) => frame.origin === 'project')
    .flatMap((frame) => {
      const file = findFile(frame.file, release.files, release.roots)
      return file === null ? [] : [{ frame, file }]
    })
    .slice(0, maxLocated)
  const texts = await repository.texts(own.map(({ file }) => `${release.to}:${file}`))
  const located: LocatedFrame[] = []
  for (const [depth, { frame, file }] of own.entries()) {
    const lines = texts.get(`${release.to}:${file}`)?.split('\n') ?? []
    const text = lines[frame.line - 1]
    if (text === undefined) continue
    const block = blockAround(lines, frame.line)
    const until = lines.slice(block.start - 1, frame.line).join('\n')
    const { property } = errorNames(detail)
    const value = depth === 0 && property !== null ? receiverOf(text, property, frame.column) : []
    const variable = value.at(-1)
    const lost = removals.get(file) ?? removalsIn(repository, file, release.to, changes)
    removals.set(file, lost)
    located.push({
      frame,
      depth,
      file,
      lines,
      text,
      block,
      blame: await repository.blame(
        release.from,
        release.to,
        file,
        block.start,
        Math.min(block.end, lines.length),
      ),
      removals: await lost,
      value,
      sources: variable === undefined ? [] : sourcesOf(lines, variable, block.start, frame.line),
      calls: callsIn(text),
      blockCalls: callsIn(until),
      blockNames: namesIn(until),
      imports: importsOf(lines.slice(0, 200).join('\n')),
    })
  }
  return located
}

/**
 * The path in the repository that a path of a stack trace stands for: below one of the roots, or the longest end of it
 * that is a file of the commit (a release is often built into a folder of another name). Null when it is none.
 */
export function findFile(
  written: string,
  files: ReadonlySet<string>,
  roots: readonly string[],
): string | null {
  for (const root of roots) {
    const inside = written.startsWith(`${root}/`) ? written.slice(root.length + 1) : null
    if (inside !== null && files.has(inside)) return inside
  }
  const parts = written.split('/').filter((part) => part !== '' && part !== '.')
  for (let from = 0; from < Math.min(parts.length, 30); from++) {
    const end = parts.slice(from).join('/')
    if (files.has(end)) return end
    // A monorepo's service may have been started from its own folder.
    if (parts.length - from < 2) continue
    const longer = [...files].filter((file) => file.endsWith(`/${end}`))
    if (longer.length === 1) return longer[0] as string
  }
  return null
}

async function removalsIn(
  repository: GitRepository,
  file: string,
  to: string,
  changes: readonly Change[],
): Promise<Removal[]> {
  const removals: Removal[] = []
  for (const change of changes) {
    const touched = change.files.find((candidate) => candidate.path === file)
    const losing = (touched?.hunks ?? []).filter((hunk) => hunk.removed.some((line) => line.trim() !== ''))
    if (losing.length === 0) continue
    const later = parsePatch(await repository.difference(change.commit.hash, to, file)).find(
      (candidate) => candidate.path === file,
    )
    for (const hunk of losing.slice(0, 50)) {
      // Where nothing came instead, `newStart` is the line before.
      const after = hunk.newCount === 0 ? hunk.newStart + 1 : hunk.newStart
      const line = later === undefined ? after : mapLine(after, later.hunks)
      if (line === null) continue
      const lost = lostLines(hunk.removed, hunk.added)
      if (lost.length === 0) continue
      removals.push({
        commit: change.commit.hash,
        line,
        text: lost
          .map((text) => text.trim())
          .join(' ')
          .slice(0, 300),
        isGuard: lost.some(isGuard) && !hunk.added.some(isGuard),
      })
    }
  }
  return removals
}

// Lines that came back with other white space were not lost.
function lostLines(removed: readonly string[], added: readonly string[]): string[] {
  const kept = new Set(added.map((line) => line.replace(/\s+/g, '')))
  return removed.filter((line) => line.trim().length > 1 && !kept.has(line.replace(/\s+/g, '')))
}

function isGuard(line: string): boolean {
  return /\b(?:if|try|catch|throw|assert|return|unless|except|raise|guard)\b|\?\.|\?\?|\|\|/.test(line)
}

/** Names that a source brings in from other modules, with the module as it is written there. */
function importsOf(source: string): Map<string, string> {
  const imports = new Map<string, string>()
  const text = source.slice(0, 30_000)
  for (const [, names, from] of text.matchAll(
    /\bimport\s{1,5}([^;'"]{1,500}?)\s{0,5}from\s{1,5}['"]([^'"\n]{1,200})['"]/g,
  )) {
    for (const name of namesIn(names ?? '')) imports.set(name, from ?? '')
  }
  for (const [, names, from] of text.matchAll(
    /\b(?:const|let|var)\s{1,5}([^;=]{1,300}?)\s{0,5}=\s{0,5}require\(['"]([^'"\n]{1,200})['"]\)/g,
  )) {
    for (const name of namesIn(names ?? '')) imports.set(name, from ?? '')
  }
  return imports
}
