import { access, constants, lstat, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { OpschartError } from '@opschart/core'
import { socketPathOf } from '@opschart/hosts/http'

import { packageVersion } from '../package-version.ts'
import { connectDaemon } from './_client.ts'
import type { CommandContext } from './_context.ts'
import type { Check } from './_render-checks.ts'
import { lengthOf } from './_time.ts'

/** The daemon, its socket, and the store. */
export async function checkDaemon(context: CommandContext): Promise<Check[]> {
  return [await reachable(context), await socketCheck(context.root), await storeCheck(context.root)]
}

async function reachable(context: CommandContext): Promise<Check> {
  try {
    const { beside, page, pid, root, since, version } = await (await connectDaemon(context)).daemon()
    const open = [
      ...(page === undefined ? [] : [`inspected at ${page}`]),
      ...(typeof beside?.apps === 'string' ? [`apps connect to ${beside.apps}`] : []),
      ...(beside?.connect ?? []).map((url) => `connected to ${url}`),
      ...(beside?.stately ?? []).map((url) => `told to ${url}`),
    ]
    const found = [`process ${pid}, up ${lengthOf(context.clock.now() - since)}`, ...open].join(', ')
    if (root !== context.root)
      return {
        name: 'daemon',
        state: 'fail',
        found: `${found}, but for ${root}`,
        remedy: 'end it, and start it from here',
      }
    if (version !== packageVersion) {
      return {
        name: 'daemon',
        state: 'warn',
        found: `${found}, of version ${version}; this is ${packageVersion}`,
        remedy: '`opschart down`, then `opschart up`',
      }
    }
    return { name: 'daemon', state: 'ok', found }
  } catch (error) {
    if (!(error instanceof OpschartError) || error.code !== 'unreachable') throw error
    return {
      name: 'daemon',
      state: 'warn',
      found: 'none answers',
      remedy: 'start it with `opschart up --detach`',
    }
  }
}

async function socketCheck(root: string): Promise<Check> {
  const path = socketPathOf(root)
  const [folder, socket] = await Promise.all([facts(dirname(path)), facts(path)])
  if (folder === undefined)
    return { name: 'socket', state: 'ok', found: 'its folder is made by the first `opschart up`' }
  const user = process.getuid?.()
  const loose = [folder, socket].find(
    (found) =>
      found !== undefined && ((found.mode & 0o077) !== 0 || (user !== undefined && found.uid !== user)),
  )
  if (loose !== undefined) {
    return {
      name: 'socket',
      state: 'fail',
      found: `others than this user may reach ${path}`,
      remedy: `chmod 0700 ${dirname(path)}`,
    }
  }
  return {
    name: 'socket',
    state: 'ok',
    found: socket === undefined ? 'there is none now' : 'this user’s alone',
  }
}

async function storeCheck(root: string): Promise<Check> {
  const folder = join(root, '.opschart')
  const database = join(folder, 'state.db')
  const place = (await facts(folder)) === undefined ? root : folder
  try {
    // A file is really made: a read-only mount, a quota and a full disk show nowhere else.
    await rm(await mkdtemp(join(place, '.opschart-doctor-')), { recursive: true })
    if ((await facts(database)) === undefined)
      return { name: 'store', state: 'ok', found: 'none yet; it can be made' }
    await access(database, constants.R_OK | constants.W_OK)
    return {
      name: 'store',
      state: 'ok',
      found: `.opschart/state.db, ${Math.ceil(((await facts(database))?.size ?? 0) / 1024)} KiB`,
    }
  } catch (error) {
    return {
      name: 'store',
      state: 'fail',
      found: `cannot be written: ${(error as Error).message}`,
      remedy: `make ${place} writable for this user`,
    }
  }
}

function facts(path: string) {
  return lstat(path).catch(() => undefined)
}
