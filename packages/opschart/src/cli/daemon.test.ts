// Properties:
//   - `up --detach` returns when the daemon answers; `down` when its process is gone; a second daemon is refused.
//   - Commands reach the daemon of their project; a row that is written is followed, as NDJSON with --json.
//   - A daemon that cannot start says why, and nothing is left running; one whose reader has gone ends in good order.

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const bin = join(import.meta.dirname, '..', 'bin.ts')
const execute = promisify(execFile)

let root: string
let following: ChildProcess | undefined

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opschart-daemon-'))
  await execute('git', ['init', '-q', root])
  await mkdir(join(root, '.claude/config'), { recursive: true })
  await writeFile(
    join(root, '.claude/config/operational.yaml'),
    'services: { web: { deploy: [./deploy] } }\nautonomy: observe\n',
  )
})
afterEach(async () => {
  following?.kill()
  await opschart('down')
  await rm(root, { recursive: true, force: true })
})

describe('the daemon', () => {
  it('is started in the background, answers, and is ended', async () => {
    const up = await opschart('up', '--detach', '--json')
    expect(up).toMatchObject({ code: 0, stderr: '' })
    const { pid, socket } = JSON.parse(up.stdout) as { pid: number; socket: string }
    expect((await stat(socket)).mode & 0o777).toBe(0o600)
    expect(JSON.parse((await opschart('status', '--json')).stdout)).toMatchObject({ daemon: { pid, root } })

    const second = await opschart('up', '--detach')
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`a daemon runs here already: process ${pid}`),
    })
    expect(await opschart('up')).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${pid}`) })

    following = spawn(process.execPath, [bin, 'log', '--follow', '--json', '--root', root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const rows = createInterface({ input: following.stdout! })[Symbol.asyncIterator]()
    const sent = await opschart('send', 'web', 'REVIEW_REQUESTED', 'branch=search', 'commit=c1', 'author=ann')
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('accepted') })
    const texts: string[] = []
    while (!texts.some((text) => text.includes('DEVELOPMENT → REVIEW'))) {
      const { value } = await rows.next()
      texts.push((JSON.parse(value as string) as { text: string }).text)
    }
    expect(await opschart('status')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/web\/search +REVIEW/),
    })

    expect(await opschart('down')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`process ${pid}`),
    })
    expect(existsSync(socket)).toBe(false)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(await opschart('down')).toMatchObject({ code: 5 })
    // What the daemon said is kept, for who looks later.
    expect(await readFile(join(root, '.opschart/daemon.log'), 'utf8')).toContain('DEVELOPMENT → REVIEW')
    // The journal is there without it.
    expect(await opschart('log')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('DEVELOPMENT → REVIEW'),
    })
    // A dozen commands, each a process of its own: on a busy machine they take their time.
  }, 120_000)

  it('says why it cannot start', async () => {
    await writeFile(join(root, '.claude/config/operational.yaml'), 'servces: {}\n')
    const up = await opschart('up', '--detach')
    expect(up.code).toBe(1)
    expect(up.stderr).toContain('operational.yaml:1:1')
    // The caret stands where it belongs: what is safe on a terminal keeps its columns.
    expect(up.stderr).toMatch(/\| servces: \{\}\n +\| \^+\n/)
    expect(up.stderr).toContain('services')
    expect(await opschart('check')).toMatchObject({ code: 1, stdout: expect.stringContaining('services') })
  }, 30_000)

  it('runs in the foreground until it is told to end', async () => {
    const child = spawn(process.execPath, [bin, 'up', '--root', root], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [first] = (await once(child.stderr, 'data')) as [Buffer]
    expect(String(first)).toContain(`opschart runs for ${root} (process ${child.pid})`)
    child.kill('SIGINT')
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(0)
  }, 30_000)

  it('ends in good order when its reader has gone', async () => {
    const child = spawn(process.execPath, [bin, 'up', '--inspect', '--root', root], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = once(child, 'exit')
    let said = ''
    for await (const chunk of (child.stderr as Readable).iterator({ destroyOnReturn: false })) {
      said += String(chunk)
      if (said.includes('#token=')) break
    }
    const token = join(root, '.opschart/inspect.token')
    expect(existsSync(token)).toBe(true)
    child.stdout.destroy()
    child.stderr.destroy()
    // What it writes of this finds nobody.
    await opschart('send', 'web', 'REVIEW_REQUESTED', 'branch=search', 'commit=c1', 'author=ann')
    expect(await ended).toEqual([0, null])
    expect(existsSync(token)).toBe(false)
  }, 30_000)
})

describe('the inspector', () => {
  it('is opened with the daemon, stays where it is when that is killed, and is found by the command', async () => {
    const up = JSON.parse((await opschart('up', '--detach', '--inspect', '--json')).stdout) as {
      pid: number
      inspect: string
    }
    expect(up.inspect).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{64}$/)
    const [page = '', token = ''] = up.inspect.split('#token=')
    expect(await (await fetch(page)).text()).toContain('<!doctype html>')
    expect(await statusBy(page, token)).toBe(200)
    expect(await statusBy(page, token.replace(/^./, 'x'))).toBe(403)
    // Nobody's log has the token.
    expect(await readFile(join(root, '.opschart/daemon.log'), 'utf8')).not.toContain(token)

    process.kill(up.pid, 'SIGKILL')
    while (isAlive(up.pid)) await new Promise((resolve) => setImmediate(resolve))
    const again = JSON.parse((await opschart('up', '--detach', '--inspect', '--json')).stdout) as typeof up
    expect(again.inspect).toBe(up.inspect)
    const found = await opschart('inspect')
    expect(found).toMatchObject({ code: 0, stdout: `${up.inspect}\n` })
    expect(found.stderr).toContain('opschart inspect --control')
    expect(JSON.parse((await opschart('inspect', '--json')).stdout)).toEqual({
      address: up.inspect,
      page: page.slice(0, -1),
      daemon: again.pid,
      control: null,
      apps: null,
      bridge: null,
      connect: [],
      stately: [],
    })
    const control = await opschart('inspect', '--control')
    expect(control).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('only a person') })
  }, 120_000)

  it('shows the store where no daemon runs, until it is told to end, and nobody gets control', async () => {
    following = spawn(process.execPath, [bin, 'inspect', '--root', root], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const lines = createInterface({ input: following.stdout! })[Symbol.asyncIterator]()
    const [page = '', token = ''] = ((await lines.next()).value as string).split('#token=')
    expect(await statusBy(page, token)).toBe(200)
    const notes: string[] = []
    for await (const line of createInterface({ input: following.stderr! })) {
      notes.push(line)
      if (line.includes('Ctrl-C')) break
    }
    expect(notes.at(-1)).toContain('nothing is carried out')
    expect(existsSync(join(root, '.opschart/inspect.token'))).toBe(false)
    following.kill('SIGINT')
    expect((await once(following, 'exit'))[0]).toBe(0)
    await expect(fetch(page)).rejects.toThrow('fetch failed')
  }, 60_000)

  async function statusBy(page: string, token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${page}v1/status`, { method: 'POST', headers })).status
  }

  function isAlive(pid: number): boolean {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
})

describe('doctor', () => {
  it('finds what is wrong, and says the way out', async () => {
    await writeFile(join(root, 'deploy'), '#!/bin/sh\n', { mode: 0o644 })
    const broken = await opschart('doctor', '--json')
    const checks = JSON.parse(broken.stdout) as {
      name: string
      state: string
      found: string
      remedy?: string
    }[]
    const of = (name: string) => checks.find((check) => check.name === name)
    expect(broken.code).toBe(1)
    expect(of('web: deploy')).toMatchObject({ state: 'fail', remedy: 'chmod +x ./deploy' })
    expect(of('web: rollback')).toMatchObject({ state: 'warn' })
    expect(of('web: logs')).toMatchObject({ state: 'warn', found: 'none are named' })
    expect(of('.gitignore')).toMatchObject({
      state: 'warn',
      remedy: expect.stringContaining('add .opschart/'),
    })
    expect(of('daemon')).toMatchObject({ state: 'warn', remedy: expect.stringContaining('opschart up') })
    for (const name of ['node', 'sqlite', 'git', 'disk', 'clock', 'configuration', 'store'])
      expect(of(name)?.state).toBe('ok')

    await writeFile(join(root, '.gitignore'), '.opschart/\n.claude/contexts/\n.claude/events/\n')
    await writeFile(
      join(root, '.claude/config/operational.yaml'),
      'services: { web: { deploy: [sh, -c], logs: [a.log] } }\n',
    )
    await writeFile(join(root, 'a.log'), '{"msg":"hello","level":30,"time":1}\n')
    const mended = JSON.parse((await opschart('doctor', '--json')).stdout) as typeof checks
    const states = Object.fromEntries(mended.map(({ name, state }) => [name, state]))
    expect(states).toMatchObject({ '.gitignore': 'ok', 'web: deploy': 'ok', 'web: logs': 'ok' })
  }, 30_000)
})

async function opschart(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await execute(process.execPath, [bin, ...argv, '--root', root])
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}
