// Properties of the door for apps:
//   - Unmodified apps of several processes are followed at once, and kept apart; one that comes again is another source, and
//     the earlier one has ended.
//   - Pages of elsewhere are refused, as is a name that was pointed at this machine.
//   - Whatever is sent, the door stays open for others, what is not understood is counted, and nothing is sent back.

import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import path from 'node:path'

import { createAppHub, serveApps, type AppDoor } from '@opschart/hosts/apps'
import { systemClock } from '@opschart/runtime'
import { simulatedClock } from '@opschart/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'

import { run, watch, type Watching } from './watching.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function open(clock = systemClock): Promise<{ door: AppDoor; watching: Watching; url: string }> {
  const hub = createAppHub({ clock })
  const door = await serveApps({ hub, clock })
  const watching = watch(hub.messages())
  ends.push(
    () => door.close(),
    () => hub.close(),
  )
  return { door, watching, url: door.address }
}

const app = path.join(import.meta.dirname, 'xstate5-app.ts')
function runApp(url: string, id: string) {
  const running = run(app, url, id)
  ends.push(() => running.end())
  return running
}

/** A connection, and all that came over it. */
async function connect(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, { headers })
  const received: unknown[] = []
  socket.on('message', (data) => received.push(data))
  ends.push(() => socket.terminate())
  await once(socket, 'open')
  return { socket, received }
}

const actor = (sessionId: string, more: object = {}) =>
  JSON.stringify({
    type: '@xstate.actor',
    _version: '0.7.2',
    sessionId,
    name: sessionId,
    definition: '{"states":{"a":{}},"initial":"a"}',
    ...more,
  })

describe('apps that come to be inspected', () => {
  it(
    'are followed at once from several processes, each under its own name',
    { timeout: 60_000 },
    async () => {
      const { door, watching } = await open()
      const apps = ['shop', 'till', 'shop'].map((id) =>
        // Whatever address of this machine they are given, and whatever path.
        runApp(
          id === 'till' ? `${door.address.replace('127.0.0.1', 'localhost')}/any/path` : door.address,
          id,
        ),
      )
      await watching.until(
        (sources) => sources.length === 3 && sources.every(({ steps }) => steps.length > 0),
      )
      expect(
        watching
          .sources()
          .map(({ name }) => name)
          .toSorted(),
      ).toEqual(['shop', 'shop 2', 'till'])
      for (const one of apps) one.say('COUNT')
      apps[1]!.say('STOP')
      await watching.until((sources) => sources.every(({ steps }) => steps.length >= 2))
      await watching.until(() => watching.source('till')!.steps.length === 3)
      const [till] = watching.source('till')!.actors.values()
      expect(till).toMatchObject({
        name: 'till',
        state: { status: 'done', value: 'off', context: { count: 1 } },
      })
      expect(
        watching
          .source('shop')!
          .charts.get('x:0')!
          .arrows.map(({ event }) => event),
      ).toEqual(['COUNT', 'STOP'])
      expect(JSON.stringify(watching.sources().map(({ actors, steps }) => [...actors, steps]))).not.toContain(
        'sesame',
      )

      await apps[1]!.end()
      await watching.until(() => watching.source('till')!.ended !== null)
      expect(watching.sources().filter(({ ended }) => ended === null)).toHaveLength(2)
      runApp(door.address, 'till')
      await watching.until((sources) => sources.some(({ name }) => name === 'till 2'))
      expect(watching.source('till')!.steps).toHaveLength(3)
    },
  )

  it('are taken from pages of this machine, and from no others', async () => {
    const { door, url } = await open()
    const port = new URL(door.bridge).port
    for (const origin of ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:8000'])
      await connect(url, { origin })
    const refused: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost.evil.example' },
      { origin: 'http://evil.example:80#http://localhost' },
      { origin: 'null' },
      { origin: 'file://' },
      { host: `evil.example:${port}` },
      { host: 'localhost' },
      { host: 'localhost:1' },
    ]
    for (const headers of refused) {
      const failed = await connect(url, headers).catch((error: Error) => error.message)
      expect(failed, JSON.stringify(headers)).toContain('403')
    }
  })

  it('are at most so many at one time', async () => {
    const { url } = await open()
    for (let count = 0; count < 40; count += 1) await connect(url)
    await expect(connect(url)).rejects.toThrow('503')
  })
})

describe('what apps send', () => {
  it('is dropped and counted where it is hostile, and nobody else is disturbed', async () => {
    const { watching, url } = await open()
    const good = await connect(url)
    good.socket.send(actor('good'))
    await watching.until((sources) => sources.length === 1)

    const bad = await connect(url)
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`
    const hostile: (string | Buffer)[] = [
      'no JSON',
      Buffer.from([1, 2, 3]),
      '"text"',
      'null',
      '{}',
      deep,
      `{"type":"@xstate.snapshot","_version":"1","snapshot":${deep}}`,
      `{"__proto__":{"polluted":1},"type":"x"}`,
      '',
    ]
    for (const one of hostile) bad.socket.send(one)
    bad.socket.send(
      actor('bad', { definition: `{"states":{"__proto__":{"states":{"a":{}}},"constructor":{}}}` }),
    )
    bad.socket.send(
      `{"type":"@xstate.snapshot","_version":"1","sessionId":"bad","event":{"type":"E","__proto__":{"polluted":1}},` +
        `"snapshot":{"status":"active","value":"a","context":{"deep":${'['.repeat(500)}${']'.repeat(500)},"__proto__":{"polluted":1}}}}`,
    )
    bad.socket.send(Buffer.alloc(5 * 1024 * 1024, 'x'), { binary: false })
    await once(bad.socket, 'close')
    await watching.until((sources) => sources.some(({ ended }) => ended !== null))
    const [first, second] = watching.sources()
    expect(second).toMatchObject({ lost: hostile.length + 1 })
    expect(second!.steps).toHaveLength(1)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()

    expect(first!.ended).toBeNull()
    good.socket.send(actor('better'))
    await watching.until(([one]) => one!.actors.size === 2)
    expect([...good.received, ...bad.received]).toEqual([])
  })

  it('is dropped and counted where it is more than anyone can follow', async () => {
    const clock = simulatedClock(1_000)
    const { watching, url } = await open(clock)
    const { socket } = await connect(url)
    for (let count = 0; count < 20_050; count += 1) socket.send(actor('same'))
    await watching.until(([one]) => one?.lost === 1)
    socket.close()
    await watching.until(([one]) => one!.ended !== null)
    expect(watching.sources()[0]!.lost).toBe(50)
  })

  it('is only heard over WebSocket: another question is told how', async () => {
    const { door } = await open()
    const answer = await fetch(door.address.replace('ws:', 'http:'), { method: 'POST', body: actor('x') })
    expect(answer.status).toBe(426)
    expect(await answer.text()).toContain(`createWebSocketInspector({ url: 'ws://localhost:`)
    const [page] = (await once(request(door.bridge).end(), 'response')) as [IncomingMessage]
    page.resume()
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
  })

  it('has no place at a port that is taken', async () => {
    const { door } = await open()
    const clock = systemClock
    const port = Number(new URL(door.bridge).port)
    await expect(serveApps({ hub: createAppHub({ clock }), clock, port })).rejects.toMatchObject({
      code: 'conflict',
      message: `port ${port} is taken on this machine; choose another one for apps`,
    })
  })
})
