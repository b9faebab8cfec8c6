// Properties of an inspector beside an app, in its own process:
//   - Charts, actors with their parents and each step are told as they were, whatever is in them; secrets are not.
//   - The app is not disturbed: nothing is thrown into it, its steps do not wait, its process ends as it would.
//   - The page shows what is told to whoever has the token; nobody acts.
//   - A runtime is shown by its journal, which answers.

import path from 'node:path'

import { statesOf, type InspectionMessage } from '@opschart/core'
import { createInspector, type Inspector, type InspectorOptions } from 'opschart/inspector'
import { createRuntime } from 'opschart'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { assign, createActor, fromPromise, sendTo, setup } from 'xstate'

import { run, watch, type Watching } from './watching.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function open(options: InspectorOptions = {}): Promise<Inspector> {
  const inspector = await createInspector(options)
  ends.push(() => inspector.close())
  return inspector
}

/** What the page is told: the stream that it reads. */
async function* stream(address: string): AsyncGenerator<InspectionMessage> {
  const { origin, hash } = new URL(address)
  const ending = new AbortController()
  ends.push(() => ending.abort())
  const answer = await fetch(`${origin}/v1/inspection`, {
    headers: { authorization: `Bearer ${hash.slice('#token='.length)}` },
    signal: ending.signal,
  })
  let rest = ''
  const decoder = new TextDecoder()
  try {
    for await (const chunk of answer.body!) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
      rest = lines.pop()!
      for (const line of lines)
        if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as InspectionMessage
    }
  } catch (error) {
    if (!ending.signal.aborted) throw error
  }
}

function watchPage({ address }: Inspector): Watching {
  return watch(stream(address))
}

const worker = setup({}).createMachine({
  id: 'worker',
  initial: 'ready',
  states: { ready: { on: { WORK: 'busy' } }, busy: {} },
})
const boss = setup({
  types: {} as { context: Record<string, unknown>; events: { type: string; of?: unknown } },
  actors: { worker, job: fromPromise(async () => 'done') },
  actions: { keep: assign(({ event }) => ({ kept: event.of })) },
}).createMachine({
  id: 'boss',
  context: { password: 'open sesame' },
  invoke: [
    { src: 'worker', id: 'one' },
    { src: 'worker', id: 'two' },
    { src: 'job', id: 'job' },
  ],
  initial: 'open',
  states: {
    open: {
      tags: ['calm'],
      on: {
        ORDER: { target: 'asked', actions: sendTo('one', { type: 'WORK' }) },
        KEEP: { actions: 'keep' },
        NOTHING: {},
      },
    },
    asked: { type: 'final' },
  },
})

describe('an app in this process', () => {
  it('is told as it is: actors, their one chart for each machine, and steps with their sender', async () => {
    const inspector = await open()
    const page = watchPage(inspector)
    const actor = createActor(boss, { inspect: inspector.inspect }).start()
    actor.send({ type: 'NOTHING' })
    actor.send({ type: 'ORDER' })
    await page.until(([app]) => app?.steps.some(({ state }) => state?.status === 'done') === true)
    await page.until(([app]) => app!.steps.some(({ event }) => event.type === 'WORK'))
    const app = page.source('boss')!
    const named = (name: string) => [...app.actors.values()].find((one) => one.name === name)!
    expect([...app.charts.keys()]).toEqual(['boss#1', 'worker#2'])
    expect(statesOf(app.charts.get('boss#1')!).map(({ id }) => id)).toEqual(['', 'open', 'asked'])
    expect([named('one').chart, named('two').chart, named('job').chart]).toEqual([
      'worker#2',
      'worker#2',
      null,
    ])
    expect(named('one').parent).toBe(named('boss').actor)
    const own = app.steps.filter(({ actor: of }) => of === named('boss').actor)
    expect(own.map(({ event, state }) => [event.type, state?.value])).toEqual([
      ['xstate.init', 'open'],
      // Nothing came of it: the state is not told again.
      ['NOTHING', undefined],
      ['ORDER', 'asked'],
    ])
    expect(own[0]!.state).toMatchObject({ tags: ['calm'], context: { password: '[redacted]' } })
    const work = app.steps.find(({ event }) => event.type === 'WORK')!
    expect(work).toMatchObject({ actor: named('one').actor, from: named('boss').actor })
    expect(app.lost).toBe(0)
  })

  it('is called by the name that it is given, and apart from others', async () => {
    const inspector = await open({ name: 'my shop', websocket: 0 })
    const page = watchPage(inspector)
    createActor(worker, { inspect: inspector.inspect }).start()
    const other = run(path.join(import.meta.dirname, 'xstate5-app.ts'), inspector.websocket!, 'other')
    ends.push(() => other.end())
    await page.until(() => page.source('my shop') !== undefined && page.source('other') !== undefined)
    expect(page.sources()).toHaveLength(2)
  })

  it('is not disturbed by what it keeps, nor is more read of it than can be shown', async () => {
    const inspector = await open()
    const page = watchPage(inspector)
    const actor = createActor(boss, { inspect: inspector.inspect }).start()
    const round: Record<string, unknown> = { bytes: new Uint8Array(50_000_000), big: 10n }
    round['itself'] = round
    const throwing = Object.defineProperty({}, 'broken', {
      enumerable: true,
      get() {
        throw new Error('not to be read')
      },
    })
    for (const of of [round, new Map([['a', new Date(0)]]), new Error('why'), () => 1, throwing])
      actor.send({ type: 'KEEP', of })
    await page.until(
      ([app]) => app?.lost === 1 && app.steps.filter(({ event }) => event.type === 'KEEP').length === 4,
    )
    const kept = page
      .source('boss')!
      .steps.filter(({ event }) => event.type === 'KEEP')
      .map(({ event }) => event['of'])
    expect(kept[0]).toMatchObject({ bytes: '50000000 bytes', big: '10' })
    expect(kept.slice(1)).toEqual([
      [['a', '1970-01-01T00:00:00.000Z']],
      { name: 'Error', message: 'why' },
      undefined,
    ])
    expect(JSON.stringify(kept).length).toBeLessThan(10_000)
    expect(actor.getSnapshot().context['kept']).toBe(throwing)
  })

  it('may do more than can be followed: the rest is counted', async () => {
    const inspector = await open()
    const page = watchPage(inspector)
    const actor = createActor(worker, { inspect: inspector.inspect }).start()
    for (let count = 0; count < 20_000; count += 1) actor.send({ type: 'OTHER' })
    await page.until(([app]) => (app?.lost ?? 0) > 0 && (app?.steps.length ?? 0) >= 4_000)
    expect(page.source('worker')!.steps.length).toBeLessThan(20_000)
    expect(actor.getSnapshot().value).toBe('ready')
  })

  it('ends when it would, page open or not', { timeout: 60_000 }, async () => {
    const example = path.join(import.meta.dirname, 'inspected-app.ts')
    const app = run(example)
    ends.push(() => app.process.kill('SIGKILL'))
    await vi.waitUntil(() => app.process.exitCode !== null, { timeout: 30_000 })
    expect(app.process.exitCode).toBe(0)
  })
})

describe('the page of an inspector', () => {
  it('is given to whoever asks, and what it shows to who has the token; nobody acts', async () => {
    const { address } = await open()
    const { origin, hash } = new URL(address)
    const page = await fetch(origin)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect((await fetch(`${origin}/v1/inspection`)).status).toBe(403)
    const headers = { authorization: `Bearer ${hash.slice('#token='.length)}` }
    const ask = async (name: string, body: object) =>
      (await fetch(`${origin}/v1/${name}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    expect(await ask('door', {})).toMatchObject({ answer: { control: false } })
    expect(await ask('status', {})).toMatchObject({ error: { code: 'unsupported' } })
    expect(await ask('move', { to: 'web', phase: 'RETIRED' })).toMatchObject({ error: { code: 'forbidden' } })
  })

  it('shows the journal of a runtime, which answers', async () => {
    await using runtime = await createRuntime({ machines: { worker } })
    const inspector = await open({ runtime })
    const page = watchPage(inspector)
    await runtime.as({ person: 'ann' }).start('worker/1')
    await page.until(([journal]) => journal?.actors.get('worker/1')?.state?.value === 'ready')
    expect(page.sources()[0]).toMatchObject({ answers: true })
  })

  it('says what is wrong with what it is asked for, and leaves nothing open', async () => {
    const first = await open({ websocket: 0 })
    const port = Number(new URL(first.bridge!).port)
    await expect(createInspector({ websocket: port })).rejects.toMatchObject({ code: 'conflict' })
    await expect(createInspector({ connect: ['http://localhost'] })).rejects.toMatchObject({
      code: 'configuration',
    })
    await first.close()
    const again = await open({ websocket: port })
    expect(again.websocket).toBe(`ws://127.0.0.1:${port}`)
  })
})
