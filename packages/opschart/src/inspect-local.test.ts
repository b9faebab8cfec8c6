// Properties:
//   - A store is shown by one process: who asks again is told its address, until it ends or was killed.
//   - It leaves the project's port to a daemon, and the daemon's token alone.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { inspectLocal, startDaemon } from './daemon.ts'
import { usualPortOf } from './inspect-door.ts'
import type { LocalInspector } from './inspect-local.ts'

let root: string
let tokenPath: string
let opened: LocalInspector[]

beforeEach(async () => {
  opened = []
  root = await mkdtemp(join(tmpdir(), 'opschart-local-'))
  tokenPath = join(root, '.opschart/inspect-store.token')
  await mkdir(join(root, '.claude/config'), { recursive: true })
  await writeFile(join(root, '.claude/config/operational.yaml'), 'services: { web: {} }\n')
})
afterEach(async () => {
  for (const one of opened.toReversed()) await one.close()
  await rm(root, { recursive: true, force: true })
})

async function inspect(asked: { port?: number; apps?: object } = {}): Promise<LocalInspector> {
  const one = await inspectLocal({ root, onLine: () => {}, ...asked })
  opened.push(one)
  return one
}

it('[P1] is one for a store, and a second call finds it', async () => {
  const first = await inspect()
  expect(first.pid).toBe(process.pid)
  expect(statSync(tokenPath).mode & 0o777).toBe(0o600)
  const { address, token } = first
  const second = await inspect()
  expect(second).toMatchObject({ address, token, pid: process.pid })
  // A ticket is its maker's to give.
  expect(second.ticket).toBeUndefined()
  await second.close()
  expect((await fetch(`${address}/v1/status`, asked(token))).status).toBe(200)
  expect(await inspect({ port: Number(new URL(address).port) })).toMatchObject({ address })
  for (const more of [{ apps: {} }, { port: 4711 }])
    await expect(inspect(more)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${process.pid} shows this store already, at ${address}`),
    })
  await first.close()
  expect(existsSync(tokenPath)).toBe(false)
  await expect(fetch(`${address}/v1/status`, asked(token))).rejects.toThrow()
})

it('[P2] is opened anew where the one before was killed, for the page that waits', async () => {
  const first = await inspect()
  const left = [tokenPath, `${tokenPath}.port`].map((file) => [file, readFileSync(file)] as const)
  await first.close()
  for (const [file, text] of left) await writeFile(file, text, { mode: 0o600 })
  const { address, token, ticket } = await inspect()
  expect({ address, token }).toEqual({ address: first.address, token: first.token })
  expect(ticket).toBeDefined()
})

it('[P1] leaves the project’s port to the daemon, whoever comes first', async () => {
  const local = await inspect()
  expect(local.address).not.toBe(`http://127.0.0.1:${usualPortOf(root)}`)
  const daemon = await startDaemon({ root, inspect: {} })
  try {
    expect(daemon.inspect).toMatchObject({ address: `http://127.0.0.1:${usualPortOf(root)}` })
    expect(daemon.inspect!.token).not.toBe(local.token)
    expect(daemon.inspect).not.toHaveProperty('taken')
  } finally {
    await daemon.close()
  }
  expect((await fetch(`${local.address}/v1/status`, asked(local.token))).status).toBe(200)
})

const asked = (token: string) => ({ method: 'POST', headers: { authorization: `Bearer ${token}` } })
