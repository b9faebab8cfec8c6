import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const hour = 3_600_000
const day = 24 * hour

const askFor = (scenario: Scenario, release: string, agent: string, task: string) =>
  scenario.ann.send(release, { type: 'OPERATION_REQUESTED', data: { agent, task } })

const commit = (scenario: Scenario, branch = 'one') =>
  scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch, commit: 'c1', author: 'bob' } })

const errorSpike = {
  name: 'errors',
  monitor: 'error_rate',
  threshold: 0.1,
  clear: 0.1,
  for: 0,
  window: 60_000,
  min_samples: 1,
  cooldown: 0,
  severity: 'HIGH',
  action: { kind: 'task', agent: 'monitoring-agent', task: 'gather_metrics' },
} as const

/** Operations whose phase has not come. */
export const waitingCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L3] an operation waits for the nearest phase that admits it, and runs there once',
    async (scenario) => {
      await commit(scenario)
      const verdict = await askFor(scenario, 'web/one', 'monitoring-agent', 'gather_metrics')
      same(
        verdict.kind === 'waiting' && [verdict.awaiting, verdict.expires],
        ['awaiting_STAGING', scenario.clock.now() + day],
        'the verdict',
      )
      const { status, awaiting } = await scenario.operation('gather_metrics')
      same([status, awaiting], ['waiting', 'awaiting_STAGING'], 'the pending operation')
      await scenario.restart()
      await scenario.merge('one', 'v1')
      same(
        scenario.did.filter((name) => name === 'monitoring-agent.gather_metrics').length,
        1,
        'times that it ran',
      )
      same(await scenario.operations(), [], 'operations that are open')
    },
  ),

  runtimeCase(
    '[L3] an operation whose phase does not come expires after 24 hours, also across a restart',
    async (scenario) => {
      await commit(scenario)
      await askFor(scenario, 'web/one', 'monitoring-agent', 'gather_metrics')
      await scenario.clock.advance(day - 1)
      same((await scenario.operations()).length, 1, 'a millisecond before')
      await scenario.restart()
      await scenario.clock.advance(1)
      await scenario.runtime.idle()
      same(await scenario.operations(), [], 'operations that are open then')
      await scenario.merge('one', 'v1')
      same(scenario.did.includes('monitoring-agent.gather_metrics'), false, 'it was done')
    },
  ),

  runtimeCase(
    '[D4] what was due while nothing ran happens at once, once, in the order in which it was due',
    async (scenario) => {
      await commit(scenario)
      const asked: string[] = []
      for (const severity of ['INFO', 'CRITICAL', 'LOW'] as const) {
        await scenario.ann.send('web/one', {
          type: 'OPERATION_REQUESTED',
          severity,
          data: { agent: 'monitoring-agent', task: 'gather_metrics' },
        })
        await scenario.clock.advance(1_000)
        asked.push((await scenario.operations()).map(({ id }) => id).find((id) => !asked.includes(id))!)
      }
      await scenario.runtime.close()
      await scenario.clock.set(scenario.clock.now() + 30 * day)
      await scenario.restart()
      await scenario.runtime.idle()
      const expired = (await scenario.rows()).filter(({ type }) => type === 'operation.expired')
      same(
        expired.map(({ data }) => (data as { operation: string }).operation),
        asked,
        'what has expired',
      )
      same(new Set(expired.map(({ at }) => at)).size, 1, 'when')
      await scenario.restart()
      await scenario.clock.advance(day)
      await scenario.runtime.idle()
      same(
        (await scenario.rows()).filter(({ type }) => type === 'operation.expired').length,
        3,
        'times in the end',
      )
    },
  ),

  runtimeCase('[L3] an operation that waits expires when its release is retired', async (scenario) => {
    await scenario.live('one', 'v1')
    const verdict = await askFor(scenario, 'web/v1', 'data-migration-agent', 'generate_migration')
    same(verdict.kind === 'waiting' && verdict.awaiting, 'awaiting_OPTIMIZATION', 'what it waits for')
    await scenario.live('two', 'v2')
    same(await scenario.phase('web/v1'), 'RETIRED', 'the phase')
    same(await scenario.operations(), [], 'operations that are open')
    same((await scenario.runtime.read('web/v1'))?.timers, [], 'timers that are left')
  }),

  runtimeCase(
    '[L3] an agent that can never act is refused at once, saying who could and where',
    async (scenario) => {
      await commit(scenario)
      const verdict = await askFor(scenario, 'web/one', 'ghost-agent', 'haunt')
      same(verdict.kind, 'refused', 'the verdict')
      for (const part of [
        'no phase allows ghost-agent',
        'DEVELOPMENT allows developer-agent, test-executor',
      ]) {
        same(verdict.reason.includes(part), true, `“${verdict.reason}” says “${part}”`)
      }
      same(await scenario.operations(), [], 'operations that are open')
    },
  ),

  runtimeCase(
    '[L3] when it is admitted, its condition is checked again: a rule that has cleared asks for nothing any more',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await spike(scenario, 500)
      same((await scenario.operation('gather_metrics')).awaiting, 'awaiting_INCIDENT', 'what it waits for')
      await scenario.clock.advance(61_000)
      await spike(scenario, 200)
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      same(
        scenario.did.filter((name) => name === 'monitoring-agent.gather_metrics').length,
        1,
        'starts, the incident’s own',
      )
    },
    { feedbackLoops: [errorSpike] },
  ),

  runtimeCase(
    '[L3] when it is admitted and its rule still fires, it runs',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await spike(scenario, 500)
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      same(
        scenario.did.filter((name) => name === 'monitoring-agent.gather_metrics').length,
        2,
        'starts, with the incident’s own',
      )
    },
    { feedbackLoops: [errorSpike] },
  ),

  runtimeCase(
    'a trigger’s operation waits for a phase that admits it, and expires with the release’s next move',
    async (scenario) => {
      await commit(scenario)
      const verdict = await scenario.git.send('web/one', { type: 'TEST_FAILED', data: { branch: 'one' } })
      same(verdict.kind, 'ignored', 'the signal has no arrow')
      same((await scenario.operation('triage')).awaiting, 'awaiting_PRODUCTION', 'what it waits for')
      await scenario.ann.send('web', { type: 'REVIEW_REQUESTED', data: { branch: 'one' } })
      same(await scenario.operations(), [], 'operations that are open after the move')
      await scenario.runtime.idle()
      same(scenario.did, [], 'what was done')
    },
    { triggers: { TEST_FAILED: [['incident-response-agent', 'triage']] } },
  ),

  runtimeCase(
    'a trigger’s operation runs at once where its agent is allowed, as the rule’s',
    async (scenario) => {
      await scenario.live('one', 'v1')
      const before = scenario.did.length
      await scenario.git.send('web', { type: 'TEST_FAILED' })
      await scenario.runtime.idle()
      same(scenario.did.slice(before), ['incident-response-agent.triage'], 'what was done')
      const asked = (await scenario.rows()).findLast(({ type }) => type === 'OPERATION_REQUESTED')
      same([asked?.by, asked?.actor], ['rule:TEST_FAILED', 'web/one'], 'who asked, of what')
    },
    { triggers: { TEST_FAILED: [['incident-response-agent', 'triage']] } },
  ),
]

/** One request is answered with this status, and the rules look at it. */
async function spike(scenario: Scenario, status: number): Promise<void> {
  await scenario.requests(status)
  await scenario.runtime.idle()
}
