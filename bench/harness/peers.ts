import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const home = fileURLToPath(new URL('..', import.meta.url))
const stamp = path.join(home, 'node_modules/.installed')

/**
 * Installs what is measured beside, into `bench/node_modules`, when it is not there for this lockfile and this Node.
 * Resolves with why it could not, else with undefined: what is ours is measured without it.
 */
export function installPeers(told: (text: string) => void): string | undefined {
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(home, 'pnpm-lock.yaml')))
    .update(process.versions.modules + process.platform + process.arch)
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  // One of its packages is compiled for the Node that installs it.
  rmSync(path.join(home, 'node_modules'), { recursive: true, force: true })
  told('installing the peers into bench/node_modules (once; one of them is compiled, for a minute or two)')
  const [command, ...before] = manager()
  const { status, error, stdout, stderr } = spawnSync(command, [...before, 'install', '--frozen-lockfile'], {
    cwd: home,
    env: { ...process.env, CI: 'true', ...headers() },
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  })
  if (status === 0) {
    writeFileSync(stamp, wanted)
    return undefined
  }
  const said = `${stdout}\n${stderr}`.split('\n').filter((line) => /ERR|error/i.test(line))
  return `the peers could not be installed: ${error?.message ?? said.slice(-3).join('; ').slice(0, 500)}`
}

/** The pnpm that runs this, else the one that npx brings. */
function manager(): [string, ...string[]] {
  const own = process.env['npm_execpath']
  if (own === undefined || !/pnpm/.test(path.basename(own))) return ['npx', '-y', 'pnpm@12']
  return /\.[cm]?js$/.test(own) ? [process.execPath, own] : [own]
}

/** Where this Node's headers are, if it brings them: then compiling needs nothing from the network. */
function headers(): Record<string, string> {
  const folder = path.resolve(process.execPath, '../..')
  return existsSync(path.join(folder, 'include/node/node.h')) ? { npm_config_nodedir: folder } : {}
}
