// Properties:
//   - A daemon has a door for pages only when it is asked for; what it answers is what the runtime answers.
//   - The door ends with the daemon, and one that cannot be opened leaves nothing running.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connect } from '@opschart/hosts/http'
import { systemClock } from '@opschart/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { startDaemon, type Daemon } from './daemon.ts'

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

it('has no door for pages unless it is asked for', async () => {
  daemon = await startDaemon({ root })
  expect(daemon.inspect).toBeUndefined()
  expect(await (await connect(daemon.socket, { clock: systemClock })).daemon()).not.toHaveProperty('page')
  expect(existsSync(join(root, '.opschart/inspect.token'))).toBe(false)
})

it('answers a page that has the token, and changes nothing for it', async () => {
  daemon = await startDaemon({ root, inspect: {} })
  const { address, tokenPath } = daemon.inspect!
  expect(tokenPath).toBe(join(root, '.opschart/inspect.token'))
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
