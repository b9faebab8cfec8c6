// Properties of what is said in Stately's words:
//   - A chart written as a configuration is one that XState takes, and is drawn as the chart was.
//   - A law's life arrives whole at a real receiver of `@statelyai/inspect`: the chart, each step with its state, refusals
//     as events that nothing came of.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import {
  chartOfConfig,
  chartOfLaw,
  configOfChart,
  releaseLifecycle,
  statelyReader,
  statelyWriter,
  statesOf,
  type ChartView,
  type InspectionMessage,
} from '@opschart/core'
import { machineLiterals, machineOf } from '@opschart/testing'
import { createWebSocketReceiver } from '@statelyai/inspect'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { createMachine, fromPromise } from 'xstate'

const ends: (() => unknown)[] = []
afterEach(() => {
  for (const end of ends.splice(0).toReversed()) end()
})

/** All of a chart that is drawn, but the order of arrows of different kinds. */
const drawn = ({ id, root, arrows }: ChartView) => ({
  id,
  root,
  arrows: arrows.map((arrow) => JSON.stringify({ ...arrow, id: '' })).toSorted(),
})

const machines = machineLiterals.map((literal) => machineOf(literal, () => fromPromise(async () => null)))

describe('a chart as a configuration', () => {
  it('is taken by XState, and is drawn as before, whatever the machine', () =>
    fc.assert(
      fc.property(machines, (machine) => {
        const chart = chartOfConfig(machine.config)
        const config = configOfChart(chart)
        expect(drawn(chartOfConfig(config))).toEqual(drawn(chart))
        expect(() => createMachine(config as never).root.definition).not.toThrow()
      }),
      { numRuns: 200, seed: 3 },
    ))

  it('is taken for the law, too', () => {
    const chart = chartOfLaw(releaseLifecycle.definition)
    const machine = createMachine(configOfChart(chart) as never)
    expect(Object.keys(machine.root.states)).toEqual(Object.keys(releaseLifecycle.definition.phases))
    expect(statesOf(chartOfConfig(configOfChart(chart))).map(({ id }) => id)).toEqual(
      statesOf(chart).map(({ id }) => id),
    )
  })
})

const source = 'web-daemon'
const life: readonly InspectionMessage[] = [
  { kind: 'source', source, protocol: 1, name: 'web', at: 1 },
  { kind: 'chart', source, chart: 'release', view: chartOfLaw(releaseLifecycle.definition) },
  {
    kind: 'actor',
    source,
    actor: 'web/v2',
    chart: 'release',
    name: 'web/v2',
    parent: null,
    at: 2,
    state: { status: 'active', value: 'STAGING' },
  },
  {
    kind: 'step',
    source,
    actor: 'web/v2',
    sequence: 7,
    at: 3,
    event: { type: 'ERRORS_ROSE' },
    from: 'watcher:logs',
    verdict: {
      kind: 'refused',
      phase: 'STAGING',
      reason: 'no such arrow',
      allowed: { phase: 'STAGING', signals: [], agents: [] },
    },
  },
  {
    kind: 'step',
    source,
    actor: 'web/v2',
    sequence: 8,
    at: 4,
    event: { type: 'DEPLOYED' },
    from: 'agent:deployer',
    verdict: { kind: 'accepted', from: 'STAGING', phase: 'PRODUCTION', reason: 'it holds' },
    state: { status: 'active', value: 'PRODUCTION', context: { live: true } },
  },
]

describe('a life in Stately’s words', () => {
  it('arrives whole at a real receiver', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    ends.push(() => {
      for (const client of server.clients) client.terminate()
      server.close()
    })
    await once(server, 'listening')
    const connected = once(server, 'connection')
    const received: { type: string }[] = []
    const receiver = createWebSocketReceiver({
      server: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    })
    receiver.subscribe((event) => void received.push(event as { type: string }))
    await connected
    const write = statelyWriter()
    for (const message of life.flatMap(write))
      for (const client of server.clients) client.send(JSON.stringify(message))
    await vi.waitUntil(() => received.length === 4)
    expect(received.map(({ type }) => type)).toEqual([
      '@xstate.actor',
      '@xstate.event',
      '@xstate.event',
      '@xstate.snapshot',
    ])
    const [actor, refused, , snapshot] = received as unknown as Record<string, never>[]
    expect(actor).toMatchObject({
      sessionId: 'web-daemon/web/v2',
      rootId: 'web-daemon/web/v2',
      name: 'web/v2',
    })
    expect(
      statesOf(chartOfConfig(JSON.parse(actor!['definition']!)))
        .map(({ key }) => key)
        .slice(1),
    ).toEqual(Object.keys(releaseLifecycle.definition.phases))
    expect(refused).toMatchObject({ event: { type: 'ERRORS_ROSE' } })
    expect(snapshot).toMatchObject({
      event: { type: 'DEPLOYED' },
      snapshot: { value: 'PRODUCTION', context: { live: true } },
    })
  })

  it('is read back as it was, but for what Stately has no words for', () => {
    const read = statelyReader('again', 'again')
    const back = life.flatMap(statelyWriter()).flatMap((message) => read(JSON.stringify(message), 9))
    expect(back.map(({ kind }) => kind)).toEqual(['source', 'chart', 'actor', 'step'])
    expect(back.at(-1)).toMatchObject({ event: { type: 'DEPLOYED' }, state: { value: 'PRODUCTION' } })
  })
})
