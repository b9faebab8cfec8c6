import { defineLifecycle, type LifecycleView } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { rejects, same, type Case } from './store-case.ts'

/** What can be seen of a release, less the place of its last row. */
async function seen(scenario: Scenario, release: string): Promise<Partial<LifecycleView>> {
  return { ...(await scenario.runtime.read(release)), actorVersion: 0 }
}

const commit = (scenario: Scenario, branch = 'one') =>
  scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch, commit: 'c1', author: 'bob' } })

/** A law with a gate that breaks and an arrow that sends its own signal again. */
const strange = defineLifecycle(
  {
    id: 'strange',
    agents: ['clerk'],
    initial: 'OPEN',
    phases: {
      OPEN: {
        allow: ['clerk'],
        on: { CLOSE: { to: 'CLOSED', by: ['person'], gate: 'broken' }, AGAIN: { does: ['send_again'] } },
      },
      CLOSED: { allow: [] },
    },
  },
  {
    gates: {
      broken() {
        throw new Error('the gate is off its hinges')
      },
    },
    actions: {
      send_again: ({ emit }) => emit({ type: 'signal', signal: { type: 'AGAIN', data: {} }, by: 'system' }),
    },
  },
)

/** Signals and the verdicts on them. */
export const signalCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L1] a signal without an arrow from the present phase changes nothing but the place in the journal',
    async (scenario) => {
      await commit(scenario)
      const before = await seen(scenario, 'web/one')
      for (const type of [
        'ROLLBACK_REQUESTED',
        'REVIEW_APPROVED',
        'DEPLOYMENT_REQUESTED',
        'INCIDENT_RESOLVED',
      ]) {
        same((await scenario.ann.send('web/one', { type })).kind, 'refused', type)
      }
      same(await seen(scenario, 'web/one'), before, 'the release')
      same(scenario.did, [], 'what was done')
    },
  ),

  runtimeCase(
    '[L4] a refusal says what was asked by whom and what is allowed, and is journaled',
    async (scenario) => {
      await commit(scenario)
      const verdict = await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED', id: 'mine' })
      if (verdict.kind !== 'refused') throw new Error(`it was ${verdict.kind}`)
      const { phase, allowed, reason } = verdict
      same(
        [phase, allowed.agents],
        ['DEVELOPMENT', ['developer-agent', 'test-executor', 'documentation-agent']],
        'where, and who may act',
      )
      same(
        allowed.signals.some(({ type, by }) => type === 'REVIEW_REQUESTED' && by.includes('person')),
        true,
        'what would be allowed',
      )
      same(reason.includes('only STAGING has it'), true, reason)
      const row = (await scenario.rows()).find(({ sequence }) => sequence === verdict.sequence)
      same(
        [row?.type, row?.by, row?.verdict?.kind],
        ['DEPLOYMENT_REQUESTED', 'person:ann', 'refused'],
        'its row',
      )
      const gate = await scenario.git.send('web', { type: 'CODE_MERGED', data: { branch: 'one' } })
      same(gate.kind, 'violation', 'a merge that nobody has reviewed')
    },
  ),

  runtimeCase(
    '[L6] a gate that throws refuses the signal, with its error, and the runtime lives on',
    async (scenario) => {
      const verdict = await scenario.ann.send('web/x', { type: 'CLOSE' })
      same([verdict.kind, verdict.reason.includes('off its hinges')], ['refused', true], verdict.reason)
      same(await scenario.phase('web/x'), 'OPEN', 'the phase')
    },
    { lifecycle: strange, services: null },
  ),

  runtimeCase(
    '[L12] no chain of signals that cause one another is longer than 16',
    async (scenario) => {
      await scenario.ann.send('web/x', { type: 'AGAIN' })
      const kinds = (await scenario.verdicts('AGAIN')).map(({ kind }) => kind)
      same(
        kinds,
        [...Array.from({ length: 17 }, () => 'accepted'), 'refused'],
        'the first, sixteen after it, and the one too many',
      )
    },
    { lifecycle: strange, services: null },
  ),

  runtimeCase(
    '[L7] what the law did not allow is a violation: shown, answered by a person with adopt, and moving nothing by itself',
    async (scenario) => {
      await commit(scenario)
      const merged = await scenario.git.send('web', {
        type: 'CODE_MERGED',
        data: { branch: 'one', commit: 'm1' },
      })
      same(
        [merged.kind, await scenario.phase('web/one')],
        ['violation', 'DEVELOPMENT'],
        'merged without a review',
      )
      const told = await scenario.runtime.status()
      same(told.violations, 1, 'violations that nobody has answered')
      same(
        told.unanswered.map(({ actor, type, by }) => [actor, type, by]),
        [['web/one', 'CODE_MERGED', 'watcher:git']],
        'what they were',
      )
      const adoption = { to: 'web/one', phase: 'STAGING', reason: 'merged by hand' }
      same(
        (await scenario.runtime.as({ agent: 'developer-agent' }).adopt(adoption)).done,
        false,
        'an agent adopts',
      )
      same(
        (await scenario.git.send('web/one', { type: 'ADOPTED', data: adoption })).kind === 'accepted',
        false,
        'a watcher adopts',
      )
      same((await scenario.ann.adopt(adoption)).done, true, 'a person adopts')
      same(
        [await scenario.phase('web/one'), (await scenario.runtime.status()).violations],
        ['STAGING', 0],
        'the phase, violations',
      )
    },
  ),

  runtimeCase(
    '[L7] a deployment that nobody asked for is a violation; adopted, it is the live release',
    async (scenario) => {
      await scenario.staged('one', 'v1')
      const verdict = await scenario.git.send('web', {
        type: 'DEPLOYMENT_COMPLETE',
        data: { version: 'v1', environment: 'production' },
      })
      same([verdict.kind, await scenario.phase('web/v1')], ['violation', 'STAGING'], 'the report')
      await scenario.ann.adopt({ to: 'web/v1', phase: 'PRODUCTION', reason: 'it runs' })
      same((await scenario.runtime.read('web'))?.id, 'web/one', 'the live release')
      same(
        (await scenario.ann.adopt({ to: 'web/v0', phase: 'PRODUCTION', reason: 'no, this one' })).done,
        true,
        'one that was not known',
      )
      same(
        [await scenario.phase('web/one'), (await scenario.runtime.read('web'))?.id],
        ['RETIRED', 'web/v0'],
        'the other, the live release',
      )
    },
  ),

  runtimeCase('[L4] a signal for what there is not is unrouted, and journaled', async (scenario) => {
    for (const to of ['shop', 'shop/v1', '', '../etc']) {
      same((await scenario.ann.send(to, { type: 'INCIDENT_DECLARED' })).kind, 'unrouted', `to “${to}”`)
    }
    same(
      (await scenario.ann.send('web/v9', { type: 'INCIDENT_DECLARED' })).kind,
      'unrouted',
      'a release that there is not',
    )
    same(
      (await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })).kind,
      'unrouted',
      'a service without a live release',
    )
    same((await scenario.rows()).length, 6, 'rows')
    const nobody = Promise.resolve().then(() => scenario.runtime.as('somebody' as never))
    await rejects(nobody, 'input', 'somebody who is no principal')
  }),
]
