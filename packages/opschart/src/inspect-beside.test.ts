// Properties, with the real packages at the other end:
//   - At a daemon's socket other apps are let in, connected to, and Stately's inspector is told; asked for again, all of it
//     is where it was, and the daemon says where.
//   - What cannot be had, or is on another machine, is refused with the way out.
//   - All of it ends with the daemon.

import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connect, type RemoteClient } from '@opschart/hosts/http'
import { systemClock } from '@opschart/runtime'
import { createWebSocketInspector, createWebSocketReceiver } from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { createActor, createMachine } from 'xstate'

import { startDaemon, type Daemon } from './daemon.ts'
import { freePort } from '../test/free-port.ts'

let root: string
let daemon: Daemon
let remote: RemoteClient
const ends: (() => unknown)[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opschart-beside-'))
  await mkdir(join(root, '.claude/config'), { recursive: true })
  await writeFile(join(root, '.claude/config/operational.yaml'), 'services: { web: {} }\nautonomy: observe\n')
  daemon = await startDaemon({ root })
  remote = await connect(daemon.socket, { clock: systemClock })
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  await daemon.close()
  await rm(root, { recursive: true, force: true })
})

/** All that the page is told from now on. */
async function follow(): Promise<() => string> {
  const { address, token } = await remote.inspect({})
  const ended = new AbortController()
  const { body } = await fetch(`${address}/v1/inspection`, {
    headers: { authorization: `Bearer ${token}` },
    signal: ended.signal,
  })
  let text = ''
  const reading = (async () => {
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) text += chunk
  })().catch(() => {})
  ends.push(() => {
    ended.abort()
    return reading
  })
  return () => text
}

it('[P8] lets apps in that come, and tells the page of them', async () => {
  const port = await freePort()
  const told = await follow()
  const { beside } = await remote.inspect({ apps: { port } })
  const open = { apps: `ws://127.0.0.1:${port}`, bridge: `http://127.0.0.1:${port}/bridge` }
  expect(beside).toEqual({ ...open, connect: [], stately: [] })
  expect((await remote.inspect({ apps: {} })).beside).toEqual(beside)
  expect((await remote.inspect({})).beside).toEqual(beside)
  expect(await remote.daemon()).toMatchObject({ beside })

  const inspector = createWebSocketInspector({ url: open.apps })
  ends.push(() => inspector.stop())
  const machine = createMachine({
    id: 'door',
    initial: 'shut',
    states: { shut: { on: { OPEN: 'open' } }, open: {} },
  })
  const actor = createActor(machine, { inspect: inspector.inspect }).start()
  actor.send({ type: 'OPEN' })
  await vi.waitUntil(() => told().includes('"type":"OPEN"'))
  expect(told()).toContain('"name":"door"')
})

it('[P8] connects to apps that listen, once each', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  ends.push(() => server.close())
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const came = once(server, 'connection')
  const told = await follow()
  expect((await remote.inspect({ connect: [url] })).beside.connect).toEqual([url])
  const [socket] = (await came) as [WebSocket]
  socket.send(
    JSON.stringify({ type: 'service.register', sessionId: 'x:0', machine: '{"id":"lamp"}', state: '{}' }),
  )
  await vi.waitUntil(() => told().includes('"name":"lamp"'))
  expect((await remote.inspect({ connect: [url] })).beside.connect).toEqual([url])
  expect(server.clients.size).toBe(1)
  await daemon.close()
  await vi.waitUntil(() => server.clients.size === 0)
  daemon = await startDaemon({ root })
})

it('[P8] tells Stately’s inspector what happens', async () => {
  const port = await freePort()
  const stately = createInspectorServer({ port })
  ends.push(() => stately.stop())
  const receiver = createWebSocketReceiver({ server: `ws://localhost:${port}` })
  const seen: string[] = []
  receiver.subscribe((event) => seen.push(JSON.stringify(event)))
  const url = `ws://localhost:${port}`
  expect((await remote.inspect({ stately: url })).beside.stately).toEqual([url])
  const data = { branch: 'topic', commit: 'a'.repeat(40), author: 'ann@example.org' }
  await daemon.client.as('watcher:git').send('web', { id: 'one', type: 'CODE_COMMITTED', data })
  await vi.waitUntil(() => seen.some((event) => event.includes('CODE_COMMITTED')), { timeout: 10_000 })
  expect((await remote.inspect({ stately: url })).beside.stately).toEqual([url])
})

it('[P8] refuses what cannot be had, and what is elsewhere, and says the way out', async () => {
  const port = await freePort()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  ends.push(() => taken.close())
  await expect(
    remote.inspect({ apps: { port: (taken.address() as AddressInfo).port } }),
  ).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^port \d+ is taken on this machine; choose another one for apps$/),
  })
  for (const url of [
    'ws://example.org:8080',
    'ws://localhost.example.org',
    'http://localhost:1',
    'ws://10.0.0.1',
    'x',
  ])
    for (const asked of [{ connect: [url] }, { stately: url }])
      await expect(remote.inspect({ apps: { port }, ...asked })).rejects.toMatchObject({
        code: 'configuration',
        message: `${url} is no WebSocket address of this machine; give one such as ws://localhost:8888, and for another machine a port here that is forwarded to it`,
      })
  // Nothing of it was opened.
  expect((await remote.inspect({})).beside).toEqual({ apps: null, bridge: null, connect: [], stately: [] })

  await remote.inspect({ apps: { port } })
  await expect(remote.inspect({ apps: { port: port === 65_535 ? 1024 : port + 1 } })).rejects.toMatchObject({
    code: 'conflict',
    message: `apps connect to ws://127.0.0.1:${port} already; leave the port out, or end the daemon first`,
  })
  await expect(remote.inspect({ stately: `ws://localhost:${port}` })).rejects.toMatchObject({
    message: expect.stringContaining('is where apps come to this inspector itself'),
  })
})

it('does not start a daemon whose apps cannot come, and leaves the port free that it had', async () => {
  const port = await freePort()
  await remote.inspect({ apps: { port } })
  const other = await mkdtemp(join(tmpdir(), 'opschart-beside-'))
  ends.push(() => rm(other, { recursive: true, force: true }))
  await mkdir(join(other, '.claude/config'), { recursive: true })
  await writeFile(join(other, '.claude/config/operational.yaml'), 'services: { web: {} }\n')
  await expect(startDaemon({ root: other, inspect: { apps: { port } } })).rejects.toMatchObject({
    code: 'conflict',
  })
  await daemon.close()
  daemon = await startDaemon({ root: other, inspect: { apps: { port } } })
  expect(daemon.inspect?.beside.apps).toBe(`ws://127.0.0.1:${port}`)
  await daemon.close()
  daemon = await startDaemon({ root })
})
