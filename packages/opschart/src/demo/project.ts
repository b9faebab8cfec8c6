import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import type { PlannedCommit } from './defects.ts'
import { serviceFiles } from './service-files.ts'

const run = promisify(execFile)

/** The demo's project: a git repository of its own, with a service and its configuration. */
export interface Project {
  readonly root: string
  readonly port: number
  git(...argv: string[]): Promise<string>
  /** Makes a commit on the present branch. Gives its hash. */
  commit(planned: PlannedCommit): Promise<string>
}

const configuration = (port: number) => `# How this repository is operated.
services:
  orders:
    logs: [logs/orders.log]
    version: { git: tag }
    environments: [production]
    deploy: [./deploy, "{version}"]
    rollback: [./deploy, "{previous}"]
    health: http://127.0.0.1:${port}/health
    status_page: status/index.html
    test: [node, --test]
feedback_loops:
  - { name: error_spike, monitor: error_rate, threshold: 0.01, window: 5s, min_samples: 40, action: incident }
triggers:
  TEST_FAILED: [incident-response-agent]
`

/** Makes the project in an empty folder: its first commit is on main, and nothing has been released. */
export async function createProject(root: string): Promise<Project> {
  const port = await freePort()
  const git = async (...argv: string[]): Promise<string> => {
    const identity = [
      '-c',
      'user.name=demo developer',
      '-c',
      'user.email=developer@demo.invalid',
      '-c',
      'commit.gpgsign=false',
      '-c',
      'tag.gpgsign=false',
    ]
    const environment = { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1' }
    const { stdout } = await run('git', [...identity, ...argv], { cwd: root, env: environment })
    return stdout.trim()
  }
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  await put('README.md', '# orders\n\nA small service that takes orders.\n')
  await put('.gitignore', serviceFiles['.gitignore']!)
  await put('.claude/config/operational.yaml', configuration(port))
  await put('.run/port', `${port}\n`)
  await git('init', '--quiet', '--initial-branch=main')
  await git('add', '-A')
  await git('commit', '--quiet', '-m', 'Begin')
  return {
    root,
    port,
    git,
    async commit({ title, edits }) {
      for (const { path, find, replace } of edits) {
        if (find === undefined) {
          await put(path, replace)
          continue
        }
        const text = await readFile(join(root, path), 'utf8')
        if (!text.includes(find)) throw new Error(`${path} does not hold what "${title}" replaces`)
        await put(
          path,
          text.replace(find, () => replace),
        )
      }
      if (edits.some(({ path }) => path === 'deploy')) await chmod(join(root, 'deploy'), 0o755)
      await git('add', '-A')
      await git('commit', '--quiet', '-m', title)
      return git('rev-parse', 'HEAD')
    },
  }
}

/** The commits of the first release. */
export const firstRelease: readonly PlannedCommit[] = [
  {
    title: 'Take orders',
    edits: [
      'src/server.mjs',
      'src/routes.mjs',
      'src/orders.mjs',
      'src/pricing.mjs',
      'src/shipping.mjs',
      'src/invoice.mjs',
      'config/shipping.json',
      'package.json',
    ].map(file),
  },
  { title: 'Test what the service answers', edits: [file('test/service.test.mjs')] },
  { title: 'Deploy with one command', edits: [file('deploy'), file('migrations/001_orders.sql')] },
]

function file(path: string) {
  return { path, replace: serviceFiles[path]! }
}

/** A port of the loopback that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port is free')),
      )
    })
  })
}
