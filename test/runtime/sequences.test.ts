// Properties, after any sequence of signals by anybody, answers, outcomes of work, time and restarts:
//   - At every committed point the live pointer names the one release that is live.
//   - A signal that was not accepted has left its release the same to the byte.
//   - No operation ran that was not let in: its agent was allowed there, or a warrant of its lifecycle named it; and what changes
//     production was approved by a person, but for a roll-back.
//   - Nothing waits and runs at once; when all is quiet, what is let in has run, and nothing is due.
//   - The journal is sound.

import {
  canonicalJson,
  contextOf,
  OperationError,
  releaseLifecycle,
  type ActorState,
  type Json,
  type LogEntryView,
  type Store,
  type Verdict,
} from '@opschart/core'
import type { Runtime } from '@opschart/runtime'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace } from './places.ts'
import { watchfulStore } from './watchful-store.ts'

const { definition } = releaseLifecycle
const lawful = [
  ...new Set([
    ...Object.values(definition.phases).flatMap(({ on }) => Object.keys(on ?? {})),
    ...Object.keys(definition.all ?? {}),
  ]),
]
const phases = Object.keys(definition.phases)
/** Moves that at least one sequence must have made. */
const ways = [
  'DEVELOPMENT REVIEW',
  'STAGING PRODUCTION',
  'PRODUCTION RETIRED',
  'PRODUCTION INCIDENT',
  'INCIDENT ROLLBACK',
  'ROLLBACK DEVELOPMENT',
  'RETIRED PRODUCTION',
  'PRODUCTION OPTIMIZATION',
  'OPTIMIZATION PRODUCTION',
  'ROLLBACK INCIDENT',
  'INCIDENT RETIRED',
]
const principals = [
  'person:ann',
  'person:bob',
  'watcher:git',
  'watcher:inbox',
  'rule:errors',
  'workflow:deploy',
  'workflow:rollback',
  'workflow:incident_detected',
  ...definition.agents.map((agent) => `agent:${agent}` as const),
] as const

/** What people and measures say of the live release, or of a branch. */
const told: Record<string, (scenario: Scenario) => Promise<Verdict>> = {
  alarm: ({ runtime }) => runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED' }),
  rollback: ({ ann }) => ann.send('web', { type: 'ROLLBACK_REQUESTED' }),
  resolved: ({ ann }) => ann.send('web', { type: 'INCIDENT_RESOLVED' }),
  slow: ({ git }) => git.send('web', { type: 'SLOW_QUERY' }),
  review: ({ ann }) => ann.send('web', { type: 'REVIEW_REQUESTED', data: { branch: 'three' } }),
  approved: ({ reviewer }) => reviewer.send('web/three', { type: 'REVIEW_APPROVED' }),
  merged: ({ git }) => git.send('web', { type: 'CODE_MERGED', data: { branch: 'three', commit: 'm3' } }),
}

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      by: fc.constantFrom(...principals),
      type: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...lawful) },
        fc.constantFrom('NOISE', 'OPERATION_REQUESTED', 'MOVE_REQUESTED'),
      ),
      to: fc.constantFrom('web', 'web/one', 'web/two', 'web/v1', 'pay'),
      id: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
      severity: fc.constantFrom('INFO', 'HIGH', 'CRITICAL'),
      phase: fc.constantFrom(...phases),
      agent: fc.constantFrom(...definition.agents),
      version: fc.constantFrom('v1', 'v2'),
    }),
  },
  // Ways through the law that chance would hardly find.
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('bring' as const),
      branch: fc.constantFrom('one', 'two'),
      phase: fc.constantFrom('STAGING', 'PRODUCTION'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('deploy' as const),
      branch: fc.constantFrom('one', 'two', 'three'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('told' as const), what: fc.constantFrom(...Object.keys(told)) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('approve' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      by: fc.constantFrom(...principals),
      which: fc.nat(9),
      yes: fc.boolean(),
      right: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      time: fc.constantFrom(1_000, 60_000, 16 * 60_000, 3_600_000, 25 * 3_600_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pause' as const),
      target: fc.constantFrom('everything', 'service:web', 'agent:incident-response-agent'),
      on: fc.boolean(),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** What tasks do, one after the other: they succeed, or fail for now or for good; a decision is one of three. */
const outcomes = fc.infiniteStream(
  fc.constantFrom('well', 'well', 'well', 'well', 'well', 'well', 'again', 'never', 'never'),
)
const decisions = fc.infiniteStream(fc.constantFrom('rollback', 'rollback', 'resolve', 'ask'))

async function takeStep(scenario: Scenario, given: Step): Promise<void> {
  const { runtime, ann } = scenario
  switch (given.do) {
    case 'send': {
      const { by, type, to, id, severity, phase, agent, version } = given
      const data = {
        phase,
        agent,
        task: 'update_readme',
        branch: to.slice(4),
        commit: 'c1',
        version,
        environment: 'production',
        recovered: phase.length % 2 === 0,
      }
      const before = await states(runtime)
      const verdict = await runtime
        .as(by)
        .send(to, { type, severity: severity as 'INFO', data, ...(id === null ? {} : { id: String(id) }) })
      if (verdict.duplicate !== true && verdict.kind !== 'accepted' && verdict.kind !== 'waiting')
        await expectSame(runtime, verdict, before)
      return
    }
    case 'bring':
      await ann.adopt({
        to: `web/${given.branch}`,
        phase: given.phase,
        version: given.branch,
        branch: given.branch,
        reason: 'it is so',
      })
      return
    case 'deploy':
      await ann.send(`web/${given.branch}`, { type: 'DEPLOYMENT_REQUESTED' })
      return
    case 'told':
      await told[given.what]!(scenario)
      return
    case 'approve':
      for (const { id, plan, status } of await scenario.operations()) {
        if (status === 'awaiting_approval') await ann.approve({ operation: id, plan })
      }
      return
    case 'answer': {
      const open = (await scenario.operations()).filter(({ status }) => status === 'awaiting_approval')
      const operation = open[given.which % Math.max(1, open.length)]
      if (operation === undefined) return
      const sender = runtime.as(given.by)
      const { done } = given.yes
        ? await sender.approve({ operation: operation.id, plan: given.right ? operation.plan : 'another' })
        : await sender.reject({ operation: operation.id, reason: 'no' })
      if (done) expect([given.by.startsWith('person:'), given.right || !given.yes]).toEqual([true, true])
      return
    }
    case 'pass':
      await scenario.clock.advance(given.time)
      return
    case 'restart':
      await scenario.restart()
      return
    case 'pause':
      await (given.on ? ann.pause({ target: given.target, reason: '' }) : ann.resume(given.target))
  }
}

const storeOf = (runtime: unknown): Store => (runtime as Runtime).store

async function states(runtime: unknown): Promise<Map<string, string>> {
  const actors = await storeOf(runtime).actors()
  return new Map(actors.map(({ actor, state }) => [actor, canonicalJson(state)]))
}

/** [L1] Of a signal that was not accepted, its release is the same to the byte; CRITICAL may have declared an incident elsewhere. */
async function expectSame(runtime: unknown, verdict: Verdict, before: Map<string, string>): Promise<void> {
  if (verdict.lifecycle === undefined || verdict.kind === 'ignored') return
  const after = await storeOf(runtime).actor(verdict.lifecycle)
  // One that this very signal has opened was not there before; it is as it was opened.
  if (before.has(verdict.lifecycle))
    expect(canonicalJson(after?.state), verdict.reason).toBe(before.get(verdict.lifecycle))
}

/** When all is quiet: what waits does not run, what runs is in the queue, and only a pause holds it there. */
async function expectQuiet(scenario: Scenario): Promise<void> {
  const store = storeOf(scenario.runtime)
  const work = new Set((await store.work()).map(({ key }) => key))
  const { pauses } = await scenario.runtime.status()
  for (const { actor, state } of await store.actors({ prefix: 'web/' })) {
    if (actor.includes('~')) continue
    for (const { id, status } of Object.values(contextOf(state as unknown as ActorState).operations)) {
      expect(work.has(id), `${id} is ${status}`).toBe(status === 'running')
    }
  }
  if (pauses.length === 0) expect([...work]).toEqual([])
  const due = await store.nextTimer()
  if (due !== undefined) expect(due).toBeGreaterThan(scenario.clock.now())
}

/** That nothing was started which was not let in, from the journal. */
function expectAdmitted(rows: readonly LogEntryView[]): void {
  const asked = new Map<string, LogEntryView>()
  const approved = new Set<string>()
  for (const row of rows) {
    const data = row.data as Record<string, Json>
    if (row.type === 'OPERATION_REQUESTED' && row.verdict?.kind === 'accepted') {
      asked.set(data['id'] as string, row)
      const { agents } = {
        agents: [
          ...(definition.phases[row.verdict.phase as 'REVIEW'].allow ?? []),
          ...(definition.everywhere ?? []),
        ] as string[],
      }
      const allowed = agents.includes(data['agent'] as string) || typeof data['warrant'] === 'string'
      expect(allowed, row.text).toBe(true)
    }
    if (row.type === 'OPERATION_APPROVED' && row.verdict?.kind === 'accepted') {
      expect(row.by).toMatch(/^person:/)
      approved.add(data['operation'] as string)
    }
    if (row.type !== 'operation.started') continue
    const id = data['operation'] as string
    const request = asked.get(id)
    expect(request, `${id} was let in`).toBeDefined()
    const awaits = request?.verdict?.reason.includes('awaits a person') === true
    if (awaits || data['what'] === 'developer-agent.deploy')
      expect(approved.has(id), `${row.text} was approved`).toBe(true)
  }
}

it('[L1] [L2] [L9] [L15] [D6] hold after any sequence', { timeout: 120_000 }, async () => {
  const reached = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }),
      outcomes,
      decisions,
      async (steps, ends, decides) => {
        const faults: string[] = []
        const scenario = await createScenario(
          memoryPlace((store) => watchfulStore(store, faults)),
          {},
        )
        const end = (): void => {
          const how = ends.next().value
          if (how === 'again') throw new Error('not now')
          if (how === 'never') throw new OperationError({ code: 'never', message: 'not ever' })
        }
        for (const name of [
          'developer-agent.deploy',
          'monitoring-agent.verify_health',
          'incident-response-agent.roll_back',
          'incident-response-agent.verify_recovery',
          'test-executor.run_integration_tests',
        ]) {
          const before = scenario.script[name]
          scenario.script[name] = async (input, context) => {
            end()
            return (await before?.(input, context)) ?? {}
          }
        }
        scenario.script['incident-response-agent.decide'] = () => ({
          decision: decides.next().value,
          reason: 'chance',
        })
        try {
          await scenario.live('one', 'v1')
          await scenario.staged('two', 'v2')
          for (const given of steps) {
            await takeStep(scenario, given)
            await scenario.runtime.idle()
            await expectQuiet(scenario)
            expect(faults).toEqual([])
          }
          const rows = await scenario.rows()
          expectAdmitted(rows)
          for (const { moved } of rows) if (moved !== null) reached.add(`${moved.from} ${moved.to}`)
          expect(await scenario.runtime.audit()).toMatchObject({ sound: true, fault: null })
          expect(scenario.problems).toEqual([])
        } finally {
          await scenario.close()
        }
      },
    ),
    { numRuns: 80, seed: 20_260_101 },
  )
  // The sequences have been everywhere, or they prove nothing.
  for (const way of ways) expect([...reached]).toContain(way)
})
