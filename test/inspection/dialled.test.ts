// Properties of those that we connect to:
//   - An XState 4 app is followed as soon as it is there, again when it comes again, and is sent nothing but that it is
//     inspected.
//   - Stately's own inspector is told a daemon's life, definitions first, each time that it is there anew; no secrets.
//   - Who is not there is tried again, ever less often, and spoken of once.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

import { chartOfConfig, statesOf, type Clock, type ForeseeingClient } from '@opschart/core'
import { connectApps, createAppHub, tellStately } from '@opschart/hosts/apps'
import { createRuntime, systemClock } from '@opschart/runtime'
import { simulatedClock } from '@opschart/testing'
import { createWebSocketReceiver } from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { setup } from 'xstate'

import { run, watch } from './watching.ts'
import { freePort } from '../../packages/opschart/test/free-port.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const xstate4 = path.join(import.meta.dirname, '../xstate4/app.mjs')

/** Who takes connections at a port, and all that comes over each. */
async function listenAt(port: number) {
  const server = new WebSocketServer({ host: '127.0.0.1', port })
  const heard: string[][] = []
  server.on('connection', (socket) => {
    const texts: string[] = []
    heard.push(texts)
    socket.on('message', (data: Buffer) => texts.push(data.toString()))
  })
  await once(server, 'listening')
  const close = () => {
    for (const client of server.clients) client.terminate()
    server.close()
  }
  ends.push(close)
  return { heard, close, server }
}

function hubOf(clock: Clock) {
  const hub = createAppHub({ clock })
  ends.push(() => hub.close())
  return { hub, watching: watch(hub.messages()) }
}

describe('XState 4 apps', () => {
  it('are followed when they come, and when they come again', { timeout: 60_000 }, async () => {
    const port = await freePort()
    const { hub, watching } = hubOf(systemClock)
    const problems: string[] = []
    const urls = [`ws://localhost:${port}`]
    const dialled = connectApps({ hub, urls, clock: systemClock, onProblem: (line) => problems.push(line) })
    ends.push(() => dialled.close())
    await vi.waitUntil(() => problems.length > 0)

    const app = run(xstate4, String(port))
    ends.push(() => app.end())
    await watching.until(() => watching.source('light')?.actors.size === 1)
    app.say('TIMER')
    await watching.until(() => watching.source('light')!.steps.some(({ event }) => event.type === 'TIMER'))
    const [light] = watching.source('light')!.actors.values()
    expect(light).toMatchObject({ name: 'light', state: { value: 'yellow', context: { changes: 1 } } })
    await app.end()
    await watching.until(() => watching.source('light')!.ended !== null)

    const again = run(xstate4, String(port))
    ends.push(() => again.end())
    await watching.until(() => watching.source('light 2')?.actors.size === 1)
    expect(problems[0]).toMatch(/^nobody answers at ws:\/\/localhost:\d+ \(.*\); it is tried again$/)
  })

  it('are told that they are inspected, and nothing else', async () => {
    const { heard, server } = await listenAt(0)
    const { hub, watching } = hubOf(systemClock)
    const urls = [`ws://127.0.0.1:${(server.address() as AddressInfo).port}`]
    const dialled = connectApps({ hub, urls, clock: systemClock })
    ends.push(() => dialled.close())
    await vi.waitUntil(() => heard[0]?.length === 1)
    const [socket] = server.clients
    socket!.send(
      JSON.stringify({ type: 'service.register', sessionId: 'x:0', machine: '{"id":"m"}', state: '{}' }),
    )
    socket!.send('no message')
    await watching.until(([source]) => source?.actors.size === 1 && source.lost === 1)
    socket!.send('x'.repeat(5 * 1024 * 1024))
    await watching.until(([source]) => source!.ended !== null)
    expect(watching.sources()[0]!.lost).toBe(2)
    expect(heard[0]).toEqual(['{"type":"xstate.inspecting"}'])
  })

  it('are tried ever less often, and spoken of once', async () => {
    const clock = simulatedClock(0)
    const tried: number[] = []
    const seen: Clock = {
      now: () => clock.now(),
      at(at, callback) {
        tried.push(at - clock.now())
        return clock.at(at, callback)
      },
    }
    const problems: string[] = []
    const urls = [`ws://127.0.0.1:${await freePort()}`]
    const { hub } = hubOf(clock)
    const dialled = connectApps({ hub, urls, clock: seen, onProblem: (line) => problems.push(line) })
    for (let count = 1; count <= 8; count += 1) {
      await vi.waitUntil(() => tried.length >= count)
      await clock.advance(tried.at(-1)!)
    }
    dialled.close()
    expect(tried.slice(0, 8)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
    expect(problems).toHaveLength(1)
  })

  it('have the address of a WebSocket', () => {
    const { hub } = hubOf(systemClock)
    for (const url of ['http://localhost:1', 'localhost:1', 'nothing', 'ws://me:secret@localhost:1'])
      expect(() => connectApps({ hub, urls: [url], clock: systemClock })).toThrow(
        'is no address of a WebSocket; give one such as ws://localhost:8080',
      )
  })
})

const order = setup({ types: {} as { context: { note: string } } }).createMachine({
  id: 'order',
  context: { note: 'token=abcdefgh12345678' },
  initial: 'open',
  states: { open: { on: { PAID: 'paid' } }, paid: {} },
})

async function running() {
  const runtime = await createRuntime({ machines: { order } })
  ends.push(() => runtime.close())
  const client = runtime as unknown as ForeseeingClient
  const ann = runtime.as({ person: 'ann' })
  await ann.start('order/1')
  return { ann, messages: () => client.inspection({ source: 'shop' }) }
}

describe('Stately’s inspector', () => {
  it(
    'is told a life as it goes on, through its real server, to its real receiver',
    { timeout: 60_000 },
    async () => {
      const { ann, messages } = await running()
      const port = await freePort()
      const url = `ws://localhost:${port}`
      const server = createInspectorServer({ port, autoOpen: false })
      ends.push(() => server.stop())
      const telling = tellStately({ url, clock: systemClock, messages })
      ends.push(() => telling.close())
      const received: Record<string, unknown>[] = []
      const receiver = createWebSocketReceiver({ server: url })
      receiver.subscribe((event) => void received.push({ ...event }))
      await vi.waitUntil(() => received.some(({ type }) => type === '@xstate.actor'), { timeout: 20_000 })
      await ann.send('order/1', { type: 'PAID' })
      await vi.waitUntil(() => JSON.stringify(received.at(-1)).includes('"paid"'), { timeout: 20_000 })
      const actor = received.find(({ type }) => type === '@xstate.actor')!
      expect(actor).toMatchObject({
        name: 'order/1',
        sessionId: 'shop/order/1',
        snapshot: { value: 'open', context: { note: 'token=[redacted]' } },
      })
      const chart = chartOfConfig(JSON.parse(actor['definition'] as string))
      expect(statesOf(chart).map(({ id }) => id)).toEqual(['', 'open', 'paid'])
      expect(received.at(-1)).toMatchObject({
        type: '@xstate.snapshot',
        event: { type: 'PAID' },
        snapshot: { status: 'active', value: 'paid' },
      })
      expect(JSON.stringify(received)).not.toContain('abcdefgh')
    },
  )

  it('is told all of it again when it comes again, definitions first', async () => {
    const { ann, messages } = await running()
    const first = await listenAt(0)
    const { port } = first.server.address() as AddressInfo
    const telling = tellStately({ url: `ws://127.0.0.1:${port}`, clock: systemClock, messages })
    ends.push(() => telling.close())
    await vi.waitUntil(() => first.heard[0]?.some((text) => text.includes('@xstate.actor')))
    first.close()
    await once(first.server, 'close')
    await ann.send('order/1', { type: 'PAID' })
    const second = await listenAt(port)
    await vi.waitUntil(() => second.heard.at(-1)?.some((text) => text.includes('"value":"paid"')), {
      timeout: 20_000,
    })
    const types = second.heard.at(-1)!.map((text) => (JSON.parse(text) as { type: string }).type)
    expect(types).toEqual(['@xstate.actor'])
    telling.close()
    await vi.waitUntil(() => second.server.clients.size === 0)
  })
})
