import { createHash } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { OpschartError } from '@opschart/core'

/** Longest path of a Unix socket that every system takes, in bytes (macOS has 104, Linux 108, with the final zero). */
const longestPath = 103

/**
 * Where the daemon of a project listens: `.opschart/daemon.sock`, or, where that path is too long for a socket, a folder
 * of this user's among the temporary ones, named after the project.
 */
export function socketPathOf(root: string): string {
  const path = join(root, '.opschart', 'daemon.sock')
  if (Buffer.byteLength(path) <= longestPath) return path
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  return join(tmpdir(), `opschart-${process.getuid?.() ?? 'user'}`, `${name}.sock`)
}

/**
 * Makes the folder of a socket, or of another file of the daemon's, for this user alone (mode 0700).
 *
 * @throws OpschartError `storage` when the folder is another's, or a link: somebody else could put a socket there.
 */
export function prepareFolder(path: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const facts = lstatSync(folder)
  const user = process.getuid?.()
  if (!facts.isDirectory() || (user !== undefined && facts.uid !== user)) {
    throw new OpschartError(
      'storage',
      `${folder} must be a folder of your own, and no link; remove it and start again`,
    )
  }
  if ((facts.mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/**
 * Runs `work` while no other process does so for this socket: two daemons that start at one moment must not both find
 * the socket dead. A lock whose process has died is taken over.
 *
 * @throws OpschartError `conflict` while another process holds it.
 */
export async function whileStarting<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`
  take(lock)
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock: string, again = true): void {
  try {
    const file = openSync(lock, 'wx', 0o600)
    writeSync(file, String(process.pid))
    closeSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const holder = Number(readFileSync(lock, 'utf8').trim())
    if (again && !isAlive(holder)) {
      rmSync(lock, { force: true })
      take(lock, false)
      return
    }
    throw new OpschartError('conflict', `another daemon is starting here (process ${holder})`, {
      cause: error,
    })
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
