import { OperationError } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const deployed = (scenario: Scenario) =>
  scenario.did.filter((name) => name === 'developer-agent.deploy').length

async function requestDeployment(scenario: Scenario): Promise<void> {
  await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED', data: { version: 'v1' } })
  await scenario.runtime.idle()
}

/** Autonomy and pauses: how much is done without being asked. */
export const autonomyCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L10] at observe, what changes anything is decided and recorded, and not done',
    async (scenario) => {
      await scenario.merge('one', 'v1')
      same(scenario.did.includes('test-executor.run_integration_tests'), true, 'what changes nothing is done')
      await requestDeployment(scenario)
      same([deployed(scenario), await scenario.phase('web/v1')], [0, 'STAGING'], 'starts, the phase')
      const { done, observed, changes } = await scenario.runtime.record('developer-agent.deploy')
      same([done, observed, changes], [0, 1, ['production']], 'the record')
      const [failed] = await scenario.verdicts('DEPLOYMENT_FAILED')
      same(failed?.kind, 'accepted', 'how the workflow ended')
    },
    { policy: { autonomy: 'observe' } },
  ),

  runtimeCase(
    '[L10] promoted to act, it is done unasked from then on, also after a restart; lowered again, it asks',
    async (scenario) => {
      await scenario.staged('one', 'v1')
      const agent = scenario.runtime.as({ agent: 'developer-agent' })
      same(
        (await agent.promote({ target: 'developer-agent', autonomy: 'act' })).done,
        false,
        'an agent promotes itself',
      )
      same(
        (await scenario.ann.promote({ target: 'developer-agent', autonomy: 'act' })).done,
        true,
        'a person',
      )
      await scenario.restart()
      await requestDeployment(scenario)
      same([deployed(scenario), await scenario.phase('web/v1')], [1, 'PRODUCTION'], 'starts, the phase')
      await scenario.staged('two', 'v2')
      await scenario.ann.promote({ target: 'developer-agent.deploy', autonomy: 'ask' })
      await scenario.ann.send('web/two', { type: 'DEPLOYMENT_REQUESTED', data: { version: 'v2' } })
      await scenario.runtime.idle()
      same(
        [deployed(scenario), (await scenario.operation('deploy')).status],
        [1, 'awaiting_approval'],
        'starts, the next one',
      )
    },
  ),

  runtimeCase(
    '[L10] a promotion of what there is not, or to what there is not, switches nothing',
    async (scenario) => {
      for (const target of ['developer', 'developer-agent.fly', '']) {
        same((await scenario.ann.promote({ target, autonomy: 'act' })).done, false, `of “${target}”`)
      }
      same(
        (await scenario.ann.promote({ target: '*', autonomy: 'always' as never })).done,
        false,
        'to “always”',
      )
      await scenario.staged('one', 'v1')
      await requestDeployment(scenario)
      same((await scenario.operation('deploy')).status, 'awaiting_approval', 'a deployment')
    },
  ),

  runtimeCase(
    '[L11] a pause of everything lets what runs end, starts no next step, and loses no signal; it survives a restart',
    async (scenario) => {
      const held = scenario.hold('test-executor.run_integration_tests')
      const merging = scenario.merge('one', 'v1')
      await held.started
      same(
        (await scenario.ann.pause({ target: 'everything', reason: 'a look round' })).done,
        true,
        'the pause',
      )
      held.release()
      await merging
      same(scenario.did, ['test-executor.run_integration_tests'], 'what was done')
      same(
        (await scenario.operation('update_dashboards')).held,
        'paused: everything',
        'why the next does not start',
      )
      await scenario.restart()
      same(
        (await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'two', commit: 'c9' } }))
          .kind,
        'accepted',
        'a signal meanwhile',
      )
      await scenario.runtime.idle()
      same(scenario.did.length, 1, 'starts after the restart')
      same(
        (await scenario.runtime.status()).pauses.map(({ target, by, reason }) => [target, by, reason]),
        [['everything', 'person:ann', 'a look round']],
        'pauses',
      )
      await scenario.ann.resume('everything')
      await scenario.runtime.idle()
      same(scenario.did.length, 4, 'starts after the end of the pause')
    },
  ),

  runtimeCase('[L11] a pause of one service or of one agent holds no other', async (scenario) => {
    await scenario.ann.pause({ target: 'service:pay', reason: 'stocktaking' })
    await scenario.ann.pause({ target: 'agent:documentation-agent', reason: 'being rewritten' })
    await scenario.merge('one', 'v1')
    same(
      scenario.did,
      ['test-executor.run_integration_tests', 'monitoring-agent.update_dashboards'],
      'what was done for web',
    )
    await scenario.merge('two', 'p1', 'pay')
    same(scenario.did.length, 2, 'starts with pay')
    await scenario.ann.resume('agent:documentation-agent')
    await scenario.runtime.idle()
    same(
      scenario.did.slice(2),
      ['documentation-agent.regenerate_api_docs', 'performance-optimizer-agent.baseline_performance'],
      'then',
    )
    await scenario.ann.resume('service:pay')
    await scenario.runtime.idle()
    same(scenario.did.length, 8, 'starts in the end')
  }),

  runtimeCase(
    '[L11] a pause of one rule holds what it has asked for, and the workflow that it has set going; the signal is kept',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.ann.pause({ target: 'rule:errors', reason: 'it cries wolf' })
      const before = scenario.did.length
      await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
      await scenario.runtime.idle()
      same(await scenario.phase('web/v1'), 'INCIDENT', 'the signal was taken')
      same(scenario.did.length, before, 'starts')
      await scenario.ann.resume('rule:errors')
      await scenario.runtime.idle()
      same(
        scenario.did.slice(before, before + 2),
        ['incident-response-agent.triage', 'incident-response-agent.decide'],
        'what is done then',
      )
    },
    {
      feedbackLoops: [
        {
          name: 'errors',
          monitor: 'error_rate',
          threshold: 0.5,
          clear: 0.5,
          for: 0,
          window: 60_000,
          min_samples: 1,
          cooldown: 0,
          severity: 'HIGH',
        },
      ],
    },
  ),

  runtimeCase(
    '[L11] with now, a pause cancels what runs, and its late result changes nothing',
    async (scenario) => {
      const held = scenario.hold('test-executor.run_integration_tests')
      const merging = scenario.merge('one', 'v1')
      const context = await held.started
      await scenario.ann.pause({ target: 'everything', reason: 'stop', now: true })
      await merging
      same(context.cancel.aborted, true, 'the task is told to end')
      held.release({ passed: true })
      await scenario.runtime.idle()
      same((await scenario.verdicts('DEPLOYMENT_REJECTED')).length, 1, 'the tests have not passed')
      same(
        (await scenario.rows()).filter(({ type }) => type === 'late_result').length,
        1,
        'the late result is written down',
      )
    },
  ),

  runtimeCase(
    '[L11] the rest of a roll-back that has begun goes on in a pause; one that has not begun does not begin',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.live('two', 'v2')
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      await scenario.ann.pause({ target: 'everything', reason: 'before' })
      await scenario.ann.send('web', { type: 'ROLLBACK_REQUESTED' })
      await scenario.runtime.idle()
      same(scenario.did.includes('incident-response-agent.roll_back'), false, 'it has begun in the pause')
      const held = scenario.hold('incident-response-agent.roll_back')
      await scenario.ann.resume('everything')
      await held.started
      await scenario.ann.pause({ target: 'everything', reason: 'in the middle' })
      held.release()
      await scenario.runtime.idle()
      same(scenario.did.includes('incident-response-agent.verify_recovery'), true, 'its rest')
      same(
        [await scenario.phase('web/v1'), await scenario.phase('web/v2')],
        ['PRODUCTION', 'DEVELOPMENT'],
        'the phases',
      )
    },
  ),

  runtimeCase(
    '[L11] what has to be undone is undone in a pause, and nothing else is begun',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.git.send('web', { type: 'SLOW_QUERY' })
      await scenario.runtime.idle()
      const held = scenario.hold('performance-optimizer-agent.verify_optimization')
      await scenario.git.send('web', { type: 'MAINTENANCE_WINDOW_STARTED' })
      await held.started
      await scenario.ann.pause({ target: 'everything', reason: 'in the middle' })
      const before = scenario.did.length
      held.release(new OperationError({ code: 'failed', message: 'it is slower' }))
      await scenario.runtime.idle()
      same(scenario.did.slice(before), ['data-migration-agent.revert_migration'], 'what is done in the pause')
    },
    { policy: { autonomy: 'act' } },
  ),

  runtimeCase(
    '[L11] only a person pauses and resumes; a target that there is not is said',
    async (scenario) => {
      const agent = scenario.runtime.as({ agent: 'developer-agent' })
      same((await agent.pause({ target: 'everything', reason: 'mine' })).done, false, 'an agent pauses')
      for (const target of ['service:wbe', 'agent:developer', 'rule:none', 'all', '']) {
        same((await scenario.ann.pause({ target, reason: '' })).done, false, `a pause of “${target}”`)
      }
      await scenario.ann.pause({ target: 'everything', reason: '' })
      same((await agent.resume('everything')).done, false, 'an agent resumes')
      same((await scenario.ann.resume('service:web')).done, false, 'what is not paused is resumed')
      same((await scenario.runtime.status()).pauses.length, 1, 'pauses')
    },
  ),
]
