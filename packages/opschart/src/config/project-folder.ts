import { constants } from 'node:fs'
import { access, open, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'

import { isPlainText } from './plain-text.ts'

/** Most entries of one folder that are looked at. */
const maxEntries = 2_000

/** A project as it is looked at before anything is known of it: bounded, and never out of its root. */
export interface ProjectFolder {
  /** An absolute path, without symbolic links. */
  readonly root: string
  /** What stands at a path, links followed as long as they stay inside; undefined when nothing does. */
  kind(relative: string): Promise<'file' | 'folder' | undefined>
  /** A file's text, cut at `limit` bytes (64 KiB when absent); undefined when there is none. */
  text(relative: string, limit?: number): Promise<string | undefined>
  /** Names of what stands in a folder, sorted; those with control characters are left out. */
  names(relative: string): Promise<string[]>
  isExecutable(relative: string): Promise<boolean>
}

/**
 * Opens a project's folder for looking.
 *
 * @throws the file system's error when the root does not exist.
 */
export async function projectFolder(given: string): Promise<ProjectFolder> {
  const root = await realpath(given)
  const inside = async (relative: string): Promise<string | undefined> => {
    try {
      const real = await realpath(path.join(root, relative))
      const below = path.relative(root, real)
      return below === '..' || below.startsWith(`..${path.sep}`) || path.isAbsolute(below) ? undefined : real
    } catch {
      return undefined
    }
  }
  const kind = async (relative: string) => {
    const real = await inside(relative)
    if (real === undefined) return undefined
    const found = await stat(real).catch(() => undefined)
    return found?.isFile() === true ? 'file' : found?.isDirectory() === true ? 'folder' : undefined
  }
  return {
    root,
    kind,
    async text(relative, limit = 65_536) {
      const real = await inside(relative)
      if (real === undefined || (await kind(relative)) !== 'file') return undefined
      try {
        await using handle = await open(real, 'r')
        const buffer = Buffer.alloc(limit)
        const { bytesRead } = await handle.read(buffer, 0, limit, 0)
        return buffer.toString('utf8', 0, bytesRead)
      } catch {
        return undefined
      }
    },
    async names(relative) {
      const real = await inside(relative)
      if (real === undefined) return []
      const names = await readdir(real).catch(() => [])
      return names.filter(isPlainText).toSorted().slice(0, maxEntries)
    },
    async isExecutable(relative) {
      const real = await inside(relative)
      if (real === undefined) return false
      return access(real, constants.X_OK).then(
        () => true,
        () => false,
      )
    },
  }
}

/** A path below a folder of the project; the project itself is `''`. */
export function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
