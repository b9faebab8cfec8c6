// Properties of what other apps are read as:
//   - An unmodified XState 5 app with `@statelyai/inspect` over WebSocket, and an XState 4 app with `@xstate/inspect`, are
//     drawn and followed: charts, actors with their parents, each step with its event, sender and state.
//   - Several at once are kept apart, though each calls its first actor alike.
//   - What is not understood is counted; what is hostile is bounded, and never throws.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import {
  eitherReader,
  inspect,
  nothingInspected,
  statelyReader,
  statesOf,
  xstate4Reader,
  type Inspected,
  type InspectedSource,
  type InspectionMessage,
  type InspectionReader,
} from '@opschart/core'
import { createWebSocketInspector } from '@statelyai/inspect'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer, type RawData } from 'ws'
import { assign, createActor, fromPromise, sendTo, setup } from 'xstate'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** Keeps all that several connections say, each read under a name of its own. */
function listener() {
  let known: Inspected = nothingInspected
  return {
    hear: (reader: InspectionReader, data: RawData): void => {
      // Whether it came in one piece or several.
      const text = Buffer.concat([data].flat().map((part) => Buffer.from(part as Buffer))).toString()
      known = inspect(known, reader(text, 1_000))
    },
    source: (name: string): InspectedSource | undefined => known.get(name),
    sources: () => [...known.keys()],
  }
}

/** Where apps with `@statelyai/inspect` connect: each connection is a source. */
async function open() {
  const heard = listener()
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  let count = 0
  sockets.on('connection', (socket) => {
    count += 1
    const reader = statelyReader(`app-${count}`, `app ${count}`)
    socket.on('message', (data) => heard.hear(reader, data))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
  })
  return { ...heard, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const worker = setup({}).createMachine({
  id: 'worker',
  initial: 'ready',
  states: { ready: { on: { WORK: 'busy' } }, busy: {} },
})
const boss = setup({
  types: {} as { context: { orders: number } },
  actors: { worker, job: fromPromise(async () => 'done') },
  actions: { count: assign({ orders: ({ context }) => context.orders + 1 }) },
  guards: { isOpen: () => true },
}).createMachine({
  id: 'boss',
  context: { orders: 0 },
  initial: 'open',
  invoke: { src: 'worker', id: 'worker' },
  states: {
    open: {
      tags: ['calm'],
      on: {
        ORDER: { guard: 'isOpen', target: 'asking', actions: ['count', sendTo('worker', { type: 'WORK' })] },
      },
    },
    asking: { invoke: { src: 'job', id: 'job', onDone: 'answered' } },
    answered: { type: 'final' },
  },
})

/** Runs a real app against an inspector, to its end. */
async function runApp(url: string): Promise<void> {
  const inspector = createWebSocketInspector({ url })
  const actor = createActor(boss, { inspect: inspector.inspect })
  actor.start()
  actor.send({ type: 'ORDER' })
  await vi.waitUntil(() => actor.getSnapshot().status === 'done')
  ends.push(() => inspector.stop())
}

describe('an XState 5 app with @statelyai/inspect', () => {
  it('is drawn and followed: its actors, and each step with its event, sender and state', async () => {
    const { url, source } = await open()
    await runApp(url)
    await vi.waitUntil(() => source('app-1')?.steps.some(({ state }) => state?.status === 'done'))
    const app = source('app-1')!
    const actors = [...app.actors.values()]
    const root = actors.find(({ name }) => name === 'boss')!
    const child = actors.find(({ parent, name }) => parent === root.actor && name === 'worker')!
    expect(app.lost).toBe(0)
    // It sends the members of each object in the order of their names.
    expect(statesOf(app.charts.get(root.chart!)!).map(({ id }) => id)).toEqual([
      '',
      'answered',
      'asking',
      'open',
    ])
    expect(
      app.charts.get(root.chart!)!.arrows.toSorted((one, other) => (one.kind < other.kind ? 1 : -1)),
    ).toMatchObject([
      { event: 'ORDER', guard: 'isOpen', to: ['asking'], actions: ['count', 'sendTo'] },
      { kind: 'done', event: 'job', to: ['answered'] },
    ])
    const ofRoot = app.steps.filter(({ actor }) => actor === root.actor)
    expect(ofRoot.map(({ event, state }) => [event.type, state?.value])).toEqual([
      ['xstate.init', 'open'],
      ['ORDER', 'asking'],
      ['xstate.done.actor.job', 'answered'],
    ])
    expect(root).toMatchObject({ parent: null, state: { status: 'done', context: { orders: 1 } } })
    const work = app.steps.find(({ actor, event }) => actor === child.actor && event.type === 'WORK')
    expect(work).toMatchObject({ from: root.actor, state: { value: 'busy' } })
    expect(app.charts.has(child.chart!)).toBe(true)
  })

  it('is kept apart from another that calls its actors alike', async () => {
    const { url, source, sources } = await open()
    await runApp(url)
    await runApp(url)
    await vi.waitUntil(() =>
      ['app-1', 'app-2'].every((name) => source(name)?.steps.some(({ state }) => state?.status === 'done')),
    )
    expect(sources()).toEqual(['app-1', 'app-2'])
    for (const name of sources()) {
      expect([...source(name)!.actors.values()].filter(({ name: own }) => own === 'boss')).toHaveLength(1)
      expect(source(name)!.steps.filter(({ event }) => event.type === 'ORDER')).toHaveLength(1)
    }
  })
})

describe('an XState 4 app with @xstate/inspect', () => {
  it('is drawn and followed, as soon as an inspector connects', async () => {
    const app: ChildProcess = spawn(
      process.execPath,
      [path.join(import.meta.dirname, '../xstate4/app.mjs')],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    ends.push(async () => {
      app.stdin!.end()
      if (app.exitCode === null) await once(app, 'exit')
    })
    const [port] = (await once(createInterface({ input: app.stdout! }), 'line')) as [string]
    const { hear, source } = listener()
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    ends.push(() => socket.terminate())
    const reader = xstate4Reader('light', 'light')
    socket.on('message', (data) => hear(reader, data))
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'xstate.inspecting' }))
    await vi.waitUntil(() => source('light')?.actors.size === 1)
    for (const _ of [1, 2]) app.stdin!.write('TIMER\n')
    await vi.waitUntil(() => source('light')!.steps.filter(({ event }) => event.type === 'TIMER').length >= 2)
    const seen = source('light')!
    const [actor] = [...seen.actors.values()]
    const chart = seen.charts.get(actor!.chart!)!
    expect(chart.problems).toEqual([])
    expect(statesOf(chart).map(({ id, kind }) => [id, kind])).toEqual([
      ['', 'compound'],
      ['green', 'atomic'],
      ['yellow', 'atomic'],
      ['red', 'compound'],
      ['red.walk', 'atomic'],
      ['red.wait', 'atomic'],
    ])
    expect(chart.arrows.map(({ from, kind, event, guard, to }) => [from, kind, event, guard, to])).toEqual([
      ['green', 'event', 'TIMER', 'isOn', ['yellow']],
      ['yellow', 'event', 'TIMER', undefined, ['red']],
      ['yellow', 'after', '3600000 ms', undefined, ['red']],
      ['red', 'event', 'TIMER', undefined, ['green']],
    ])
    expect(seen.steps.filter(({ event }) => event.type === 'TIMER').map(({ state }) => state?.value)).toEqual(
      ['yellow', { red: 'walk' }],
    )
    expect(actor!.state).toMatchObject({ status: 'active', context: { changes: 2 } })
    expect(seen.lost).toBe(0)
  })
})

describe('whatever is received', () => {
  const readers = [statelyReader, xstate4Reader, eitherReader].map((make) => ['reader', make] as const)
  const kinds = [
    '@xstate.actor',
    '@xstate.event',
    '@xstate.snapshot',
    'service.register',
    'service.state',
    'service.event',
    'service.stop',
  ]

  it.each(readers)('is read without a fault, within bounds (%s)', (_, make) =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record(
            {
              type: fc.constantFrom(...kinds, 'other'),
              _version: fc.constantFrom('0.7.2', 7),
              sessionId: fc.constantFrom('x:0', 'x:1', '', 7),
              definition: fc.oneof(fc.json(), fc.constant('{'), fc.jsonValue()),
              machine: fc.oneof(fc.json(), fc.jsonValue()),
              state: fc.oneof(fc.json(), fc.jsonValue()),
              snapshot: fc.jsonValue(),
              event: fc.oneof(fc.json(), fc.jsonValue()),
              createdAt: fc.constantFrom('1', 'never', -1),
            },
            { requiredKeys: ['type'] },
          ),
          { maxLength: 20 },
        ),
        (messages) => {
          const reader = make('s', 's')
          const told: InspectionMessage[] = [
            ...reader('no JSON', 1),
            ...messages.flatMap((message) => reader(JSON.stringify(message), 1)),
          ]
          expect(told[0]).toMatchObject({ kind: 'source', protocol: 1 })
          const { steps, lost } = inspect(nothingInspected, told).get('s')!
          expect(lost).toBeGreaterThanOrEqual(1)
          expect(steps.every((step, index) => step.sequence === index + 1)).toBe(true)
        },
      ),
      { numRuns: 200, seed: 9 },
    ),
  )

  it('is cut to a size that can be kept', () => {
    let deep: unknown = 'end'
    for (let level = 0; level < 1_000; level += 1) deep = { deep }
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]))
    const reader = statelyReader('s', 's')
    const told = reader(
      {
        type: '@xstate.snapshot',
        _version: '0.7.2',
        sessionId: 'x:0',
        event: JSON.parse('{"type":"E","__proto__":{"polluted":true}}') as object,
        snapshot: { status: 'active', value: 'a', context: { deep, wide, long: 'x'.repeat(1_000_000) } },
      },
      1,
    )
    expect(JSON.stringify(told).length).toBeLessThan(50_000)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(told.find(({ kind }) => kind === 'step')).toMatchObject({ event: { type: 'E' } })
  })
})
