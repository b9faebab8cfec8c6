// Properties of what would come of signals:
//   - It is what then comes of them: verdicts, rows, effects and states, of every actor, from the present and from any row.
//   - Messages between actors are decided too, and effects are shown.
//   - Nothing is written, started, timed or told; two questions do not see each other.
//   - What cannot be answered is said, with the signal that it is about.

import {
  canonicalJson,
  entryOf,
  type Principal,
  type Signal,
  type Store,
  type SupposedSignal,
} from '@opschart/core'
import { createRuntime, memoryStore, type Runtime } from '@opschart/runtime'
import { describe, expect, it } from 'vitest'
import { assign, fromPromise, sendParent, setup, spawnChild } from 'xstate'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace } from './places.ts'

/** How often an operation was really done. */
let shipped = 0
const payment = setup({}).createMachine({
  id: 'payment',
  initial: 'open',
  states: { open: { on: { PAY: 'paid' } }, paid: { entry: sendParent({ type: 'PAID' }), type: 'final' } },
})
const order = setup({
  types: {} as { context: { count: number } },
  actors: { payment, ship: fromPromise(async () => ++shipped) },
  actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
  guards: { counted: ({ context }) => context.count > 0 },
}).createMachine({
  id: 'order',
  context: { count: 0 },
  initial: 'open',
  invoke: { src: 'payment', id: 'payment' },
  states: {
    open: { on: { ADD: { actions: 'count' }, PAID: { target: 'paid', guard: 'counted' } } },
    paid: { after: { 1_000: 'open' }, on: { SHIP: 'shipping' } },
    shipping: { invoke: { src: 'ship', onDone: 'sent' } },
    sent: { type: 'final' },
  },
})

const ann: Principal = 'person:ann'
const git: Principal = 'watcher:git'

async function contents(store: Store): Promise<string> {
  const lines: string[] = []
  for await (const record of store.transfer!.contents()) lines.push(canonicalJson(record))
  return lines.join('\n')
}

/** A world in which nothing works: what is asked for stays asked for. */
function still(store: Store): Promise<Scenario> {
  const place = { open: (given: object) => createRuntime({ ...given, store, work: false, others: 0 }) }
  return createScenario(place, { machines: { order } })
}

const of = (scenario: Scenario) => scenario.runtime as unknown as Runtime

/** The steps that an inspector is told from a row on. */
async function stepsFrom(runtime: Runtime, from: number) {
  const { head } = await runtime.status()
  const steps: object[] = []
  if (head.sequence < from) return steps
  for await (const message of runtime.inspection({ source: 's', from })) {
    if (message.kind !== 'step') continue
    const { kind: _, source: __, hash: ___, ...step } = message
    steps.push(step)
    if (step.sequence === head.sequence) break
  }
  return steps
}

const signals: readonly SupposedSignal[] = [
  { by: ann, type: 'DEPLOYMENT_REQUESTED', data: { version: 'v2' } },
  { by: ann, type: 'REVIEW_APPROVED' },
  { by: git, type: 'DEPLOYMENT_COMPLETED', data: { version: 'v2' } },
  { by: ann, type: 'INCIDENT_DECLARED', data: { reason: 'it is slow' }, to: 'web' },
  { by: ann, type: 'ROLLBACK_REQUESTED', data: {}, to: 'web' },
  { by: 'agent:nobody', type: 'CODE_MERGED' },
  { by: ann, type: 'NEVER_HEARD', to: 'web/none' },
  { by: ann, type: 'ADD', to: 'order/a' },
  { by: ann, type: 'PAY', to: 'order/a~payment' },
  { by: ann, type: 'SHIP', to: 'order/a' },
]

describe('[W1] what would come of signals', () => {
  it('is what comes of them', async () => {
    const scenario = await still(memoryStore())
    await scenario.live('old', 'v1')
    await scenario.staged('new', 'v2')
    await scenario.ann.start('order/a')
    const runtime = of(scenario)
    const view = (await runtime.whatIf({ actor: 'web/new', signals }))!
    expect(view.sequence).toBe((await runtime.status()).head.sequence)
    let told = 0
    for (const [index, { by, to = 'web/new', ...draft }] of signals.entries()) {
      const from = (await runtime.status()).head.sequence + 1
      const id = `supposed-${index + 1}`
      const verdict = await runtime.as(by).send(to, by.startsWith('agent:') ? draft : { ...draft, id })
      const { verdict: foreseen, steps, state } = view.outcomes[index]!
      const isAgents = by.startsWith('agent:')
      if (!isAgents) {
        expect(foreseen).toEqual(verdict)
        expect(steps).toEqual(await stepsFrom(runtime, from))
      } else expect([foreseen.kind, foreseen.reason]).toEqual([verdict.kind, verdict.reason])
      const past = (await runtime.past({ actor: 'web/new' }))!
      if (!isAgents) expect([state.value, state.context]).toEqual([past.value, past.context])
      told += steps.length
    }
    const kinds = new Set(view.outcomes.map(({ verdict }) => verdict.kind))
    for (const kind of ['accepted', 'refused', 'unrouted'] as const) expect(kinds).toContain(kind)
    expect(told).toBeGreaterThan(signals.length + 5)
    await scenario.close()
  })

  it('is what came of them, from any row of the past', async () => {
    const scenario = await createScenario(memoryPlace(), { machines: { order } })
    await scenario.release('old', 'v1')
    await scenario.ann.start('order/a')
    await scenario.ann.send('order/a', { type: 'PAID' })
    await scenario.ann.send('order/a', { type: 'ADD' })
    await scenario.release('new', 'v2')
    await scenario.ann.pause({ target: 'agent:deployer-agent', reason: 'looking' })
    await scenario.ann.send('order/a~payment', { type: 'PAY' })
    await scenario.ann.send('order/a', { type: 'SHIP' })
    await scenario.ann.send('web', { type: 'INCIDENT_DECLARED', data: { reason: 'slow' } })
    await scenario.ann.send('web', { type: 'ROLLBACK_REQUESTED' })
    await scenario.runtime.idle()
    const runtime = of(scenario)
    const rows = await runtime.store.history({ limit: 1_000 })
    let compared = 0
    const actors = new Set<string>()
    for (const row of rows) {
      const { kind, by, event, verdict, effects } = entryOf(row)
      if (kind !== 'signal' || row.key === null || row.version === 1) continue
      if (by === null || !/^(?:person|watcher):/.test(by)) continue
      const actor = row.actor.replace(/^machine:/, '')
      const given = (event['signal'] as unknown as Signal | undefined) ?? { type: event.type, data: {} }
      // What was opened by its first signal was not there before it.
      const before = await runtime.past({ actor, sequence: row.sequence - 1 })
      if (before === undefined) continue
      const view = (await runtime.whatIf({
        actor,
        sequence: row.sequence - 1,
        signals: [{ by, type: given.type, data: given.data }],
      }))!
      const [outcome] = view.outcomes
      expect([outcome!.verdict.kind, outcome!.verdict.reason]).toEqual([verdict?.kind, verdict?.reason])
      const own = outcome!.steps.find((step) => step.actor === actor)!
      expect((own.effects ?? []).map((effect) => effect.kind)).toEqual(effects.map((effect) => effect.kind))
      const after = (await runtime.past({ actor, sequence: row.sequence }))!
      expect(own.state?.value).toEqual(after.value)
      expect(view.before.value).toEqual(before.value)
      actors.add(actor)
      compared += 1
    }
    expect(compared).toBeGreaterThan(12)
    for (const actor of ['web/old', 'web/new', 'order/a', 'order/a~payment']) expect(actors).toContain(actor)
    await scenario.close()
  })

  it('is of the time of that row, in which an approval has not expired', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    await scenario.staged('new', 'v2')
    await scenario.ann.send('web/new', { type: 'DEPLOYMENT_REQUESTED' })
    await scenario.runtime.idle()
    const { id, plan } = await scenario.operation('deploy')
    const at = scenario.clock.now()
    const { sequence } = (await scenario.runtime.status()).head
    await scenario.clock.advance(2 * 3_600_000)
    await scenario.runtime.idle()
    const approved = { by: ann, type: 'OPERATION_APPROVED', data: { operation: id, plan } }
    const runtime = of(scenario)
    const then = (await runtime.whatIf({ actor: 'web/new', sequence, signals: [approved] }))!
    expect(then.outcomes[0]?.verdict.kind).toBe('accepted')
    expect(new Set(then.outcomes[0]!.steps.map((step) => step.at))).toEqual(new Set([at]))
    const now = (await runtime.whatIf({ actor: 'web/new', signals: [approved] }))!
    expect(now.outcomes[0]?.verdict).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('no such operation is open'),
    })
    await scenario.close()
  })

  it('knows what was at work then: a child whose name is in use is not started again', async () => {
    const hand = Promise.withResolvers<string>()
    const maker = setup({ actors: { job: fromPromise(() => hand.promise) } }).createMachine({
      id: 'maker',
      initial: 'idle',
      states: {
        idle: { on: { SPAWN: { actions: spawnChild('job', { id: 'job' }) }, DONE: 'idle' } },
      },
    })
    const scenario = await createScenario(memoryPlace(), { machines: { maker } })
    const runtime = of(scenario)
    const signals = [{ by: ann, type: 'SPAWN' }]
    const kindAt = async (sequence?: number) => {
      const place = sequence === undefined ? {} : { sequence }
      const view = await runtime.whatIf({ actor: 'maker/a', signals, ...place })
      return view?.outcomes[0]?.verdict.kind
    }
    await scenario.ann.start('maker/a')
    const { sequence } = await scenario.ann.send('maker/a', { type: 'SPAWN' })
    expect(await kindAt()).toBe('refused')
    hand.resolve('made')
    await runtime.idle()
    await scenario.ann.send('maker/a', { type: 'DONE' })
    const after = (await runtime.status()).head.sequence - 1
    expect([await kindAt(sequence), await kindAt(after), await kindAt()]).toEqual([
      'refused',
      'accepted',
      'accepted',
    ])
    await scenario.close()
  })

  it('of a workflow’s run is what comes of its release’s', async () => {
    const scenario = await still(memoryStore())
    await scenario.live('old', 'v1')
    await scenario.ann.send('web/old', { type: 'INCIDENT_DECLARED', data: { reason: 'slow' } })
    const runtime = of(scenario)
    const [{ actor } = { actor: '' }] = await runtime.store.actors({ prefix: 'web/old~' })
    const view = (await runtime.whatIf({ actor, signals: [{ by: ann, type: 'INCIDENT_RESOLVED' }] }))!
    const [outcome] = view.outcomes
    expect(outcome?.verdict).toMatchObject({ kind: 'accepted', lifecycle: 'web/old' })
    // Its steps end with the phase that it was for.
    await scenario.ann.send('web/old', { type: 'INCIDENT_RESOLVED' })
    const past = (await runtime.past({ actor }))!
    expect(outcome?.state.value).toEqual(past.value)
    expect(outcome?.state.value).not.toEqual(view.before.value)
    await scenario.close()
  })

  it('begins anew with each question: what was supposed before is forgotten', async () => {
    const scenario = await still(memoryStore())
    await scenario.ann.start('order/a')
    const asked = { actor: 'order/a', signals: [{ by: ann, type: 'ADD' }] }
    const [first, second] = [await of(scenario).whatIf(asked), await of(scenario).whatIf(asked)]
    expect(first).toEqual(second)
    expect(first?.outcomes[0]?.state.context).toEqual({ count: 1 })
    await scenario.close()
  })

  it('shows the workflow that starts, what is superseded, and what is asked for, as its rows', async () => {
    const scenario = await still(memoryStore())
    await scenario.live('old', 'v1')
    await scenario.staged('new', 'v2')
    const { outcomes } = (await of(scenario).whatIf({
      actor: 'web/new',
      signals: [{ by: ann, type: 'ADOPTED', data: { phase: 'PRODUCTION', reason: 'it runs' } }],
    }))!
    expect(outcomes[0]!.steps.map(({ actor, event }) => [actor, event.type])).toContainEqual([
      'web/old',
      'SUPERSEDED',
    ])
    const asked = (await of(scenario).whatIf({
      actor: 'web/new',
      signals: [{ by: ann, type: 'DEPLOYMENT_REQUESTED' }],
    }))!
    const started = asked.outcomes[0]!.steps.find(({ actor }) => actor.startsWith('web/new~deploy:'))
    expect(started?.state?.status).toBe('active')
    expect(started?.effects?.some(({ kind }) => kind === 'spawn')).toBe(true)
    await scenario.close()
  })
})

describe('[W2] nothing comes of what is supposed', () => {
  it('is written, started, timed or told', async () => {
    const store = memoryStore()
    const scenario = await createScenario(
      memoryPlace(() => ({ ...store, close: () => Promise.resolve() })),
      {
        machines: { order },
        watchers: [],
      },
    )
    await scenario.live('old', 'v1')
    await scenario.staged('new', 'v2')
    await scenario.ann.start('order/a')
    await scenario.runtime.idle()
    const runtime = of(scenario)
    const told: unknown[] = []
    runtime.on('row', (row) => void told.push(row))
    runtime.on('emitted', (emitted) => void told.push(emitted))
    const [before, counter] = [await contents(store), await store.changeCounter()]
    const [did, ships] = [[...scenario.did], shipped]
    const { head } = await runtime.status()
    for (const sequence of [undefined, head.sequence - 1, 3]) {
      const place = sequence === undefined ? {} : { sequence }
      await runtime.whatIf({ actor: sequence === 3 ? 'web/old' : 'web/new', signals, ...place })
      await runtime.whoMay({ actor: 'web/old', ...place })
    }
    await scenario.clock.advance(10_000)
    await runtime.idle()
    expect(await contents(store)).toBe(before)
    expect(await store.changeCounter()).toBe(counter)
    expect([scenario.did, shipped]).toEqual([did, ships])
    expect(told).toEqual([])
    expect(scenario.problems).toEqual([])
    await scenario.close()
  })
})

/** A store in which a row is written whenever an actor is read, so many times. */
function restless(times: number): { store: Store; move: { by?: () => Promise<unknown> } } {
  const store = memoryStore()
  const move: { by?: () => Promise<unknown> } = {}
  let left = times
  const actor: Store['actor'] = async (id) => {
    const found = await store.actor(id)
    const { by } = move
    if (by === undefined || id !== 'machine:order/a' || left === 0) return found
    left -= 1
    delete move.by
    await by()
    move.by = by
    return found
  }
  return { store: { ...store, actor }, move }
}

describe('[W1] a question about the present', () => {
  it('is answered about one moment, however much is written meanwhile', async () => {
    const { store, move } = restless(3)
    const scenario = await still(store)
    await scenario.ann.start('order/a')
    move.by = () => scenario.ann.send('order/a', { type: 'ADD' })
    const view = await of(scenario).whatIf({ actor: 'order/a', signals: [{ by: ann, type: 'ADD' }] })
    expect(view?.sequence).toBe((await scenario.runtime.status()).head.sequence)
    expect([view?.before.context, view?.outcomes[0]?.state.context]).toEqual([{ count: 3 }, { count: 4 }])
    await scenario.close()
  })

  it('says so where that cannot be had', async () => {
    const { store, move } = restless(1_000)
    const scenario = await still(store)
    await scenario.ann.start('order/a')
    move.by = () => scenario.ann.send('order/a', { type: 'ADD' })
    await expect(of(scenario).whatIf({ actor: 'order/a', signals: [] })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('ask about a row of the journal instead'),
    })
    await scenario.close()
  })
})

describe('[W1] what cannot be answered', () => {
  it('is said', async () => {
    const scenario = await still(memoryStore())
    await scenario.live('old', 'v1')
    const runtime = of(scenario)
    expect(await runtime.whatIf({ actor: 'web/none', signals: [] })).toBeUndefined()
    expect(await runtime.whatIf({ actor: 'order/none', signals: [] })).toBeUndefined()
    expect(await runtime.whatIf({ actor: 'web/old', sequence: 0, signals: [] })).toBeUndefined()
    const one = { by: ann, type: 'CODE_MERGED' }
    const failing: [object, string][] = [
      [{ signals: Array.from({ length: 51 }, () => one) }, '51 signals are supposed; 50 are the most'],
      [{ signals: [one, { by: ann, type: 'lower' }] }, "signal 2 of 2 (lower): the signal's type is wrong"],
      [{ signals: [{ by: 'ann', type: 'ADD' }] }, 'signal 1 of 1 (ADD): "ann" is no principal'],
      [{ signals: [], sequence: -1 }, "-1 is no row's number"],
    ]
    for (const [asked, message] of failing)
      await expect(runtime.whatIf({ actor: 'web/old', ...asked } as never)).rejects.toMatchObject({
        code: 'input',
        message: expect.stringContaining(message),
      })
    await scenario.close()
  })

  it('names the actor that a definition has decided which is not here', async () => {
    const scenario = await createScenario(memoryPlace(), { machines: { order } })
    await scenario.ann.start('order/a')
    const { sequence } = await scenario.ann.send('order/a', { type: 'ADD' })
    const other = setup({}).createMachine({ id: 'order', context: { count: 0 }, on: { ADD: {} } })
    await scenario.ann.send('order/a', { type: 'ADD' })
    await scenario.restart({ machines: { order: other } })
    await expect(
      of(scenario).whatIf({ actor: 'order/a', sequence: sequence!, signals: [] }),
    ).rejects.toMatchObject({
      code: 'input',
      message: expect.stringMatching(/^order\/a was decided by a definition that is not here any more/),
    })
    const now = await of(scenario).whatIf({ actor: 'order/a', signals: [{ by: ann, type: 'ADD' }] })
    expect(now?.outcomes[0]?.verdict.kind).toBe('refused')
    await scenario.close()
  })

  it('names the row where the journal begins when it was pruned', async () => {
    const scenario = await createScenario(memoryPlace(), { machines: { order } })
    for (const id of ['order/a', 'order/still']) await scenario.ann.start(id)
    await scenario.ann.send('order/a', { type: 'ADD' })
    await scenario.clock.advance(60_000)
    const { sequence } = (await scenario.runtime.past({ actor: 'order/a' }))!
    const runtime = of(scenario)
    await runtime.prune({ before: scenario.clock.now(), by: ann })
    await scenario.ann.send('order/a', { type: 'ADD' })
    // Nor is it said of one that has not moved since: who knows what else was there.
    for (const actor of ['order/a', 'order/still'])
      await expect(runtime.whatIf({ actor, sequence: sequence - 1, signals: [] })).rejects.toMatchObject({
        code: 'input',
        message: expect.stringContaining('was pruned'),
      })
    const kept = await runtime.whatIf({
      actor: 'order/a',
      sequence,
      signals: [{ by: ann, type: 'ADD' }],
    })
    expect(kept?.outcomes[0]?.state.context).toEqual({ count: 2 })
    await scenario.close()
  })
})
