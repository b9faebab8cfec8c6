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

/** What a server left that was killed. */
export interface LeftToken {
  readonly token: string
  /** The port that it was shown at, and is taken up at: what listens at another may be anybody's. */
  readonly port: number
}

/** Where a token's port is written. */
const portPathOf = (path: string) => `${path}.port`

/**
 * What a server left that was killed, so that a page which is open goes on. Undefined when there is none, and for anything
 * but files that only this user can have written: no link, nobody else's, of mode 0600, with a token, with a port, and no
 * more.
 *
 * @throws OpschartError `storage` when their folder is another's.
 */
export function findToken(path: string): LeftToken | undefined {
  prepareFolder(path)
  const token = readOwn(path)
  const port = readOwn(portPathOf(path))
  if (token === undefined || !form.test(token) || port === undefined || !/^[1-9]\d{0,4}$/.test(port))
    return undefined
  return Number(port) > 65_535 ? undefined : { token, port: Number(port) }
}

/** The text of a file that only this user can have written; undefined of anything else, and of what is longer than a token. */
function readOwn(path: string): string | undefined {
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
    return facts.size <= 64 ? readFileSync(file, 'latin1') : undefined
  } finally {
    closeSync(file)
  }
}

/** Puts a token, and the port that it is shown at, where only this user reads them (mode 0600), in place of an earlier server's. */
export function publishToken(path: string, { token, port }: LeftToken): void {
  prepareFolder(path)
  // An earlier token goes first: broken off here, it is never found beside this port.
  rmSync(path, { force: true })
  write(portPathOf(path), String(port))
  write(path, token)
}

function write(path: string, text: string): void {
  // Written aside and moved: whoever reads it reads all of it, and a link that lies there is not followed.
  const aside = `${path}.${process.pid}`
  rmSync(aside, { force: true })
  const file = openSync(aside, 'wx', 0o600)
  try {
    writeSync(file, text)
  } finally {
    closeSync(file)
  }
  renameSync(aside, path)
}

/** Removes a token and its port, unless another server has put its own there. */
export function withdrawToken(path: string, token: string): void {
  const present = lstatSync(path, { throwIfNoEntry: false })
  if (present?.isFile() !== true || readFileSync(path, 'utf8') !== token) return
  rmSync(path, { force: true })
  rmSync(portPathOf(path), { force: true })
}
