import type { Report, SignalDraft, WatcherContext } from '@opschart/core'

import { compileGlobs, matchesGlobs } from '../shared/glob.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { currentBranch } from './current-branch.ts'
import { compareFile, type CompareOptions } from './compare-files.ts'
import type { FileContent } from './hash-file.ts'

/** Most files whose content is remembered. */
export const mostFiles = 5_000
/** Most signals of one report. */
export const mostSignals = 200

/** What a look at files gave. */
export interface FileLook {
  /** To be handed over before the next look; undefined when nothing has changed. */
  readonly report: Report | undefined
  readonly isMore: boolean
  /** Files that were written to while they were read. */
  readonly changing: readonly string[]
}

/** The known content of the files, and how it changes. */
export interface FileState {
  /** Looks at all files, and hands back what changed, in parts. */
  scan(): Promise<FileLook>
  /** Looks at these files. */
  look(files: readonly string[]): Promise<FileLook>
}

/** The files that are watched. */
export interface WatchedFiles {
  readonly patterns: readonly string[]
  matches(file: string): boolean
  list(): Promise<{ files: readonly { path: string; size: number; modified: string }[]; complete: boolean }>
}

/** The state that the context's checkpoint holds; without one, the first scan takes note of everything and tells nothing. */
export function createFileState(
  context: WatcherContext,
  options: CompareOptions,
  watched: WatchedFiles,
): FileState {
  const saved = readCheckpoint(context.checkpoint)
  const known = new Map<string, FileContent>(
    [...(saved?.files ?? [])].filter(([file]) => watched.matches(file)),
  )
  // Files that only a new pattern matches were there before, for all that is known.
  const before = saved === undefined ? [] : compileGlobs(saved.patterns)
  let isWidened = saved !== undefined && saved.patterns.join('\n') !== watched.patterns.join('\n')
  let isFirst = saved === undefined
  const said = new Set<string>()

  const compare = async (files: readonly string[], problems: string[]): Promise<FileLook> => {
    const signals: SignalDraft[] = []
    const changing: string[] = []
    let isChanged = isFirst || isWidened
    let looked = 0
    // Once for all files of a look.
    let found: Promise<string | null> | undefined
    const branch = () => (found ??= currentBranch(options.root))
    for (const file of files) {
      if (signals.length >= mostSignals || context.cancel.aborted) break
      looked += 1
      const content = known.get(file)
      if (content === undefined && known.size >= mostFiles) {
        problems.push(`more than ${mostFiles} files match: not all are watched`)
        continue
      }
      const compared = await compareFile(file, content, options, branch)
      if (compared.problem !== undefined) problems.push(compared.problem)
      if (compared.isChanging) changing.push(file)
      const isNoted = isFirst || (isWidened && content === undefined && !matchesGlobs(before, file))
      if (!isNoted) signals.push(...compared.signals)
      if (compared.content === null) isChanged = known.delete(file) || isChanged
      else if (!isSame(compared.content, content)) {
        known.set(file, compared.content)
        isChanged = true
      }
    }
    const fresh = problems.filter((problem) => !said.has(problem))
    for (const problem of fresh) said.add(problem)
    const report = {
      signals,
      problems: fresh,
      checkpoint: writeCheckpoint({ files: known, patterns: watched.patterns }),
    }
    return {
      report: isChanged || fresh.length > 0 ? report : undefined,
      isMore: looked < files.length,
      changing,
    }
  }

  return {
    look: (files) => compare(files, []),
    async scan() {
      const { files, complete } = await watched.list()
      const present = new Set(files.map((file) => file.path))
      const problems = complete ? [] : [`more than ${mostFiles} files match: not all are watched`]
      const gone = complete ? [...known.keys()].filter((file) => !present.has(file)) : []
      const touched = files.filter(({ path, size, modified }) => {
        const content = known.get(path)
        return content?.size !== size || content.modified !== modified
      })
      const paths = [...gone, ...touched.map((file) => file.path)].toSorted()
      const look = await compare(paths, problems)
      if (!look.isMore) {
        isFirst = false
        isWidened = false
      }
      return look
    },
  }
}

function isSame(one: FileContent, other: FileContent | undefined): boolean {
  return one.hash === other?.hash && one.size === other.size && one.modified === other.modified
}
