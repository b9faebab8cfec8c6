// Properties:
//   - A daemon has a door for pages only when it is asked for, then or later, and one of them; what it answers is what the
//     runtime answers.
//   - Its port is the project's own, and a daemon that follows one that was killed has the door open as that had it, with
//     its token: a page goes on. One that follows an orderly end has neither.
//   - The door ends with the daemon, and one that cannot be opened leaves nothing running.

import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connect } from '@opschart/hosts/http'
import { systemClock } from '@opschart/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { startDaemon, type Daemon } from './daemon.ts'
import { usualPortOf } from './inspect-door.ts'
import { freePort } from '../test/free-port.ts'

let root: string
let daemon: Daemon | undefined

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opschart-inspect-'))
  await mkdir(join(root, '.claude/config'), { recursive: true })
  await writeFile(
    join(root, '.claude/config/operational.yaml'),
    'services: { web: { deploy: [./deploy] } }\nautonomy: observe\n',
  )
})
afterEach(async () => {
  await daemon?.close()
  daemon = undefined
  await rm(root, { recursive: true, force: true })
})

it('[P1] has no door for pages unless it is asked for', async () => {
  daemon = await startDaemon({ root })
  expect(daemon.inspect).toBeUndefined()
  expect(await (await connect(daemon.socket, { clock: systemClock })).daemon()).not.toHaveProperty('page')
  expect(existsSync(join(root, '.opschart/inspect.token'))).toBe(false)
})

it('[P1] opens it when it is asked for at the socket, once, at the project’s port', async () => {
  daemon = await startDaemon({ root })
  const commands = await connect(daemon.socket, { clock: systemClock })
  const [first, second] = await Promise.all([commands.inspect({}), commands.inspect({})])
  expect(second).toEqual({ ...first, ticket: second.ticket })
  expect(second.ticket).not.toBe(first.ticket)
  expect(first.address).toBe(`http://127.0.0.1:${usualPortOf(root)}`)
  expect(usualPortOf(root)).toBe(usualPortOf(root))
  expect(usualPortOf(root)).not.toBe(usualPortOf(`${root}-other`))
  expect(await commands.daemon()).toMatchObject({ page: first.address })
  expect(await (await fetch(`${first.address}/`)).text()).toMatch(/^<!doctype html>/)
  expect(readFileSync(join(root, '.opschart/inspect.token'), 'utf8')).toBe(first.token)
  await expect(commands.inspect({ port: 1024 })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`is open at ${first.address}`),
  })
  // Nobody at the socket gets control for the asking.
  await expect(commands.control()).rejects.toMatchObject({ code: 'forbidden' })
})

it('[P1] [P2] opens it again where a daemon was killed that had it open, wherever that was', async () => {
  for (const asked of [{}, { port: await freePort() }]) {
    daemon = await startDaemon({ root, inspect: asked })
    const { address, token } = daemon.inspect!
    const path = join(root, '.opschart/inspect.token')
    const left = [path, `${path}.port`].map((file) => [file, readFileSync(file)] as const)
    await daemon.close()
    for (const [file, text] of left) await writeFile(file, text, { mode: 0o600 })
    daemon = await startDaemon({ root })
    expect(daemon.inspect).toMatchObject({ address, token })
    await daemon.close()
    // One that ended in good order leaves nothing that lets anyone in, and nothing is opened.
    daemon = await startDaemon({ root })
    expect(daemon.inspect).toBeUndefined()
    await daemon.close()
  }
})

it('[P1] starts although the page cannot be opened again, and says so', async () => {
  daemon = await startDaemon({ root, inspect: {} })
  const path = join(root, '.opschart/inspect.token')
  const left = [path, `${path}.port`].map((file) => [file, readFileSync(file)] as const)
  await daemon.close()
  for (const [file, text] of left) await writeFile(file, text, { mode: 0o600 })
  // In the way of the token's new file.
  await mkdir(`${path}.${process.pid}/x`, { recursive: true })
  const lines: string[] = []
  daemon = await startDaemon({ root, onLine: (line) => lines.push(line) })
  expect(daemon.inspect).toBeUndefined()
  expect(lines).toContainEqual(expect.stringMatching(/the inspector is not open again .*`opschart inspect`/))
})

it('[P1] takes the next port where another program has the project’s own, and says which', async () => {
  const other = createServer().listen(usualPortOf(root), '127.0.0.1')
  await once(other, 'listening')
  daemon = await startDaemon({ root, inspect: {} })
  expect(daemon.inspect!.taken).toBe(usualPortOf(root))
  other.close()
})

it('answers a page that has the token, and changes nothing for it', async () => {
  daemon = await startDaemon({ root, inspect: {} })
  const { address } = daemon.inspect!
  const tokenPath = join(root, '.opschart/inspect.token')
  expect(statSync(tokenPath).mode & 0o777).toBe(0o600)
  const headers = { authorization: `Bearer ${readFileSync(tokenPath, 'utf8')}` }
  const commands = await connect(daemon.socket, { clock: systemClock })
  expect(await commands.daemon()).toMatchObject({ page: address })
  const status = await fetch(`${address}/v1/status`, { method: 'POST', headers })
  const answer = JSON.parse(JSON.stringify(await daemon.client.status())) as { services: unknown }
  expect(await status.json()).toMatchObject({ answer: { services: answer.services } })
  expect((await fetch(`${address}/v1/status`, { method: 'POST' })).status).toBe(403)
  const body = JSON.stringify({ to: 'web', draft: { type: 'REVIEW_REQUESTED' } })
  const sent = await fetch(`${address}/v1/send`, { method: 'POST', headers, body })
  expect([sent.status, await sent.text()]).toEqual([403, expect.stringContaining('control is off here')])
  await daemon.close()
  daemon = undefined
  expect(existsSync(tokenPath)).toBe(false)
  await expect(fetch(`${address}/v1/status`, { method: 'POST', headers })).rejects.toThrow()
})

it('does not start where the port is taken, and leaves nothing behind', async () => {
  const other = await mkdtemp(join(tmpdir(), 'opschart-inspect-'))
  daemon = await startDaemon({ root, inspect: {} })
  const port = Number(new URL(daemon.inspect!.address).port)
  await mkdir(join(other, '.claude/config'), { recursive: true })
  await writeFile(join(other, '.claude/config/operational.yaml'), 'services: { web: {} }\n')
  await expect(startDaemon({ root: other, inspect: { port } })).rejects.toMatchObject({ code: 'conflict' })
  expect(existsSync(join(other, '.opschart/daemon.sock'))).toBe(false)
  await (await startDaemon({ root: other, inspect: {} })).close()
  await rm(other, { recursive: true, force: true })
})
