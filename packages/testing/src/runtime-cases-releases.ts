import { OperationError, type Verdict } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const phases = async (scenario: Scenario, ...releases: string[]): Promise<string[]> =>
  Promise.all(releases.map((release) => scenario.phase(release)))

const web = async (scenario: Scenario) =>
  (await scenario.runtime.status()).services.find(({ service }) => service === 'web')!

const requested = async (scenario: Scenario, branch: string): Promise<Verdict> =>
  scenario.ann.send(`web/${branch}`, { type: 'DEPLOYMENT_REQUESTED', data: { version: 'next' } })

/** Releases of one service, and where signals about them go. */
export const releaseCases: readonly Case<RuntimePlace>[] = [
  runtimeCase('[L15] a release that goes live retires the one before, in one commit', async (scenario) => {
    await scenario.release('one', 'v1')
    same(await scenario.phase('web/v1'), 'PRODUCTION', 'the first release')
    await scenario.release('two', 'v2')
    same(await phases(scenario, 'web/v1', 'web/v2'), ['RETIRED', 'PRODUCTION'], 'both')
    const { deployments } = await web(scenario)
    same(
      deployments.map(({ version }) => version),
      ['v1', 'v2'],
      'deployments',
    )
  }),

  runtimeCase(
    '[L15] a roll-back reinstates the release before, in the commit that ends it',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.live('two', 'v2')
      scenario.script['incident-response-agent.decide'] = () => ({
        decision: 'rollback',
        reason: 'v2 did it',
      })
      await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
      await scenario.runtime.idle()
      same(await phases(scenario, 'web/v1', 'web/v2'), ['PRODUCTION', 'DEVELOPMENT'], 'both')
      const { live, incident, exclusive } = await web(scenario)
      same([live, incident, exclusive], ['web/one', null, null], 'the service')
    },
  ),

  runtimeCase(
    '[L15] not recovered: the reinstated release is in INCIDENT, a person is asked, and no second roll-back starts by itself',
    async (scenario) => {
      for (const [branch, version] of [
        ['one', 'v1'],
        ['two', 'v2'],
        ['three', 'v3'],
      ] as const)
        await scenario.live(branch, version)
      scenario.script['incident-response-agent.decide'] = () => ({
        decision: 'rollback',
        reason: 'something did it',
      })
      scenario.script['incident-response-agent.verify_recovery'] = () => ({ recovered: false })
      await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
      await scenario.runtime.idle()
      same(
        await phases(scenario, 'web/v1', 'web/v2', 'web/v3'),
        ['RETIRED', 'INCIDENT', 'DEVELOPMENT'],
        'the phases',
      )
      same(scenario.did.filter((name) => name.endsWith('.roll_back')).length, 1, 'roll-backs')
      const second = (await scenario.verdicts('ROLLBACK_REQUESTED')).at(-1)
      same([second?.kind, second?.reason.includes('already tried')], ['refused', true], 'the second one')
      same((await web(scenario)).incident === null, false, 'the incident goes with the pointer')
      const told = scenario.notices.some(
        ({ text }) => text.includes('an incident is open') || text.includes('needs a person'),
      )
      same(told, true, 'a person is told')
    },
  ),

  runtimeCase(
    '[L15] a roll-back that failed leads back to INCIDENT, asks a person, and starts nothing',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.live('two', 'v2')
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      scenario.script['incident-response-agent.roll_back'] = () => {
        throw new Error('the door is locked')
      }
      await scenario.ann.send('web', { type: 'ROLLBACK_REQUESTED' })
      await scenario.runtime.idle()
      // It is tried once more after a pause of two seconds.
      await scenario.clock.advance(2_000)
      await scenario.runtime.idle()
      const starts = scenario.did.length
      same(
        [...(await phases(scenario, 'web/v1', 'web/v2')), (await web(scenario)).live],
        ['RETIRED', 'INCIDENT', 'web/two'],
        'both',
      )
      same(
        scenario.notices.some(({ text }) => text.includes('ROLLBACK_FAILED on web/two: the door is locked')),
        true,
        'a person is told',
      )
      await scenario.clock.advance(60_000)
      await scenario.runtime.idle()
      same(scenario.did.length, starts, 'starts after it')
    },
  ),

  runtimeCase('[L15] without a release before it, nothing is rolled back', async (scenario) => {
    await scenario.live('one', 'v1')
    scenario.script['incident-response-agent.decide'] = () => ({ decision: 'rollback', reason: 'v1 did it' })
    await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
    await scenario.runtime.idle()
    const [verdict] = await scenario.verdicts('ROLLBACK_REQUESTED')
    same(
      [verdict?.kind, verdict?.reason.includes('no earlier release')],
      ['refused', true],
      verdict?.reason ?? '',
    )
    same(await scenario.phase('web/v1'), 'INCIDENT', 'the phase')
  }),

  runtimeCase(
    '[L15] a hot-fix takes the place of a release in INCIDENT; the incident goes with it, and closes when the measure clears',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.staged('fix', 'v1.1')
      await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
      await scenario.runtime.idle()
      await scenario.deploy('fix', 'v1.1')
      same(await phases(scenario, 'web/v1', 'web/v1.1'), ['RETIRED', 'PRODUCTION'], 'both')
      same((await web(scenario)).incident === null, false, 'the incident is open')
      await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_CLEARED' })
      same((await web(scenario)).incident, null, 'the incident when the measure is well')
    },
  ),

  runtimeCase(
    '[L15] a hot-fix takes the place of a release in OPTIMIZATION, whose workflow ends',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.staged('fix', 'v1.1')
      const held = scenario.hold('performance-optimizer-agent.analyze_query')
      await scenario.git.send('web', { type: 'SLOW_QUERY' })
      const context = await held.started
      same(await scenario.phase('web/v1'), 'OPTIMIZATION', 'the first')
      await requested(scenario, 'fix')
      await scenario.approveWhenAsked('deploy')
      await scenario.until(({ type }) => type === 'SUPERSEDED')
      await scenario.runtime.idle()
      same(context.cancel.aborted, true, 'its step is cancelled')
      await scenario.runtime.idle()
      same(await phases(scenario, 'web/one', 'web/fix'), ['RETIRED', 'PRODUCTION'], 'both')
      same((await scenario.runtime.read('web/one'))?.workflows, [], 'what is left of its workflow')
    },
  ),

  runtimeCase(
    '[L15] deployments and roll-backs of one service exclude each other; another service is free',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.live('two', 'v2')
      await scenario.staged('three', 'v3')
      await scenario.staged('four', 'v4')
      same((await requested(scenario, 'three')).kind, 'accepted', 'the first')
      same((await requested(scenario, 'four')).kind, 'refused', 'a second deployment')
      await scenario.staged('five', 'p1', 'pay')
      same(
        (await scenario.ann.send('pay/five', { type: 'DEPLOYMENT_REQUESTED' })).kind,
        'accepted',
        'another service’s',
      )
      await scenario.ann.send('web/two', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      const deploying = scenario.hold('developer-agent.deploy')
      const asked = (await scenario.operations()).find(
        ({ lifecycle, task }) => lifecycle === 'web/three' && task === 'deploy',
      )!
      await scenario.ann.approve({ operation: asked.id, plan: asked.plan })
      await deploying.started
      same(
        (await scenario.ann.send('web/two', { type: 'ROLLBACK_REQUESTED' })).kind,
        'refused',
        'a roll-back during it',
      )
      deploying.release(new OperationError({ code: 'failed', message: 'no' }))
      await scenario.runtime.idle()
      const held = scenario.hold('incident-response-agent.roll_back')
      same(
        (await scenario.ann.send('web/two', { type: 'ROLLBACK_REQUESTED' })).kind,
        'accepted',
        'the roll-back',
      )
      await held.started
      same((await requested(scenario, 'four')).kind, 'refused', 'a deployment during it')
      held.release()
      await scenario.runtime.idle()
      same((await requested(scenario, 'four')).kind, 'accepted', 'a deployment after it')
    },
  ),

  runtimeCase(
    '[L15] a roll-back takes the place of a deployment that was only asked for, or approved and not begun',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.live('two', 'v2')
      await scenario.staged('three', 'v3')
      await requested(scenario, 'three')
      await scenario.runtime.idle()
      await scenario.ann.pause({ target: 'agent:developer-agent', reason: 'not yet' })
      await scenario.approve('deploy')
      await scenario.ann.send('web/two', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      const held = scenario.hold('incident-response-agent.roll_back')
      same(
        (await scenario.ann.send('web/two', { type: 'ROLLBACK_REQUESTED' })).kind,
        'accepted',
        'the roll-back',
      )
      await held.started
      await scenario.ann.resume('agent:developer-agent')
      await scenario.until(({ type }) => type === 'DEPLOYMENT_FAILED')
      same(
        scenario.did.includes('developer-agent.deploy'),
        false,
        'it was deployed in the middle of the roll-back',
      )
      held.release()
      await scenario.runtime.idle()
      same(
        await phases(scenario, 'web/one', 'web/two', 'web/three'),
        ['PRODUCTION', 'DEVELOPMENT', 'STAGING'],
        'the phases',
      )
    },
  ),
]
