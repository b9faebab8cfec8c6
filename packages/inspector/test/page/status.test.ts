// Properties:
//   - The page asks what has changed since the answer that it has, and puts that into what it knows; a whole answer replaces it.

import { inspect, nothingInspected, type StatusView } from '@opschart/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { createIncoming } from '../../page/incoming.ts'
import { firstModel, type Model } from '../../page/model.ts'
import { createTools } from '../../page/tools.ts'

let model: Model
let answers: unknown[]
let asked: unknown[]

beforeEach(() => {
  vi.useFakeTimers()
  const inspected = inspect(nothingInspected, [
    { kind: 'source', source: 's', protocol: 1, name: 's', at: 0, answers: true },
  ])
  model = { ...firstModel, connection: 'live', inspected, source: 's' }
  asked = []
  vi.stubGlobal('fetch', async (name: string, { body }: { body: string }) => {
    if (name === 'v1/status') asked.push(JSON.parse(body))
    const answer = name === 'v1/status' ? answers.shift() : {}
    return { ok: true, json: async () => ({ answer }) }
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const status = (mark: string, phases: Record<string, string>, gone?: string[]): StatusView =>
  ({
    mark,
    head: { sequence: 1, hash: '' },
    services: [{ service: 'web', lifecycles: Object.entries(phases).map(([id, phase]) => ({ id, phase })) }],
    ...(gone === undefined ? {} : { gone }),
  }) as unknown as StatusView
const known = () =>
  model.status!.services.flatMap(({ lifecycles }) => lifecycles.map(({ id, phase }) => `${id} ${phase}`))

it('asks for what has changed since the answer that is here', async () => {
  const tools = createTools({
    get: () => model,
    set: (change) => void (model = change(model)),
    beforeDraw: (act) => act(),
  })
  const told = { begun() {}, taken() {}, stale: () => Promise.resolve() }
  const incoming = createIncoming(tools, { beforeDraw: (act) => act() }, told)
  const again = async () => {
    incoming.refresh()
    await vi.advanceTimersByTimeAsync(500)
  }
  answers = [
    status('1:a', { 'web/b': 'REVIEW', 'web/d': 'REVIEW' }),
    status('2:a', { 'web/c': 'STAGING', 'web/b': 'STAGING' }, []),
    status('3:a', {}, ['web/b']),
    status('1:b', { 'web/z': 'REVIEW' }),
  ]
  await again()
  await again()
  expect(known()).toEqual(['web/b STAGING', 'web/c STAGING', 'web/d REVIEW'])
  await again()
  expect(known()).toEqual(['web/c STAGING', 'web/d REVIEW'])
  await again()
  expect(known()).toEqual(['web/z REVIEW'])
  expect(asked).toEqual([{}, { since: '1:a' }, { since: '2:a' }, { since: '3:a' }])
})
