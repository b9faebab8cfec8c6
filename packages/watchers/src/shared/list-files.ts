import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'

import { isGone } from './failure-text.ts'
import { isMatch, nextState, startState, type GlobState, type Segment } from './glob.ts'

/** A regular file that patterns matched. */
export interface FoundFile {
  /** Relative to the root, with slashes. */
  readonly path: string
  readonly device: string
  readonly inode: string
  /** Bytes. */
  readonly size: number
  /** Nanoseconds since 1970, as digits. */
  readonly modified: string
}

/** How {@link listFiles} looks. */
export interface ListOptions {
  /** `inside`: a symbolic link to a file inside the root counts as that file. `never`: links are not followed. Linked folders never are. */
  readonly links: 'inside' | 'never'
  /** Most files to give; further ones are left out, and `complete` says so. */
  readonly limit: number
}

/** Folders that are never looked into. */
export const ignoredFolders: ReadonlySet<string> = new Set(['.git', 'node_modules', '.opschart'])

const deepestFolder = 40

/**
 * The regular files below `root` that match, sorted by path. Folders in which nothing can match are not read, and what
 * vanishes while it is looked at is left out. A folder that may not be read is skipped and named in `unreadable`.
 */
export async function listFiles(
  root: string,
  globs: readonly Segment[][],
  options: ListOptions,
): Promise<{ files: FoundFile[]; complete: boolean; unreadable: string[] }> {
  const files: FoundFile[] = []
  const unreadable: string[] = []
  let complete = true
  const realRoot = await realpath(root)

  const visit = async (folder: string, state: GlobState, depth: number): Promise<void> => {
    for (const name of await candidates(folder, state)) {
      const below = nextState(globs, state, name)
      if (below.length === 0) continue
      const relative = folder === '' ? name : `${folder}/${name}`
      const found = await look(relative, below)
      if (found === 'folder') {
        if (!ignoredFolders.has(name) && depth < deepestFolder) await visit(relative, below, depth + 1)
      } else if (found !== undefined && files.length < options.limit) files.push(found)
      else if (found !== undefined) complete = false
    }
  }

  // Where all patterns go on with a plain name, the names are known and the folder need not be read.
  const candidates = async (folder: string, state: GlobState): Promise<string[]> => {
    const names = new Set<string>()
    for (const [pattern, index] of state) {
      const segment = globs[pattern]?.[index]
      if (segment === undefined) continue
      if (segment === '**' || !('literal' in segment)) return readNames(folder)
      names.add(segment.literal)
    }
    return [...names].toSorted()
  }

  const readNames = async (folder: string): Promise<string[]> => {
    try {
      return (await readdir(path.join(realRoot, folder))).toSorted()
    } catch (failure) {
      if (!isGone(failure)) unreadable.push(folder === '' ? '.' : folder)
      return []
    }
  }

  const look = async (relative: string, state: GlobState): Promise<FoundFile | 'folder' | undefined> => {
    try {
      const absolute = path.join(realRoot, relative)
      let information = await lstat(absolute, { bigint: true })
      if (information.isDirectory()) return 'folder'
      if (!isMatch(globs, state)) return undefined
      if (information.isSymbolicLink() && options.links === 'inside') {
        if (!isInside(realRoot, await realpath(absolute))) return undefined
        information = await stat(absolute, { bigint: true })
      }
      if (!information.isFile()) return undefined
      return {
        path: relative,
        device: String(information.dev),
        inode: String(information.ino),
        size: Number(information.size),
        modified: String(information.mtimeNs),
      }
    } catch (failure) {
      if (!isGone(failure)) unreadable.push(relative)
      return undefined
    }
  }

  await visit('', startState(globs), 0)
  files.sort((one, other) => (one.path < other.path ? -1 : 1))
  return { files, complete, unreadable }
}

/** Whether an absolute path is `root` or below it; both without symbolic links. */
export function isInside(root: string, absolute: string): boolean {
  const relative = path.relative(root, absolute)
  return !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
}
