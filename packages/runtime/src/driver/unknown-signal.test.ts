// Properties:
//   - Who sends a signal whose name nothing knows is told so, with the names that are near; what is only supposed says the same.
//   - What an arrow, a trigger or a task knows is not called unknown, nor is what is critical: that opens an incident.
//   - The journal has the law's own words: an audit finds them again, whatever is known by then.

import type { Verdict } from '@opschart/core'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { createRuntime } from '../create-runtime.ts'
import type { Runtime } from '../runtime-options.ts'

let runtime: Runtime
beforeEach(async () => {
  runtime = await createRuntime({
    services: [{ name: 'web' }],
    tasks: [
      {
        agent: 'incident-response-agent',
        task: 'triage',
        title: 'Triage',
        timeout: 1_000,
        changes: 'nothing',
        answers: ['TEST_FAILED'],
        run: () => Promise.resolve({}),
      },
    ],
    triggers: { NIGHT_CAME: [['incident-response-agent', 'triage']] },
  })
  await runtime.as('watcher:git').send('web', {
    type: 'CODE_COMMITTED',
    data: { branch: 'topic', commit: 'a'.repeat(40), author: 'ann@example.org' },
  })
})
afterEach(() => runtime.close())

const send = (type: string, more = {}) => runtime.as('watcher:inbox').send('web/topic', { type, ...more })
const unknown = (verdict: Verdict) => (verdict.kind === 'ignored' ? verdict.unknown : undefined)

it('is said of a name that nothing knows, with those that are near', async () => {
  const verdict = await send('DEPLOY')
  expect(verdict).toMatchObject({
    kind: 'ignored',
    phase: 'DEVELOPMENT',
    reason: expect.stringMatching(
      /^DEPLOY has no arrow anywhere in the law, and no rule answers it; did you mean DEPLOYMENT_\w+ or DEPLOYMENT_\w+/,
    ),
  })
  expect(unknown(verdict)!.nearest).toContain('DEPLOYMENT_REQUESTED')
  expect(unknown(await send('NIGHT_CAMME'))).toEqual({ nearest: ['NIGHT_CAME'] })
  const none = await send('QQQQQQ')
  expect(unknown(none)).toEqual({ nearest: [] })
  expect(none.reason).toBe('QQQQQQ has no arrow anywhere in the law, and no rule answers it')
  // The same signal again has the same answer.
  const again = { id: 'one', source: 'test' }
  expect(await send('DEPLOYY', again)).not.toHaveProperty('duplicate')
  expect(await send('DEPLOYY', again)).toMatchObject({ duplicate: true, unknown: {} })
})

it('[W1] is said of what is only supposed, too', async () => {
  const signals = [{ by: 'agent:developer-agent' as const, type: 'DEPLOY' }]
  const view = await runtime.whatIf({ actor: 'web/topic', signals })
  expect(view!.outcomes[0]!.verdict).toEqual({
    ...(await runtime.as('agent:developer-agent').send('web/topic', { type: 'DEPLOY' })),
    signal: expect.any(String),
  })
  expect(view!.outcomes[0]!.verdict.reason).toContain('did you mean DEPLOYMENT_')
})

it('is not said of what something knows', async () => {
  for (const type of ['NIGHT_CAME', 'TEST_FAILED']) {
    const verdict = await send(type)
    expect([type, verdict.kind, unknown(verdict)]).toEqual([type, 'ignored', undefined])
  }
  expect(unknown(await send('DISK_FULL', { severity: 'CRITICAL' }))).toBeUndefined()
})

it('is not in the journal, which is audited by the law', async () => {
  await send('DEPLOY')
  const [row] = await runtime.log({ backwards: true, limit: 1 })
  expect(row!.verdict!.reason).toBe('DEPLOY has no arrow anywhere in the law; only rules answer it')
  expect(row!.verdict).not.toHaveProperty('unknown')
  expect(await runtime.audit({})).toMatchObject({ sound: true })
})
