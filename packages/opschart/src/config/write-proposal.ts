import { constants } from 'node:fs'
import { lstat, mkdir, open, realpath } from 'node:fs/promises'
import path from 'node:path'

import { lineDifference } from './line-difference.ts'
import type { Proposal, ProposedFile } from './propose-configuration.ts'

/** What became of one proposed file. */
export interface WrittenFile {
  readonly path: string
  /** `left`: what is there stays; `difference` is what was proposed instead. */
  readonly outcome: 'created' | 'appended' | 'left'
  readonly difference: string
  /** Why it was left; null when it was written. */
  readonly reason: string | null
}

/**
 * Writes a proposal: creates what is not there, and adds lines to `.gitignore`. Never overwrites: a file that is there,
 * that has changed since it was looked at, or that a symbolic link stands for is left as it is.
 *
 * @throws the file system's error when a folder or file cannot be written.
 */
export async function writeProposal(proposal: Proposal): Promise<WrittenFile[]> {
  const written: WrittenFile[] = []
  for (const file of proposal.files) written.push(await writeFile(proposal.root, file))
  return written
}

async function writeFile(root: string, file: ProposedFile): Promise<WrittenFile> {
  const left = (reason: string, difference = file.difference): WrittenFile => ({
    path: file.path,
    outcome: 'left',
    difference,
    reason,
  })
  if (file.action === 'keep')
    return left(file.difference === '' ? 'it says so already' : 'it is there already')
  const absolute = path.join(root, file.path)
  if (!(await makeFolder(root, path.dirname(file.path))))
    return left(`${path.dirname(file.path)} lies outside of the project`)
  const created: WrittenFile = {
    path: file.path,
    outcome: 'created',
    difference: file.difference,
    reason: null,
  }
  if (file.action === 'create') {
    try {
      await using handle = await open(absolute, 'wx')
      await handle.writeFile(file.content)
      await handle.sync()
      return created
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return left('it has come to be there since it was looked at')
    }
  }
  // Only what is new is added at the end: whatever another program writes meanwhile stays.
  let handle
  try {
    handle = await open(absolute, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ELOOP') return left('a symbolic link stands for it')
    if (code === 'ENOENT') return left('it was there when it was looked at, and is no more')
    throw error
  }
  await using opened = handle
  const now = await opened.readFile('utf8')
  if (now !== file.before)
    return left('it has changed since it was looked at', lineDifference(now, file.content))
  await opened.appendFile(file.content.slice(now.length))
  await opened.sync()
  return { ...created, outcome: 'appended' }
}

/** Makes a folder below the root; false when a symbolic link on the way leads out of it. */
async function makeFolder(root: string, relative: string): Promise<boolean> {
  let folder = root
  for (const part of relative.split('/')) {
    if (part === '.') continue
    folder = path.join(folder, part)
    if ((await lstat(folder).catch(() => undefined)) === undefined) await mkdir(folder)
    const below = path.relative(root, await realpath(folder))
    if (below === '..' || below.startsWith(`..${path.sep}`) || path.isAbsolute(below)) return false
  }
  return true
}
