import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'

import { harmlessText } from '../shared/harmless.ts'

/**
 * The branch that is checked out at `root` (absolute), read from the repository's files without starting git; also in
 * a worktree, and in a folder below the repository. Null when detached, or in no repository.
 */
export async function currentBranch(root: string): Promise<string | null> {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const place = path.join(folder, '.git')
    const head = (await readStart(path.join(place, 'HEAD'))) ?? (await headOfWorktree(folder, place))
    if (head !== undefined) {
      const branch = /^ref: refs\/heads\/([^\r\n]+)/u.exec(head)?.[1]
      return branch === undefined ? null : harmlessText(branch, 200)
    }
    if (folder === path.dirname(folder)) return null
  }
}

// In a worktree `.git` is a file that says where its part of the repository is.
async function headOfWorktree(folder: string, file: string): Promise<string | undefined> {
  const target = /^gitdir: ([^\r\n]+)/u.exec((await readStart(file)) ?? '')?.[1]
  return target === undefined ? undefined : readStart(path.resolve(folder, target, 'HEAD'))
}

async function readStart(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const { buffer, bytesRead } = await handle.read({ buffer: new Uint8Array(4096), position: 0 })
      return new TextDecoder().decode(buffer.subarray(0, bytesRead))
    } finally {
      await handle.close()
    }
  } catch {
    return undefined
  }
}
