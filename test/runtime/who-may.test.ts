// Properties of who may send what:
//   - Each answer is the law's own to that signal of that sender, in each phase, now and after any row.
//   - All signals that an arrow has are there, those with one here first; all whom an arrow names are asked about.
//   - Of a machine's actor it is what its machine takes.
//   - One question reads each actor once, however many answers it has.

import { arrowsOf, type Lifecycle, type Principal, type Store } from '@opschart/core'
import { createRuntime, memoryStore, type Runtime } from '@opschart/runtime'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace } from './places.ts'

const gate = setup({
  types: {} as { context: { open: boolean } },
  actions: { note: assign({ open: true }) },
  guards: {
    never: () => false,
    breaks: ({ event }) => (event as unknown as { data: { at: 1 } }).data.at > 0,
  },
}).createMachine({
  id: 'gate',
  context: { open: false },
  initial: 'shut',
  on: { 'log.*': { actions: 'note' } },
  states: {
    shut: {
      on: {
        OPEN: 'open',
        LOCK: { target: 'locked', guard: 'never' },
        BREAK: { target: 'open', guard: 'breaks' },
      },
      after: { 1_000: 'open' },
    },
    open: { on: { SHUT: 'shut', END: 'gone' } },
    locked: {},
    gone: { type: 'final' },
  },
})

const of = (scenario: Scenario) => scenario.runtime as unknown as Runtime

describe('[W3] who may send which signal to a release', () => {
  it('is the law’s own answer, for each sender and signal', async () => {
    // Where services are configured some signals go elsewhere than they are sent: those open another release.
    const scenario = await createScenario(memoryPlace(), { services: null })
    await scenario.live('old', 'v1')
    await scenario.merge('new', 'v2')
    await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'topic', author: 'bob' } })
    const runtime = of(scenario)
    let accepted = 0
    let moved = 0
    for (const actor of ['web/old', 'web/new', 'web/topic']) {
      const view = (await runtime.whoMay({ actor }))!
      for (const { type, answers } of view.signals) {
        for (const [index, by] of view.principals.entries()) {
          const verdict = await runtime.asIf(by).send(actor, { type })
          const { kind, reason, to } = answers[index]!
          expect([kind, reason], `${type} from ${by}`).toEqual([verdict.kind, verdict.reason])
          accepted += kind === 'accepted' ? 1 : 0
          if (to === undefined) continue
          moved += 1
          expect(verdict).toMatchObject({ kind: 'accepted', phase: to })
        }
      }
    }
    expect(accepted).toBeGreaterThan(10)
    expect(moved).toBeGreaterThan(5)
    await scenario.close()
  })

  it('says where the law looks at the data of a signal, which it is asked without', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    await scenario.live('new', 'v1')
    const { signals, principals } = (await of(scenario).whoMay({ actor: 'web/new' }))!
    const answer = (type: string, by: string) =>
      signals.find((signal) => signal.type === type)!.answers[principals.indexOf(by as Principal)]!
    expect(answer('SCHEMA_CHANGED', 'watcher:any')).toMatchObject({ kind: 'accepted', data: true })
    const sent = { type: 'SCHEMA_CHANGED', data: { origin: 'drift' } }
    expect((await of(scenario).asIf('watcher:any').send('web/new', sent)).kind).not.toBe('accepted')
    // Who may not send it may not with any data.
    expect(answer('SCHEMA_CHANGED', 'agent:reviewer-agent').kind).toBe('refused')
    expect(answer('SCHEMA_CHANGED', 'agent:reviewer-agent')).not.toHaveProperty('data')
    // What has no arrow here is not looked at, and what only is done with the data does not ask for it.
    const without = signals.filter(({ here, answers }) => !here && answers.some((one) => 'data' in one))
    expect(without).toEqual([])
    const tagged = signals.find(({ type }) => type === 'VERSION_TAGGED')!
    expect(tagged.here).toBe(true)
    expect(tagged.answers.some(({ kind }) => kind === 'accepted')).toBe(true)
    expect(tagged.answers.some((one) => 'data' in one)).toBe(false)
    await scenario.close()
  })

  it('names all signals and all senders that the law names', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    await scenario.live('old', 'v1')
    const { definition } = of(scenario).lifecycle as Lifecycle
    const { signals, principals, state } = (await of(scenario).whoMay({ actor: 'web/old' }))!
    expect(new Set(signals.map(({ type }) => type))).toEqual(
      new Set(arrowsOf(definition).map(({ signal }) => signal)),
    )
    const here = signals.map((signal) => signal.here)
    expect(here.lastIndexOf(true)).toBe(here.filter(Boolean).length - 1)
    expect(here).toContain(true)
    expect(here).toContain(false)
    expect(principals.slice(0, 1 + definition.agents.length)).toEqual([
      'person:any',
      ...definition.agents.map((agent) => `agent:${agent}`),
    ])
    for (const by of ['watcher:any', 'rule:any', 'system']) expect(principals).toContain(by)
    expect(state.value).toBe('PRODUCTION')
    await scenario.close()
  })

  it('is what it was after a row, and reads each actor once', async () => {
    const store = memoryStore()
    const read: string[] = []
    const actor: Store['actor'] = (id) => {
      read.push(id)
      return store.actor(id)
    }
    const scenario = await createScenario(
      memoryPlace(() => ({ ...store, actor, close: () => Promise.resolve() })),
      {},
    )
    await scenario.staged('new', 'v1')
    const { sequence } = (await scenario.runtime.past({ actor: 'web/new' }))!
    const then = await of(scenario).whoMay({ actor: 'web/new' })
    await scenario.deploy('new', 'v1')
    read.length = 0
    const now = await of(scenario).whoMay({ actor: 'web/new' })
    expect(read.filter((id) => id === 'web/new')).toHaveLength(1)
    expect(now?.signals).not.toEqual(then?.signals)
    expect(await of(scenario).whoMay({ actor: 'web/new', sequence })).toEqual({ ...then, sequence })
    expect(await of(scenario).whoMay({ actor: 'web/new', sequence: 0 })).toBeUndefined()
    await scenario.close()
  })

  it('is nothing for a workflow’s run: nobody sends to it', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    await scenario.staged('new', 'v1')
    await scenario.ann.send('web/new', { type: 'DEPLOYMENT_REQUESTED' })
    await scenario.runtime.idle()
    const run = (await of(scenario).store.actors({ prefix: 'web/new~' }))[0]!
    expect(await of(scenario).whoMay({ actor: run.actor })).toMatchObject({ principals: [], signals: [] })
    expect(await of(scenario).whoMay({ actor: 'web/none' })).toBeUndefined()
    await scenario.close()
  })
})

describe('[W3] who may send which event to an actor of a machine', () => {
  const table = async (runtime: Runtime, sequence?: number) => {
    const place = sequence === undefined ? {} : { sequence }
    const view = (await runtime.whoMay({ actor: 'gate/a', ...place }))!
    return view.signals.map(({ type, here, answers }) => [type, here, answers[0]!.kind, answers[0]!.to])
  }

  it('is what its machine takes, guards asked', async () => {
    await using runtime = await createRuntime({ machines: { gate } })
    const ann = runtime.as({ person: 'ann' })
    await ann.start('gate/a')
    const shut = [
      ['OPEN', true, 'accepted', 'open'],
      ['LOCK', true, 'refused', undefined],
      ['BREAK', true, 'refused', undefined],
      ['SHUT', false, 'refused', undefined],
      ['END', false, 'refused', undefined],
    ]
    const { sequence } = (await runtime.past({ actor: 'gate/a' }))!
    expect(await table(runtime)).toEqual(shut)
    await ann.send('gate/a', { type: 'OPEN' })
    expect(await table(runtime)).toContainEqual(['SHUT', true, 'accepted', 'shut'])
    await ann.send('gate/a', { type: 'END' })
    expect(new Set((await table(runtime)).map(([, here, kind]) => `${here} ${kind}`))).toEqual(
      new Set(['false refused']),
    )
    expect(await table(runtime, sequence)).toEqual(shut)
    expect((await runtime.whoMay({ actor: 'gate/a' }))!.principals).toEqual(['person:any'])
  })
})
