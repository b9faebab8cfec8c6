import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

import type { Git } from './run-git.ts'

/** The places whose change means that a ref may have moved. */
export interface GitFolders {
  /** Absolute folders that are worth watching. */
  readonly folders: readonly string[]
  /** A text that is another one after any ref has moved. */
  readonly mark: string
}

const mostFolders = 2_000

/** The common folder of a repository (of all its worktrees); undefined when the project is in none. */
export async function commonFolder(git: Git): Promise<string | undefined> {
  return (await git.lines(['rev-parse', '--path-format=absolute', '--git-common-dir'], 1))?.[0]
}

/**
 * Looks at a repository's folder without starting git. A ref is written by renaming a file into its folder, so that the
 * folders' times tell of each change, however many refs there are.
 */
export async function lookAtFolders(common: string): Promise<GitFolders> {
  const marks: string[] = []
  const folders = [common]
  const visit = async (folder: string): Promise<void> => {
    if (folders.length >= mostFolders) return
    const information = await stat(folder, { bigint: true }).catch(() => undefined)
    if (information === undefined || !information.isDirectory()) return
    folders.push(folder)
    marks.push(`${folder}:${information.mtimeNs}`)
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) if (entry.isDirectory()) await visit(path.join(folder, entry.name))
  }
  await visit(path.join(common, 'refs', 'heads'))
  await visit(path.join(common, 'refs', 'tags'))
  await visit(path.join(common, 'reftable'))
  for (const file of ['packed-refs', 'HEAD']) {
    const information = await stat(path.join(common, file), { bigint: true }).catch(() => undefined)
    marks.push(`${file}:${information === undefined ? '' : `${information.ino}:${information.mtimeNs}`}`)
  }
  return { folders: folders.toSorted(), mark: marks.toSorted().join('\n') }
}
