import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'

import { prepareFolder } from './socket-place.ts'

/** A token as it is written: 256 bits. */
const form = /^[0-9a-f]{64}$/

/**
 * The token that a server left which was killed, so that a page which is open goes on. Undefined when there is none, and for
 * anything but a file that only this user can have written: no link, nobody else's, of mode 0600, with a token and no more.
 *
 * @throws OpschartError `storage` when its folder is another's.
 */
export function findToken(path: string): string | undefined {
  prepareFolder(path)
  let file: number
  try {
    // Not waited for: a pipe that lies there would hold up the start.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
  try {
    const facts = fstatSync(file)
    const user = process.getuid?.()
    const isOurs = user === undefined || facts.uid === user
    if (!facts.isFile() || facts.nlink !== 1 || !isOurs || (facts.mode & 0o7777) !== 0o600) return undefined
    const text = facts.size === 64 ? readFileSync(file, 'latin1') : ''
    return form.test(text) ? text : undefined
  } finally {
    closeSync(file)
  }
}

/** Puts a token where only this user reads it (mode 0600), in place of an earlier server's. */
export function publishToken(path: string, token: string): void {
  prepareFolder(path)
  // Written aside and moved: whoever reads it reads all of it, and a link that lies there is not followed.
  const aside = `${path}.${process.pid}`
  rmSync(aside, { force: true })
  const file = openSync(aside, 'wx', 0o600)
  try {
    writeSync(file, token)
  } finally {
    closeSync(file)
  }
  renameSync(aside, path)
}

/** Removes a token, unless another server has put its own there. */
export function withdrawToken(path: string, token: string): void {
  const present = lstatSync(path, { throwIfNoEntry: false })
  if (present?.isFile() === true && readFileSync(path, 'utf8') === token) rmSync(path, { force: true })
}
