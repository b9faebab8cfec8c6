import path from 'node:path'

import { watch } from 'chokidar'

import { ignoredFolders } from '../shared/list-files.ts'

/** What is watched below a folder. */
export interface TreeOptions {
  /** Whether something in this folder (relative) could match: others are not watched. */
  readonly mayContain: (folder: string) => boolean
  readonly matches: (file: string) => boolean
  /** A matching file (relative) was made, written or removed. */
  readonly changed: (file: string) => void
  /** Something cannot be watched. */
  readonly failed: (message: string) => void
}

/** A watch on the files below a folder. */
export interface TreeWatch {
  /** Whether nothing failed, so that each change is told. */
  isWhole(): boolean
  close(): Promise<void>
}

/** Watches the matching files below `root` (absolute); resolves when each later change is told. Links are not followed. */
export async function watchTree(root: string, options: TreeOptions): Promise<TreeWatch> {
  let isWhole = true
  const relative = (absolute: string) => path.relative(root, absolute).split(path.sep).join('/')
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    ignored(absolute, stats) {
      const file = relative(absolute)
      if (file === '') return false
      if (file.split('/').some((part) => ignoredFolders.has(part))) return true
      if (stats === undefined) return !options.mayContain(file) && !options.matches(file)
      return stats.isDirectory() ? !options.mayContain(file) : !options.matches(file)
    },
  })
  const changed = (absolute: string) => {
    const file = relative(absolute)
    if (options.matches(file)) options.changed(file)
  }
  watcher.on('add', changed).on('change', changed).on('unlink', changed)
  watcher.on('error', (failure) => {
    isWhole = false
    options.failed(failure instanceof Error ? failure.message : String(failure))
  })
  await new Promise<void>((resolve) => {
    watcher.on('ready', () => resolve())
    // Where not even the root can be watched, the looks at everything are left.
    watcher.on('error', () => resolve())
  })
  return { isWhole: () => isWhole, close: () => watcher.close() }
}
