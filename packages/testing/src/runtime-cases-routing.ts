import { OperationError } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const phases = async (scenario: Scenario, ...releases: string[]): Promise<string[]> =>
  Promise.all(releases.map((release) => scenario.phase(release)))

const web = async (scenario: Scenario) =>
  (await scenario.runtime.status()).services.find(({ service }) => service === 'web')!

/** Which release a signal goes to. */
export const routingCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L14] the first commit or review request of a branch opens a release; nothing else does',
    async (scenario) => {
      for (const type of [
        'CODE_MERGED',
        'VERSION_TAGGED',
        'DEPLOYMENT_COMPLETE',
        'SCHEMA_CHANGED',
        'REVIEW_APPROVED',
      ]) {
        const verdict = await scenario.git.send('web', {
          type,
          data: { branch: 'one', commit: 'c1', version: 'v1' },
        })
        same(verdict.kind, 'unrouted', type)
      }
      same((await web(scenario))?.lifecycles ?? [], [], 'releases')
      await scenario.ann.send('web', { type: 'REVIEW_REQUESTED', data: { branch: 'one' } })
      await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'two', commit: 'c2' } })
      same(
        (await web(scenario)).lifecycles.map(({ id, phase }) => [id, phase]),
        [
          ['web/one', 'REVIEW'],
          ['web/two', 'DEVELOPMENT'],
        ],
        'releases then',
      )
    },
  ),

  runtimeCase(
    '[L14] a branch whose release has gone its way is used again: that is a new release',
    async (scenario) => {
      await scenario.release('main', 'v1')
      await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'main', commit: 'c2' } })
      await scenario.git.send('web/main', { type: 'CODE_COMMITTED', data: { branch: 'main', commit: 'c3' } })
      same(await phases(scenario, 'web/v1', 'web/main#2'), ['PRODUCTION', 'DEVELOPMENT'], 'both')
      same((await scenario.runtime.read('web/main#2'))?.commit, 'c3', 'the head of the new one')
      const merged = await scenario.git.send('web', { type: 'CODE_MERGED', data: { commit: 'v1-merge' } })
      same(merged.lifecycle, 'web/main', 'a commit of the old one goes to the old one')
    },
  ),

  runtimeCase(
    '[L14] a measure is an edge: a repeat in the incident is part of it, one during a deployment is held',
    async (scenario) => {
      const rule = scenario.runtime.as('rule:errors')
      await scenario.live('one', 'v1')
      await scenario.staged('two', 'v2')
      const held = scenario.hold('monitoring-agent.verify_health')
      await scenario.ann.send('web/two', { type: 'DEPLOYMENT_REQUESTED' })
      await scenario.approveWhenAsked('deploy')
      await held.started
      const during = await rule.send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
      same(
        [during.kind, during.lifecycle, during.reason.includes('held while deploy:')],
        ['ignored', 'web/two', true],
        during.reason,
      )
      held.release(new OperationError({ code: 'unhealthy', message: 'not healthy' }))
      await scenario.runtime.idle()
      same(
        (await rule.send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })).lifecycle,
        'web/one',
        'afterwards it is the live one’s',
      )
      const { incident } = await web(scenario)
      const repeat = await rule.send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' })
      same([repeat.kind, repeat.reason], ['ignored', `part of incident ${incident?.id}`], 'a repeat')
      same(
        (await scenario.verdicts('ERROR_THRESHOLD_EXCEEDED')).filter(({ kind }) => kind === 'accepted')
          .length,
        1,
        'incidents',
      )
    },
  ),
]
