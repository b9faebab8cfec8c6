// Properties of an inspection that begins now:
//   - All that has not ended is told as it stands, retired releases too; charts first.
//   - Then each row that comes, none left out and none told twice, however much is written while the rest is told.
//   - Taken up after a row it goes on without beginning anew; where the journal does not reach that row, or has another one
//     there, it begins anew.
//   - It ends at once when it is cancelled, also while it waits.

import {
  canonicalJson,
  inspect,
  nothingInspected,
  type InspectionMessage,
  type InspectionStep,
  type Store,
} from '@opschart/core'
import { createRuntime, memoryStore, type Runtime } from '@opschart/runtime'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace, sqlitePlace } from '../runtime/places.ts'

const helper = setup({}).createMachine({ id: 'helper', initial: 'idle', states: { idle: {} } })
const counter = setup({
  types: {} as { context: { count: number } },
  actors: { helper },
  actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
}).createMachine({
  id: 'counter',
  context: { count: 0 },
  invoke: { src: 'helper', id: 'helper' },
  on: { ADD: { actions: 'count' } },
})

type Stream = AsyncIterator<InspectionMessage>
const of = (scenario: Scenario) => scenario.runtime as unknown as Runtime
const begin = (runtime: Runtime, where: { from?: number; after?: number; hash?: string } = {}): Stream =>
  runtime.inspection({ source: 's', ...where })[Symbol.asyncIterator]()

/** Messages up to the step of a row. */
async function upTo(stream: Stream, sequence: number): Promise<InspectionMessage[]> {
  const messages: InspectionMessage[] = []
  for (;;) {
    const next = await stream.next()
    if (next.done === true) return messages
    messages.push(next.value)
    if (next.value.kind === 'step' && next.value.sequence >= sequence) return messages
  }
}

const steps = (messages: readonly InspectionMessage[]): InspectionStep[] =>
  messages.filter((message) => message.kind === 'step')

/** Sends one more signal, so that the stream has something to end with; gives the row. */
async function oneMore(runtime: Runtime, to = 'counter/a'): Promise<number> {
  return (await runtime.as({ person: 'ann' }).send(to, { type: 'ADD' })).sequence!
}

/** What was told before the first step is what each actor was just before it. */
async function expectStanding(runtime: Runtime, messages: readonly InspectionMessage[]): Promise<number> {
  const first = steps(messages)[0]!.sequence
  const told = messages.slice(
    0,
    messages.findIndex(({ kind }) => kind === 'step'),
  )
  const known = inspect(nothingInspected, told).get('s')!
  let compared = 0
  for (const { actor, state, chart } of known.actors.values()) {
    if (chart !== null) expect(known.charts.has(chart), chart).toBe(true)
    if (actor === 'system' || actor.startsWith('ledger:')) continue
    const past = (await runtime.past({ actor, sequence: first - 1 }))!
    expect(canonicalJson([state?.status, state?.value]), actor).toBe(canonicalJson([past.status, past.value]))
    compared += 1
  }
  return compared
}

describe('an inspection that begins now', () => {
  it('tells what stands, then each row that comes', async () => {
    const scenario = await createScenario(memoryPlace(), { machines: { counter } })
    await scenario.release('old', 'v1')
    await scenario.ann.start('counter/a')
    await scenario.release('new', 'v2')
    await scenario.merge('next', 'v3')
    await scenario.ann.send('web/next', { type: 'DEPLOYMENT_REQUESTED' })
    await scenario.ann.adopt({ to: 'web/gone', phase: 'RETIRED', version: 'v0', reason: 'it was before' })
    await scenario.ann.pause({ target: 'service:pay', reason: 'looking' })
    await scenario.runtime.idle()
    await scenario.clock.advance(1_000)
    const runtime = of(scenario)
    const { head } = await runtime.status()
    const stream = begin(runtime)
    // What stands is read with the second message: what is written before that is part of it.
    const told = [await stream.next(), await stream.next()]
    const reading = upTo(stream, head.sequence + 1)
    expect(await oneMore(runtime)).toBe(head.sequence + 1)
    const messages = [...told.map(({ value }) => value as InspectionMessage), ...(await reading)]
    expect(messages[0]).toMatchObject({ kind: 'source', answers: true })
    expect(steps(messages).map(({ sequence }) => sequence)).toEqual([head.sequence + 1])
    const known = inspect(nothingInspected, messages).get('s')!
    expect([...known.actors.keys()]).toEqual(
      expect.arrayContaining([
        'web/gone',
        'web/old',
        'web/new',
        'web/next',
        'counter/a',
        'counter/a~helper',
        'system',
      ]),
    )
    expect(known.actors.get('counter/a')).toMatchObject({ state: { context: { count: 1 } } })
    expect(known.actors.get('counter/a~helper')).toMatchObject({ parent: 'counter/a' })
    expect([...known.actors.values()].find(({ chart }) => chart === 'workflow:deploy')).toMatchObject({
      parent: 'web/next',
    })
    expect(await expectStanding(runtime, messages)).toBeGreaterThan(5)
    // Each has stood as it is since its last row.
    for (const message of messages) {
      if (message.kind !== 'actor') continue
      const rows = await runtime.log({ actor: message.actor, to: head.sequence, backwards: true, limit: 1 })
      if (rows.length > 0) expect([message.actor, message.at]).toEqual([message.actor, rows[0]!.at])
    }
    // What comes of the law goes on from what stood, step for step.
    await scenario.approve('deploy')
    await runtime.idle()
    const end = (await runtime.status()).head.sequence
    for (const step of steps(await upTo(stream, end))) {
      const past = (await runtime.past({ actor: step.actor, sequence: step.sequence }))!
      expect(canonicalJson(step.state?.value ?? null)).toBe(canonicalJson(past.value))
    }
    await stream.return?.()
    await scenario.close()
  })

  it('leaves nothing out and tells nothing twice while more is written', async () => {
    const store = memoryStore()
    let write: (() => Promise<unknown>) | undefined
    let writes = 0
    // A row of both kinds is written whenever it is looked for what is open: no moment is without one.
    const actors: Store['actors'] = async (filter) => {
      writes += 1
      await write?.()
      return store.actors(filter)
    }
    const scenario = await createScenario(
      memoryPlace(() => ({ ...store, actors, close: () => Promise.resolve() })),
      { machines: { counter } },
    )
    await scenario.live('old', 'v1')
    await scenario.staged('new', 'v2')
    await scenario.ann.start('counter/a')
    const runtime = of(scenario)
    writes = 0
    let opened = 0
    write = async () => {
      await oneMore(runtime)
      await scenario.ann.send('web/new', { type: 'DEPLOYMENT_REQUESTED' })
      await scenario.ann.start(`counter/more-${++opened}`)
      await scenario.live(`more-${opened}`, `v${opened}`)
    }
    const stream = begin(runtime)
    const told = [await stream.next(), await stream.next(), await stream.next()]
    expect(writes).toBeGreaterThan(1)
    write = undefined
    await oneMore(runtime)
    await runtime.idle()
    const end = (await runtime.status()).head.sequence
    const messages = [...told.map(({ value }) => value as InspectionMessage), ...(await upTo(stream, end))]
    const sequences = steps(messages).map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.map((_, index) => sequences[0]! + index))
    expect(sequences.length).toBeGreaterThan(4)
    expect(await expectStanding(runtime, messages)).toBeGreaterThan(3)
    const known = inspect(nothingInspected, messages).get('s')!
    expect(known.actors.get('counter/a')?.state?.context).toEqual({ count: opened + 1 })
    for (const step of steps(messages)) {
      const past = (await runtime.past({ actor: step.actor, sequence: step.sequence }))!
      expect(canonicalJson([step.state?.value, step.state?.context])).toBe(
        canonicalJson([past.value, past.context]),
      )
    }
    await stream.return?.()
    await scenario.close()
  })

  it('tells those that moved last where there are too many, and how many are left', async () => {
    const store = memoryStore()
    let most = 0
    const actors: Store['actors'] = async (filter) => {
      const found = await store.actors(filter)
      most = Math.max(most, found.length)
      return found
    }
    await using runtime = await createRuntime({ store: { ...store, actors }, machines: { helper } })
    const ann = runtime.as({ person: 'ann' })
    for (let index = 0; index < 5_002; index += 1) await ann.start(`helper/${index}`)
    await ann.send('helper/0', { type: 'NONE' })
    const stream = begin(runtime)
    const messages: InspectionMessage[] = []
    for (let told = 0; told < 5_003; told += 1)
      messages.push((await stream.next()).value as InspectionMessage)
    expect(messages.find(({ kind }) => kind === 'lost')).toMatchObject({ count: 2 })
    const names = new Set(messages.flatMap((message) => (message.kind === 'actor' ? [message.actor] : [])))
    expect(names.size).toBe(5_000)
    // However many there are, no more than those are read at a time.
    expect(most).toBe(5_001)
    expect(['helper/0', 'helper/1', 'helper/2', 'helper/5001'].map((name) => names.has(name))).toEqual([
      true,
      false,
      false,
      true,
    ])
    await stream.return?.()
  })
})

describe('an inspection that is taken up', () => {
  it('goes on after a row without beginning anew', async () => {
    await using runtime = await createRuntime({ machines: { counter } })
    await runtime.as({ person: 'ann' }).start('counter/a')
    const last = await oneMore(runtime)
    const stream = begin(runtime, { after: last })
    const next = await oneMore(runtime)
    const messages = await upTo(stream, next)
    expect(messages.map(({ kind }) => kind)).toEqual(['chart', 'actor', 'step'])
    await stream.return?.()
  })

  it.each([{ from: 1_000 }, { after: 1_000 }])(
    'begins anew where the journal does not reach it: %o',
    async (where) => {
      await using runtime = await createRuntime({ machines: { counter } })
      await runtime.as({ person: 'ann' }).start('counter/a')
      const stream = begin(runtime, where)
      const told = [await stream.next(), await stream.next(), await stream.next()]
      expect(told.map(({ value }) => (value as InspectionMessage).kind)).toEqual(['source', 'chart', 'actor'])
      const next = await oneMore(runtime)
      expect(steps(await upTo(stream, next)).map(({ sequence }) => sequence)).toEqual([next])
      await stream.return?.()
    },
  )
})

describe('[P7] an inspection that is taken up in another journal', () => {
  const counted = async (events: readonly number[]) => {
    const runtime = await createRuntime({ machines: { counter } })
    await runtime.as({ person: 'ann' }).start('counter/a')
    for (const id of events)
      await runtime.as({ person: 'ann' }).send('counter/a', { type: 'ADD', id: `${id}` })
    return runtime
  }
  const first = async (runtime: Runtime, where: { after: number; hash: string }) => {
    const stream = begin(runtime, where)
    await oneMore(runtime)
    const { value } = await stream.next()
    await stream.return?.()
    return (value as InspectionMessage).kind
  }

  it('begins anew, however long that one is; in the same one it goes on', async () => {
    await using one = await counted([1, 2])
    await using other = await counted([3, 4, 5])
    const { sequence, hash } = (await one.status()).head
    expect((await other.status()).head.sequence).toBeGreaterThan(sequence)
    expect(await first(other, { after: sequence, hash })).toBe('source')
    expect(await first(one, { after: sequence, hash })).toBe('chart')
    expect(await first(one, { after: sequence, hash: hash.slice(0, 16) })).toBe('chart')
    expect(await first(one, { after: sequence - 1, hash })).toBe('source')
    // Of an empty journal there was no row to show.
    expect(await first(one, { after: 0, hash: 'f' })).toBe('chart')
  })

  it('begins anew where rows between were pruned, and goes on after the last of those', async () => {
    const scenario = await createScenario(sqlitePlace(), {})
    const runtime = of(scenario)
    await scenario.live('old', 'v1')
    const [early] = await runtime.store.history({ limit: 1 })
    await scenario.clock.advance(60_000)
    await scenario.live('new', 'v2')
    await runtime.prune({ before: scenario.clock.now(), by: 'person:ann' })
    const cut = (await runtime.store.pruning!.beginning())!
    expect(cut.sequence).toBeGreaterThan(early!.sequence)
    const firstAfter = async (after: number, hash: string) => {
      const stream = begin(runtime, { after, hash })
      const { value } = await stream.next()
      await stream.return?.()
      return (value as InspectionMessage).kind
    }
    expect(await firstAfter(early!.sequence, early!.hash)).toBe('source')
    expect(await firstAfter(cut.sequence, cut.hash)).not.toBe('source')
    expect(await firstAfter(cut.sequence, 'f'.repeat(16))).toBe('source')
    await scenario.close()
  })
})

describe('an inspection that is cancelled', () => {
  it.each([{}, { from: 1 }, { after: 0 }])('ends while it waits: %o', async (where) => {
    await using runtime = await createRuntime({ machines: { counter } })
    const stream = begin(runtime, where)
    if (!('after' in where)) expect((await stream.next()).value).toMatchObject({ kind: 'source' })
    const waiting = stream.next()
    await runtime.idle()
    await stream.return?.()
    expect(await waiting).toMatchObject({ done: true })
  })

  it('ends when that is said before there is anything to wait for', async () => {
    await using runtime = await createRuntime({ machines: { counter } })
    const stream = begin(runtime)
    await stream.next()
    const [next, ended] = [stream.next(), stream.return?.()]
    expect([await next, await ended]).toMatchObject([{ done: true }, { done: true }])
  })

  it('ends when that is said while it tells what stands', async () => {
    await using runtime = await createRuntime({ machines: { counter } })
    await runtime.as({ person: 'ann' }).start('counter/a')
    const stream = begin(runtime)
    await stream.next()
    const [next, ended] = [stream.next(), stream.return?.()]
    expect((await next).value).toMatchObject({ kind: 'chart' })
    expect(await ended).toMatchObject({ done: true })
    expect(await stream.next()).toMatchObject({ done: true })
  })
})
