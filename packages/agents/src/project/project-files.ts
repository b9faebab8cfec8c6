import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'

import { OperationError } from '@opschart/core'

/** Longest text file that is read, in bytes. */
export const maxFileBytes = 1024 * 1024

/** Most files that a listing gives. */
export const maxListedFiles = 3000

// Most entries that a listing looks at, so that a folder of data cannot hold it up.
const maxVisitedEntries = 100_000

// Folders that hold no source of the project's own, and those that nobody but their owner may write.
const skippedFolders = new Set([
  'node_modules',
  'dist',
  'build',
  'coverage',
  'vendor',
  'target',
  'out',
  '__pycache__',
])
const closedFolders = new Set(['.git', '.opschart'])

/** The project's files as a task may touch them: inside the root, links that lead out of it refused. */
export interface ProjectFiles {
  readonly root: string
  /** The text, or undefined when there is no such file. Fails with `file_too_large` above {@link maxFileBytes}. */
  read(file: string): Promise<string | undefined>
  /** Whether there is such a file. */
  has(file: string): Promise<boolean>
  /** Writes the whole file or nothing: a temporary file beside it, flushed, then renamed. Keeps the mode. */
  write(file: string, text: string): Promise<void>
  /** Absolute, real path of a file or folder that may be touched. Fails with `outside_project`. */
  locate(file: string): Promise<string>
  /**
   * Files under a folder, relative to the root with `/`, sorted; hidden folders, dependencies and build results left
   * out, links not followed. Empty when the folder does not exist.
   */
  list(folder: string, wanted: (file: string) => boolean): Promise<string[]>
}

/** The files of the project at `root`, an absolute path. */
export function projectFiles(root: string): ProjectFiles {
  const locate = (file: string) => locateIn(root, file)
  return {
    root,
    locate,
    async read(file) {
      const target = await locate(file)
      const found = await stat(target).catch(() => undefined)
      if (!found?.isFile()) return undefined
      if (found.size > maxFileBytes) {
        throw failure(
          'file_too_large',
          `${file} has ${found.size} bytes; ${maxFileBytes} are the most that is read`,
        )
      }
      const handle = await open(target, constants.O_RDONLY)
      try {
        return await handle.readFile('utf8')
      } finally {
        await handle.close()
      }
    },
    async has(file) {
      const found = await stat(await locate(file)).catch(() => undefined)
      return found?.isFile() ?? false
    },
    async write(file, text) {
      const target = await locate(file)
      await mkdir(path.dirname(target), { recursive: true })
      // Made again after the folders exist: a link planted in between is seen here.
      await locate(path.dirname(file))
      const mode = await stat(target).then(
        (found) => found.mode & 0o777,
        () => 0o644,
      )
      // One name per content, so that two attempts at one operation meet in the same temporary file.
      const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
      const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${digest}.tmp`)
      await rm(temporary, { force: true })
      try {
        const handle = await open(temporary, 'wx', mode)
        try {
          await handle.writeFile(text, 'utf8')
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(temporary, target)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    async list(folder, wanted) {
      const start = await locate(folder)
      const base = await realpath(root)
      const found: string[] = []
      const pending = [start]
      let visited = 0
      while (pending.length > 0 && found.length < maxListedFiles && visited < maxVisitedEntries) {
        const current = pending.pop() as string
        const entries = await readdir(current, { withFileTypes: true }).catch(() => [])
        visited += entries.length
        for (const entry of entries.toSorted((a, b) => compare(a.name, b.name))) {
          const absolute = path.join(current, entry.name)
          if (entry.isDirectory()) {
            if (!entry.name.startsWith('.') && !skippedFolders.has(entry.name)) pending.push(absolute)
          } else if (entry.isFile()) {
            const relative = path.relative(base, absolute).split(path.sep).join('/')
            if (wanted(relative)) found.push(relative)
          }
        }
      }
      return found.toSorted(compare).slice(0, maxListedFiles)
    },
  }
}

/** Order by code unit, the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

async function locateIn(root: string, file: string): Promise<string> {
  if (file.includes('\0') || path.isAbsolute(file)) throw outside(file, 'it must be relative to the project')
  const base = await realpath(root)
  const target = path.resolve(base, file)
  if (!isInside(base, target)) throw outside(file, 'it leads out of the project')
  const real = await realOf(target, file)
  if (!isInside(base, real)) throw outside(file, 'a link leads out of the project')
  const first = path.relative(base, real).split(path.sep)
  if (first.some((part) => closedFolders.has(part))) throw outside(file, 'that folder is not for tasks')
  return real
}

/** The real path of a file whose last parts may not exist yet. */
async function realOf(target: string, file: string): Promise<string> {
  const missing: string[] = []
  let current = target
  for (;;) {
    try {
      return path.join(await realpath(current), ...missing)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
      // A link that points to nothing yet would be followed when the file is made.
      if (await lstat(current).catch(() => undefined)) throw outside(file, 'it is a broken link')
      missing.unshift(path.basename(current))
      current = path.dirname(current)
    }
  }
}

function isInside(base: string, target: string): boolean {
  return target === base || target.startsWith(base.endsWith(path.sep) ? base : base + path.sep)
}

function outside(file: string, why: string): OperationError {
  return failure('outside_project', `${JSON.stringify(file.slice(0, 200))} is not touched: ${why}`)
}

function failure(code: string, message: string): OperationError {
  return new OperationError({ code, message })
}
