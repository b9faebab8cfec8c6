// Properties of what an inspector is told of a running system:
//   - Each row is a step, in order; each actor is told before its first step, each chart before the first actor that has it.
//   - What an actor is said to be after a step is what its past says; the chart has all states that it is said to be in.
//   - Taken up again at any row, it goes on with the same steps, states and all; a saved journal and a live one are the same.
//   - Secrets are not told.

import {
  activeIn,
  canonicalJson,
  inspect,
  nothingInspected,
  type ForeseeingClient,
  type InspectionMessage,
} from '@opschart/core'
import { createRuntime, type Runtime } from '@opschart/runtime'
import { describe, expect, it, vi } from 'vitest'
import { assign, fromPromise, setup } from 'xstate'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace } from '../runtime/places.ts'

const clerk = setup({}).createMachine({
  id: 'clerk',
  initial: 'idle',
  states: { idle: { after: { 500: 'tired' } }, tired: {} },
})
const desk = setup({
  types: {} as { context: { count: number } },
  actors: { clerk, job: fromPromise(async () => 1) },
  actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
}).createMachine({
  id: 'desk',
  context: { count: 0 },
  type: 'parallel',
  states: {
    door: {
      initial: 'shut',
      states: { shut: { on: { OPEN: { target: 'open', actions: 'count' } } }, open: {} },
    },
    staff: {
      invoke: [
        { src: 'clerk', id: 'clerk' },
        { src: 'job', id: 'job' },
      ],
    },
  },
})

async function history(): Promise<Scenario> {
  const scenario = await createScenario(memoryPlace(), { machines: { desk } })
  await scenario.live('old', 'v0')
  await scenario.ann.start('desk/a')
  await scenario.release('new', 'v1')
  await scenario.ann.send('desk/a', { type: 'OPEN' })
  await scenario.ann.send('desk/a', { type: 'OPEN' })
  await scenario.clock.advance(1_000)
  await scenario.runtime.idle()
  return scenario
}

/** All that is told up to the journal's end. */
async function told(client: ForeseeingClient, from = 1): Promise<InspectionMessage[]> {
  const { head } = await client.status()
  const messages: InspectionMessage[] = []
  if (from > head.sequence) return messages
  for await (const message of client.inspection({ source: 's', from })) {
    messages.push(message)
    if (message.kind === 'step' && message.sequence >= head.sequence) break
  }
  return messages
}

const steps = (messages: readonly InspectionMessage[]) =>
  messages.filter((message) => message.kind === 'step')

describe('what an inspector is told', () => {
  it('is every row, with what its actor was after it, in states that its chart has', async () => {
    const scenario = await history()
    const client = scenario.runtime as unknown as ForeseeingClient
    const messages = await told(client)
    const rows = await scenario.rows()
    expect(steps(messages).map(({ sequence, text }) => [sequence, text])).toEqual(
      rows.map(({ sequence, text }) => [sequence, text]),
    )
    const known = inspect(nothingInspected, messages).get('s')!
    const charts = new Set([...known.actors.values()].map(({ chart }) => chart))
    for (const chart of ['lifecycle', 'workflow:deploy', 'machine:desk', 'machine:desk/clerk'])
      expect(charts).toContain(chart)
    let compared = 0
    const met = new Map<string, string | null>()
    for (const message of messages) {
      if (message.kind === 'actor') met.set(message.actor, message.chart)
      if (message.kind !== 'step') continue
      const chart = met.get(message.actor)
      expect(chart, `${message.actor} before its step`).not.toBeUndefined()
      if (chart === null || chart === undefined) continue
      const past = (await scenario.runtime.past({ actor: message.actor, sequence: message.sequence }))!
      expect(canonicalJson([message.state?.status, message.state?.value])).toBe(
        canonicalJson([past.status, past.value]),
      )
      const active = activeIn(known.charts.get(chart)!, message.state!.value)
      if (message.state!.status === 'active')
        expect(active.size, JSON.stringify(message.state!.value)).toBeGreaterThan(1)
      compared += 1
    }
    expect(compared).toBeGreaterThan(50)
    expect(known.actors.get('desk/a~clerk')).toMatchObject({ parent: 'desk/a', state: { value: 'tired' } })
    expect([...known.actors.values()].find(({ chart }) => chart === 'workflow:deploy')).toMatchObject({
      parent: 'web/new',
    })
    await scenario.close()
  })

  it('is the same where it is taken up again, at any row', async () => {
    const scenario = await history()
    const client = scenario.runtime as unknown as ForeseeingClient
    const whole = steps(await told(client))
    for (let from = 1; from <= whole.length; from += 7) {
      const rest = await told(client, from)
      expect(steps(rest)).toEqual(whole.slice(from - 1))
    }
    await scenario.close()
  })

  it('goes on while more is written, and is then what it would have been from the saved journal', async () => {
    const scenario = await createScenario(memoryPlace(), { machines: { desk } })
    const runtime = scenario.runtime as unknown as Runtime
    const { ann } = scenario
    await ann.start('desk/a')
    const live: InspectionMessage[] = []
    const stream = runtime.inspection({ source: 's', from: 1 })[Symbol.asyncIterator]()
    const reading = (async () => {
      for (let next = await stream.next(); next.done !== true; next = await stream.next())
        live.push(next.value)
    })()
    for (const id of ['b', 'c']) await ann.start(`desk/${id}`)
    await ann.send('desk/b', { type: 'OPEN' })
    await runtime.idle()
    const { head } = await runtime.status()
    await vi.waitUntil(() => steps(live).at(-1)?.sequence === head.sequence)
    await stream.return?.()
    await reading
    const saved = await told(runtime)
    const timeless = ({ kind, ...message }: InspectionMessage) =>
      kind === 'source' ? { kind } : { kind, ...message }
    expect(live.map(timeless)).toEqual(saved.map(timeless))
    await scenario.close()
  })

  it('tells no secret of a machine’s', async () => {
    const holder = setup({
      types: {} as { context: object; input: object },
      actors: { job: fromPromise<number, object>(async () => 1) },
    }).createMachine({
      id: 'holder',
      context: ({ input }) => input,
      on: { KEEP: {} },
      invoke: { src: 'job', id: 'job', input: ({ context }) => context },
    })
    await using runtime = await createRuntime({ machines: { holder } })
    const ann = runtime.as({ person: 'ann' })
    const secret = `ghp_${'a1B2'.repeat(9)}`
    await ann.start('holder/a', { input: { token: secret } })
    await ann.send('holder/a', { type: 'KEEP', data: { password: secret, note: `it is ${secret}` } })
    expect(JSON.stringify(await runtime.past({ actor: 'holder/a' }))).toContain(secret)
    const view = await runtime.whatIf({
      actor: 'holder/a',
      signals: [{ by: 'person:ann', type: 'KEEP', data: { password: secret } }],
    })
    await ann.pause({ target: 'everything', reason: `it is ${secret}` })
    const all = await told(runtime)
    expect(all).toContainEqual(expect.objectContaining({ kind: 'step', actor: 'system' }))
    expect(JSON.stringify([all, view])).not.toContain(secret)
  })
})
