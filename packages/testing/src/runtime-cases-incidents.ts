import type { Severity } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const minute = 60_000

/** Four releases, the last one live, and an alarm that always says: roll back. */
async function fourReleases(scenario: Scenario): Promise<void> {
  for (const number of [1, 2, 3, 4]) await scenario.live(`b${number}`, `v${number}`)
  scenario.script['incident-response-agent.decide'] = () => ({ decision: 'rollback', reason: 'it did it' })
}

const alarm = async (scenario: Scenario): Promise<void> => {
  await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
  await scenario.runtime.idle()
}

const rolledBack = (scenario: Scenario) => scenario.did.filter((name) => name.endsWith('.roll_back')).length

const request = (scenario: Scenario, agent: string, task: string, severity: Severity) =>
  scenario.ann.send('web/one', { type: 'OPERATION_REQUESTED', severity, data: { agent, task } })

/** Incidents: what is urgent, what repeats, and what must not stay stuck. */
export const incidentCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L13] the second roll-back within an hour asks; when a person has resumed it, it acts again',
    async (scenario) => {
      await fourReleases(scenario)
      await alarm(scenario)
      same([rolledBack(scenario), await scenario.phase('web/v3')], [1, 'PRODUCTION'], 'the first, unasked')
      await scenario.clock.advance(30 * minute)
      await alarm(scenario)
      const waiting = await scenario.operation('roll_back')
      same([rolledBack(scenario), waiting.status], [1, 'awaiting_approval'], 'the second')
      same(
        scenario.notices.some(({ text }) => text.includes('needed twice within an hour')),
        true,
        'a person is told why',
      )
      await scenario.restart()
      await scenario.approve('roll_back')
      await scenario.runtime.idle()
      same([rolledBack(scenario), await scenario.phase('web/v2')], [2, 'PRODUCTION'], 'the second, approved')
      same(
        (await scenario.runtime.as({ agent: 'incident-response-agent' }).resume('remedy:web')).done,
        false,
        'an agent resumes',
      )
      same((await scenario.ann.resume('remedy:web')).done, true, 'a person resumes')
      await alarm(scenario)
      same([rolledBack(scenario), await scenario.phase('web/v1')], [3, 'PRODUCTION'], 'the third, unasked')
    },
  ),

  runtimeCase('[L13] a roll-back more than an hour after the last one acts', async (scenario) => {
    await fourReleases(scenario)
    await alarm(scenario)
    await scenario.clock.advance(61 * minute)
    await alarm(scenario)
    same([rolledBack(scenario), await scenario.phase('web/v2')], [2, 'PRODUCTION'], 'both')
  }),

  runtimeCase(
    '[L16] what is critical and has no arrow declares an incident on the live release',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.staged('two', 'v2')
      same(
        (await scenario.git.send('web', { type: 'DISK_FULL', severity: 'HIGH' })).kind,
        'ignored',
        'what is not critical',
      )
      await scenario.runtime.idle()
      same(await scenario.phase('web/v1'), 'PRODUCTION', 'the phase')
      await scenario.git.send('web/v2', { type: 'DISK_FULL', severity: 'CRITICAL', id: 'disk' })
      await scenario.runtime.idle()
      same(
        [await scenario.phase('web/v1'), await scenario.phase('web/v2')],
        ['INCIDENT', 'STAGING'],
        'the phases',
      )
      same(
        scenario.did.slice(-2).includes('documentation-agent.update_runbook'),
        true,
        'its workflow has run',
      )
      const declared = (await scenario.rows()).find(({ type }) => type === 'INCIDENT_DECLARED')
      const because = (await scenario.runtime.why(String(declared?.sequence))).map(({ type }) => type)
      same(because, ['DISK_FULL', 'INCIDENT_DECLARED'], 'why')
    },
  ),

  runtimeCase(
    '[L16] work is done by severity, then by age',
    async (scenario) => {
      await scenario.staged('one', 'v1')
      const held = scenario.hold('documentation-agent.update_readme')
      await request(scenario, 'documentation-agent', 'update_readme', 'INFO')
      await held.started
      const before = scenario.did.length
      await request(scenario, 'monitoring-agent', 'setup_metrics', 'LOW')
      await request(scenario, 'data-migration-agent', 'generate_migration', 'LOW')
      await request(scenario, 'documentation-agent', 'update_schema_docs', 'HIGH')
      await request(scenario, 'monitoring-agent', 'setup_alerts', 'CRITICAL')
      await request(scenario, 'documentation-agent', 'update_runbook', 'MEDIUM')
      held.release()
      await scenario.runtime.idle()
      same(
        scenario.did.slice(before).map((name) => name.split('.')[1]),
        ['setup_alerts', 'update_schema_docs', 'update_runbook', 'setup_metrics', 'generate_migration'],
        'the order',
      )
    },
    { concurrency: 1 },
  ),

  runtimeCase(
    '[L16] an agent does one thing at a time for a service; other agents, and other services, do not wait for it',
    async (scenario) => {
      await scenario.staged('one', 'v1')
      await scenario.staged('two', 'p1', 'pay')
      const held = scenario.hold('documentation-agent.update_readme')
      await request(scenario, 'documentation-agent', 'update_readme', 'INFO')
      await held.started
      const before = scenario.did.length
      const other = scenario.hold('documentation-agent.update_schema_docs')
      await request(scenario, 'documentation-agent', 'update_runbook', 'CRITICAL')
      await request(scenario, 'monitoring-agent', 'setup_alerts', 'INFO')
      await scenario.ann.send('pay/two', {
        type: 'OPERATION_REQUESTED',
        data: { agent: 'documentation-agent', task: 'update_schema_docs' },
      })
      await other.started
      await scenario.until(
        ({ type, data }) =>
          type === 'operation.settled' &&
          (data as { what?: string }).what === 'monitoring-agent.setup_alerts',
      )
      same(
        scenario.did.slice(before).sort(),
        ['documentation-agent.update_schema_docs', 'monitoring-agent.setup_alerts'],
        'what is done meanwhile',
      )
      held.release()
      other.release()
      await scenario.runtime.idle()
      same(scenario.did.at(-1), 'documentation-agent.update_runbook', 'what is done then')
    },
  ),

  runtimeCase(
    '[L17] an incident that nobody acknowledges is escalated after 15 minutes, once, also across a restart',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      await scenario.clock.advance(15 * minute - 1)
      await scenario.restart()
      const before = scenario.notices.length
      await scenario.clock.advance(1)
      await scenario.runtime.idle()
      await scenario.restart()
      await scenario.clock.advance(60 * minute)
      await scenario.runtime.idle()
      const told = scenario.notices.slice(before)
      same(
        told.map(({ severity, text }) => [severity, text.endsWith('on web/one has not been acknowledged')]),
        [['CRITICAL', true]],
        'what is told',
      )
    },
  ),

  runtimeCase(
    '[L17] an incident that a person has acknowledged is theirs, and is not escalated',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      same(
        (
          await scenario.runtime
            .as({ agent: 'incident-response-agent' })
            .send('web', { type: 'INCIDENT_ACKNOWLEDGED' })
        ).kind,
        'refused',
        'an agent’s',
      )
      await scenario.ann.send('web', { type: 'INCIDENT_ACKNOWLEDGED' })
      const { incident } = (await scenario.runtime.status()).services.find(
        ({ service }) => service === 'web',
      )!
      same([incident?.owner, incident?.acknowledged], ['ann', true], 'the incident')
      const before = scenario.notices.length
      await scenario.clock.advance(60 * minute)
      await scenario.runtime.idle()
      same(scenario.notices.slice(before), [], 'what is told')
    },
  ),

  runtimeCase('[L17] a roll-back that takes too long is escalated, once, and goes on', async (scenario) => {
    await scenario.live('one', 'v1')
    await scenario.live('two', 'v2')
    await scenario.ann.promote({ target: 'incident-response-agent.roll_back', autonomy: 'ask' })
    await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
    await scenario.runtime.idle()
    await scenario.ann.send('web', { type: 'ROLLBACK_REQUESTED' })
    await scenario.runtime.idle()
    const before = scenario.notices.length
    await scenario.clock.advance(20 * minute)
    await scenario.runtime.idle()
    same(
      scenario.notices.slice(before).map(({ severity }) => severity),
      ['CRITICAL'],
      'what is told',
    )
    await scenario.approve('roll_back')
    await scenario.runtime.idle()
    same(await scenario.phase('web/v1'), 'PRODUCTION', 'the phase')
  }),

  runtimeCase(
    '[L8] leaving the phase cancels the steps of its workflow but those that survive',
    async (scenario) => {
      await scenario.live('one', 'v1')
      const held = scenario.hold('incident-response-agent.decide')
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      const context = await held.started
      await scenario.ann.send('web', { type: 'INCIDENT_RESOLVED' })
      same(context.cancel.aborted, true, 'the step is told to end')
      await scenario.runtime.idle()
      held.release({ decision: 'rollback', reason: 'too late' })
      await scenario.runtime.idle()
      same(await scenario.verdicts('ROLLBACK_REQUESTED'), [], 'what the late result has led to')
      same(await scenario.phase('web/v1'), 'PRODUCTION', 'the phase')
      for (const task of ['monitoring-agent.gather_metrics', 'documentation-agent.update_runbook']) {
        same(scenario.did.includes(task), true, `${task} survives`)
      }
      same((await scenario.runtime.read('web/v1'))?.workflows, [], 'warrants that are open')
    },
  ),

  runtimeCase(
    'an operation that nothing carries out fails, and says so',
    async (scenario) => {
      await scenario.merge('one', 'v1')
      await scenario.runtime.idle()
      same(await scenario.phase('web/v1'), 'REVIEW', 'the tests did not pass')
      const settled = (await scenario.rows()).find(({ type }) => type === 'operation.settled')
      const { outcome, message } = settled!.data as { outcome: string; message: string }
      same(
        [outcome, message],
        ['no_runner', 'nothing carries out test-executor.run_integration_tests: declare it under agents'],
        'why',
      )
    },
    { without: ['test-executor.run_integration_tests'] },
  ),
]
