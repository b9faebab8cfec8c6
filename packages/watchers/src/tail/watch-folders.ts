import { watch, type FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'

/** Tells when something happens in folders (not below them). It only hastens: who must not miss anything looks himself. */
export interface FolderWatch {
  /**
   * Watches exactly these folders (relative to the root); for one that is not there, the nearest folder above it.
   * Resolves to whether all of them could be watched.
   */
  set(folders: readonly string[]): Promise<boolean>
  close(): void
}

const mostFolders = 64

/** A watch on folders, none at first. */
export function watchFolders(root: string, changed: () => void): FolderWatch {
  const open = new Map<string, { readonly inode: bigint; readonly watcher: FSWatcher }>()

  const drop = (folder: string) => {
    open.get(folder)?.watcher.close()
    open.delete(folder)
  }

  const add = async (folder: string): Promise<boolean> => {
    const absolute = path.join(root, folder)
    try {
      const { ino: inode } = await stat(absolute, { bigint: true })
      // A folder that was removed and made again is another one, and its old watch is blind.
      if (open.get(folder)?.inode === inode) return true
      drop(folder)
      const watcher = watch(absolute, { persistent: false }, changed)
      watcher.on('error', () => drop(folder))
      open.set(folder, { inode, watcher })
      return true
    } catch {
      drop(folder)
      return false
    }
  }

  const nearest = async (folder: string): Promise<string> => {
    for (let place = folder; place !== '' && place !== '.'; place = path.dirname(place)) {
      const information = await stat(path.join(root, place)).catch(() => undefined)
      if (information?.isDirectory() === true) return place
    }
    return ''
  }

  return {
    async set(folders) {
      const existing = new Set<string>()
      for (const folder of folders.slice(0, mostFolders)) existing.add(await nearest(folder))
      const wanted = [...existing]
      for (const folder of open.keys()) if (!wanted.includes(folder)) drop(folder)
      let all = folders.length > 0 && folders.length <= mostFolders
      for (const folder of wanted) if (!(await add(folder))) all = false
      return all
    },
    close() {
      for (const folder of open.keys()) drop(folder)
    },
  }
}
