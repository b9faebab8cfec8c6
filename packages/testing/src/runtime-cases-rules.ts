import type { FeedbackLoop } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import { silentWatcher, type Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const second = 1_000
const minute = 60 * second

const errors: FeedbackLoop = {
  name: 'errors',
  monitor: 'error_rate',
  threshold: 0.1,
  clear: 0.05,
  for: 30 * second,
  window: minute,
  min_samples: 10,
  cooldown: 10 * minute,
  severity: 'HIGH',
}
const withRule = { feedbackLoops: [errors] }

/** So many requests, now, that succeed and that fail; and the rule looks at them. */
async function traffic(scenario: Scenario, good: number, bad: number): Promise<void> {
  const entry = {
    time: scenario.clock.now(),
    level: 'info',
    message: '',
    fields: {},
    file: 'log',
    offset: 0,
  } as const
  const entries = Array.from({ length: good + bad }, (_, index) => ({
    ...entry,
    status: index < good ? 200 : 500,
  }))
  await scenario.observe({ entries })
  await scenario.runtime.idle()
}

async function pass(scenario: Scenario, milliseconds: number): Promise<void> {
  await scenario.clock.advance(milliseconds)
  await scenario.runtime.idle()
}

const measure = async (scenario: Scenario) => {
  const { services } = await scenario.runtime.status()
  const { state, value, samples, held } = services.find(({ service }) => service === 'web')!.measures[0]!
  return { state, value, samples, held }
}

const signals = async (scenario: Scenario, type: string) =>
  (await scenario.verdicts(`ERROR_THRESHOLD_${type}`)).length

/** A release that is live, and has had its errors for as long as it takes. */
async function firing(scenario: Scenario): Promise<void> {
  await scenario.live('one', 'v1')
  await pass(scenario, minute)
  await traffic(scenario, 10, 10)
  await pass(scenario, 30 * second)
  same([(await measure(scenario)).state, await scenario.phase('web/v1')], ['firing', 'INCIDENT'], 'the alarm')
}

/** The loop that watches the error rate. */
export const ruleCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    'a threshold that is passed for its time, and no shorter, is told once, as an edge',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await pass(scenario, minute)
      await traffic(scenario, 9, 1)
      same(await measure(scenario), { state: 'ok', value: 0.1, samples: 10, held: null }, 'at the threshold')
      await traffic(scenario, 0, 1)
      same((await measure(scenario)).state, 'pending', 'above it')
      await pass(scenario, 30 * second - 1)
      same(
        [await signals(scenario, 'EXCEEDED'), await scenario.phase('web/v1')],
        [0, 'PRODUCTION'],
        'a millisecond too soon',
      )
      await pass(scenario, 1)
      same(
        [(await measure(scenario)).state, await scenario.phase('web/v1')],
        ['firing', 'INCIDENT'],
        'at its time',
      )
      await traffic(scenario, 0, 20)
      await pass(scenario, 20 * second)
      same(await signals(scenario, 'EXCEEDED'), 1, 'signals while it goes on')
      const told = (await scenario.rows()).find(({ type }) => type === 'ERROR_THRESHOLD_EXCEEDED')!
      same([told.by, told.severity], ['rule:errors', 'HIGH'], 'by whom')
    },
    withRule,
  ),

  runtimeCase(
    'what falls below the threshold in time is no alarm',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await pass(scenario, minute)
      await traffic(scenario, 10, 10)
      await pass(scenario, 20 * second)
      await traffic(scenario, 200, 0)
      same((await measure(scenario)).state, 'ok', 'the measure')
      await pass(scenario, 40 * second)
      same(
        [await signals(scenario, 'EXCEEDED'), await scenario.phase('web/v1')],
        [0, 'PRODUCTION'],
        'signals, the phase',
      )
    },
    withRule,
  ),

  runtimeCase(
    'too few requests, or none, are evidence for neither side',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await pass(scenario, minute)
      await traffic(scenario, 0, 9)
      same(await measure(scenario), { state: 'ok', value: 1, samples: 9, held: '9 of 10 samples' }, 'too few')
      await pass(scenario, 2 * minute)
      same(await measure(scenario), { state: 'ok', value: null, samples: 0, held: '0 of 10 samples' }, 'none')
      await traffic(scenario, 10, 10)
      await pass(scenario, 30 * second)
      same((await measure(scenario)).state, 'firing', 'enough')
      await pass(scenario, 5 * minute)
      same(
        [(await measure(scenario)).state, await scenario.phase('web/v1')],
        ['firing', 'INCIDENT'],
        'an alarm without any traffic',
      )
    },
    withRule,
  ),

  runtimeCase(
    'the incident is resolved when its measure clears, and not before; then the rule cools down',
    async (scenario) => {
      await firing(scenario)
      await pass(scenario, 40 * second)
      await traffic(scenario, 93, 7)
      same(
        [(await measure(scenario)).state, await scenario.phase('web/v1')],
        ['firing', 'INCIDENT'],
        'below the threshold, above what is well',
      )
      const early = await scenario.runtime
        .as('workflow:incident_detected')
        .send('web', { type: 'INCIDENT_RESOLVED' })
      same([early.kind, early.reason.includes('exceeded, not cleared')], ['refused', true], early.reason)
      await traffic(scenario, 50, 0)
      same([await signals(scenario, 'CLEARED'), await scenario.phase('web/v1')], [1, 'PRODUCTION'], 'well')
      same(
        (await scenario.runtime.status()).services.find(({ service }) => service === 'web')?.incident,
        null,
        'the incident',
      )
      await pass(scenario, 2 * minute)
      await traffic(scenario, 0, 20)
      same(
        await measure(scenario),
        { state: 'ok', value: 1, samples: 20, held: 'cooldown' },
        'while it cools down',
      )
      await pass(scenario, minute)
      same(await signals(scenario, 'EXCEEDED'), 1, 'signals')
      await pass(scenario, 8 * minute)
      await traffic(scenario, 0, 20)
      await pass(scenario, 30 * second)
      same(
        [await signals(scenario, 'EXCEEDED'), await scenario.phase('web/v1')],
        [2, 'INCIDENT'],
        'afterwards',
      )
    },
    withRule,
  ),

  runtimeCase(
    '[D4] a rule that is about to fire fires at its time across a restart, and once when that has passed',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await pass(scenario, minute)
      await traffic(scenario, 10, 10)
      await pass(scenario, 10 * second)
      await scenario.restart()
      await pass(scenario, 20 * second - 1)
      same(await signals(scenario, 'EXCEEDED'), 0, 'a millisecond too soon')
      await scenario.runtime.close()
      await scenario.clock.set(scenario.clock.now() + 10 * minute)
      await scenario.restart()
      await scenario.runtime.idle()
      same([(await measure(scenario)).state, await signals(scenario, 'EXCEEDED')], ['firing', 1], 'overdue')
      await scenario.restart()
      await pass(scenario, 10 * minute)
      same(await signals(scenario, 'EXCEEDED'), 1, 'once')
    },
    withRule,
  ),

  runtimeCase(
    'what was counted is counted after a restart: nothing is lost, nothing twice, whoever else has a checkpoint',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await pass(scenario, minute)
      const entry = {
        time: scenario.clock.now(),
        level: 'info',
        message: '',
        status: 500,
        fields: {},
        file: 'log',
        offset: 0,
      } as const
      await scenario.observe({ entries: [entry, entry, entry], checkpoint: 1 })
      await scenario.observe({ entries: [{ ...entry, status: 200 }], checkpoint: 2 })
      for (let times = 0; times < 2; times += 1) {
        await scenario.restart()
        const { value, samples } = await measure(scenario)
        same([value, samples], [0.75, 4], `after ${times + 1} restarts`)
      }
      await scenario.observe({ entries: [{ ...entry, status: 200 }], checkpoint: 3 })
      same((await measure(scenario)).samples, 5, 'with one more')
    },
    { ...withRule, watchers: [silentWatcher('git'), silentWatcher('files')] },
  ),

  runtimeCase(
    'a time that is yet to come counts as now: one line of the year 2099 does not wipe out the measure',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await pass(scenario, minute)
      await traffic(scenario, 10, 10)
      const late = {
        time: Date.UTC(2099, 0, 1),
        level: 'info',
        message: '',
        status: 200,
        fields: {},
        file: 'log',
        offset: 0,
      } as const
      await scenario.observe({ entries: [late] })
      await scenario.runtime.idle()
      const { state, samples } = await measure(scenario)
      same([state, samples], ['pending', 21], 'the measure')
    },
    withRule,
  ),

  runtimeCase(
    '[L15] a measure that was held during a deployment is taken anew when it is over, of the release that is live then',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.staged('two', 'v2')
      await pass(scenario, minute)
      const held = scenario.hold('monitoring-agent.verify_health')
      await scenario.ann.send('web/two', { type: 'DEPLOYMENT_REQUESTED', data: { version: 'v2' } })
      await scenario.approveWhenAsked('deploy')
      await held.started
      await scenario.requests(500, 20)
      await scenario.clock.advance(30 * second)
      await scenario.until(
        ({ type, verdict }) => type === 'ERROR_THRESHOLD_EXCEEDED' && verdict?.kind === 'ignored',
      )
      held.release()
      await scenario.runtime.idle()
      same(
        [await scenario.phase('web/one'), await scenario.phase('web/two')],
        ['RETIRED', 'PRODUCTION'],
        'the phases',
      )
      await pass(scenario, 30 * second)
      same(await scenario.phase('web/two'), 'PRODUCTION', 'without any error of its own')
      await traffic(scenario, 0, 20)
      await pass(scenario, 30 * second)
      same(await scenario.phase('web/two'), 'INCIDENT', 'with errors of its own')
    },
    withRule,
  ),
]
