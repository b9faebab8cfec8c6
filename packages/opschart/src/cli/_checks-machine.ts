import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'

import type { CommandContext } from './_context.ts'
import type { Check } from './_render-checks.ts'

const run = promisify(execFile)

/** The oldest Node that carries a SQLite without its WAL-reset bug, and that SQLite. */
const oldestNode = [24, 15, 0]
const oldestSqlite = [3, 51, 3]

/** Bytes that are little for a journal: 200 MiB. */
const littleSpace = 200 * 1024 * 1024

/** Node, SQLite, git, the disk and the clock. */
export async function checkMachine({ root, clock }: CommandContext): Promise<Check[]> {
  return [
    checkNode(),
    await checkSqlite(),
    await checkGit(root),
    await checkDisk(root),
    checkClock(clock.now()),
  ]
}

function checkNode(): Check {
  const found = process.versions.node
  if (!isOlder(found, oldestNode)) return { name: 'node', state: 'ok', found }
  return {
    name: 'node',
    state: 'fail',
    found: `${found} is too old`,
    remedy: `install Node ${oldestNode.slice(0, 2).join('.')} or newer`,
  }
}

async function checkSqlite(): Promise<Check> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(':memory:')
  try {
    const row = database.prepare('select sqlite_version() as version').get()
    const found = String(row?.['version'])
    if (!isOlder(found, oldestSqlite)) return { name: 'sqlite', state: 'ok', found }
    const remedy = `use a Node that carries SQLite ${oldestSqlite.join('.')} or newer`
    return {
      name: 'sqlite',
      state: 'fail',
      found: `${found} can lose what was committed (WAL reset)`,
      remedy,
    }
  } finally {
    database.close()
  }
}

async function checkGit(root: string): Promise<Check> {
  const options = { cwd: root, timeout: 10_000 }
  try {
    const { stdout } = await run('git', ['--version'], options)
    const version = stdout.trim().replace('git version ', '')
    const inside = await run('git', ['rev-parse', '--is-inside-work-tree'], options).then(
      (result) => result.stdout.trim() === 'true',
      () => false,
    )
    if (inside) return { name: 'git', state: 'ok', found: version }
    return {
      name: 'git',
      state: 'warn',
      found: `${version}, but this is no repository`,
      remedy: 'run `git init`: releases are followed by their commits',
    }
  } catch {
    return { name: 'git', state: 'fail', found: 'it cannot be started', remedy: 'install git' }
  }
}

async function checkDisk(root: string): Promise<Check> {
  const { bavail, bsize } = await statfs(root)
  const free = bavail * bsize
  const found = `${free >= 2 ** 30 ? `${(free / 2 ** 30).toFixed(1)} GiB` : `${Math.floor(free / 2 ** 20)} MiB`} free`
  if (free >= littleSpace) return { name: 'disk', state: 'ok', found }
  return {
    name: 'disk',
    state: free < littleSpace / 10 ? 'fail' : 'warn',
    found,
    remedy: 'make room: a full disk stops every decision',
  }
}

function checkClock(now: number): Check {
  // A machine that starts without its clock set is in 1970, or on the day its image was made.
  const found = new Date(now).toISOString()
  if (now > Date.UTC(2026, 0, 1)) return { name: 'clock', state: 'ok', found }
  return {
    name: 'clock',
    state: 'fail',
    found: `${found} has been already`,
    remedy: 'set the clock: timers and approvals are absolute times',
  }
}

function isOlder(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0
    if (part !== least) return part < least
  }
  return false
}
