// Properties:
//   - What of the law a journal has covered is what was done: each phase, each arrow, each refusal.

import {
  chartOfLaw,
  coverageOfInspection,
  releaseLifecycle,
  type ForeseeingClient,
  type InspectionMessage,
} from '@opschart/core'
import { expect, it } from 'vitest'

import { createScenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace } from '../runtime/places.ts'

it('what of the law is covered is what was done', async () => {
  const scenario = await createScenario(memoryPlace(), {})
  await scenario.release('new', 'v1')
  await scenario.ann.send('web/new', { type: 'ROLLED_BACK' })
  await scenario.runtime.idle()
  const client = scenario.runtime as unknown as ForeseeingClient
  const { head } = await client.status()
  const messages: InspectionMessage[] = []
  for await (const message of client.inspection({ source: 's', from: 1 })) {
    messages.push(message)
    if (message.kind === 'step' && message.sequence >= head.sequence) break
  }
  const covered = coverageOfInspection(messages).get('lifecycle')!
  expect(covered.view.id).toBe(chartOfLaw(releaseLifecycle.definition).id)
  expect(covered.entered.get('PRODUCTION')).toBe(1)
  const moved = (await client.log({ limit: 1000 })).filter(({ moved: by }) => by !== null)
  const entered = [...covered.entered.values()].reduce((sum, count) => sum + count, 0)
  // Each move, and the phase that it began in.
  expect(entered).toBe(moved.length + 1)
  expect(covered.taken.get('REVIEW|CODE_MERGED|0')).toBe(1)
  expect(covered.missed.states.map(({ id }) => id)).toEqual([
    'INCIDENT',
    'ROLLBACK',
    'OPTIMIZATION',
    'RETIRED',
  ])
  expect(covered.missed.arrows.map(({ id }) => id)).toContain('REVIEW|CHANGES_REQUESTED|0')
  await scenario.close()
})
