// Properties of what people are shown, on a fixed story with repeatable ids and times:
//   - Each row is one line that says what happened, to what, by whom; the numbers are those of the journal.
//   - `why` leads from what is to what has caused it; a digest counts exactly; a record is what was done.
//   - Whoever reads on gets every row once, in order, from wherever they begin, while more are written; and ends when they want.

import { OperationError } from '@opschart/core'
import { afterEach, describe, expect, it } from 'vitest'

import { createScenario, scenarioStart, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace } from './places.ts'

const minute = 60_000

let open: Scenario | undefined
afterEach(async () => open?.close())

/** A deployment is asked for, refused to one who may not, approved, and fails. */
async function failedDeployment(): Promise<Scenario> {
  const scenario = await createScenario(memoryPlace(), {})
  open = scenario
  await scenario.live('one', 'v1')
  await scenario.staged('two', 'v2')
  await scenario.clock.advance(minute)
  await scenario.runtime.as({ agent: 'developer-agent' }).send('web/v2', { type: 'DEPLOYMENT_REQUESTED' })
  await scenario.ann.send('web/v2', {
    type: 'OPERATION_REQUESTED',
    data: { agent: 'incident-response-agent', task: 'triage' },
  })
  scenario.script['developer-agent.deploy'] = () => {
    throw new OperationError({ code: 'unreachable', message: 'the host does not answer' })
  }
  await scenario.ann.send('web/v2', { type: 'DEPLOYMENT_REQUESTED', id: 'ask' })
  await scenario.runtime.idle()
  await scenario.clock.advance(minute)
  await scenario.approve('deploy')
  await scenario.runtime.idle()
  await scenario.git.send('web', { type: 'CODE_MERGED', data: { branch: 'two' } })
  await scenario.ann.pause({ target: 'service:pay', reason: 'stocktaking' })
  await scenario.git.send('shop', { type: 'NOISE' })
  return scenario
}

/** What is critical leads to a roll-back, by itself. */
async function incident(): Promise<Scenario> {
  const scenario = await createScenario(memoryPlace(), {})
  open = scenario
  await scenario.live('one', 'v1')
  await scenario.live('two', 'v2')
  scenario.script['incident-response-agent.decide'] = () => ({ decision: 'rollback', reason: 'v2 did it' })
  scenario.script['incident-response-agent.write_report'] = () => ({ path: 'incidents/1.md' })
  await scenario.clock.advance(minute)
  await scenario.git.send('web', { type: 'DISK_FULL', severity: 'CRITICAL', id: 'disk' })
  await scenario.runtime.idle()
  return scenario
}

describe('the log', () => {
  it('says each row in a line', async () => {
    const scenario = await failedDeployment()
    const lines = (await scenario.rows()).map(({ sequence, kind, text }) => `${sequence} ${kind}: ${text}`)
    expect(lines).toEqual([
      '1 opened: web/one is opened',
      '2 signal: ADOPTED: DEVELOPMENT → PRODUCTION (person:ann)',
      '3 opened: web/two is opened',
      '4 signal: ADOPTED: DEVELOPMENT → STAGING (person:ann)',
      '5 signal: refused: DEPLOYMENT_REQUESTED in STAGING: only person, rule may send it, not agent:developer-agent (agent:developer-agent on web/two)',
      '6 signal: waiting: incident-response-agent.triage waits: incident-response-agent may not act in STAGING; PRODUCTION would admit it (person:ann on web/two)',
      '7 signal: DEPLOYMENT_REQUESTED in STAGING; deploy starts (person:ann)',
      '8 opened: deploy:ask starts',
      '9 signal: developer-agent.deploy awaits a person’s approval in STAGING (workflow:deploy)',
      '10 signal: OPERATION_APPROVED in STAGING (person:ann)',
      '11 message: developer-agent.deploy starts (attempt 1)',
      '12 result: developer-agent.deploy has ended: unreachable',
      '13 result: deploy.deploy failed: unreachable: the host does not answer',
      '14 message: deploy failed',
      '15 signal: DEPLOYMENT_FAILED in STAGING (workflow:deploy)',
      '16 signal: violation: CODE_MERGED in STAGING: no such arrow; only REVIEW has it; here are DEPLOYMENT_REQUESTED, DEPLOYMENT_COMPLETE, DEPLOYMENT_FAILED, DEPLOYMENT_REJECTED, SCHEMA_CHANGED, CODE_COMMITTED, VERSION_TAGGED, ERROR_THRESHOLD_CLEARED, ADOPTED (watcher:git on web/two)',
      '17 act: person:ann: paused service:pay: stocktaking',
      '18 signal: unrouted: NOISE: there is no service shop; there are web, pay (watcher:git)',
    ])
  })

  it('is read from any row to any other, of any actor, in either direction', async () => {
    const { runtime } = await failedDeployment()
    const numbers = async (query: Parameters<typeof runtime.log>[0]) =>
      (await runtime.log(query)).map(({ sequence }) => sequence)
    expect(await numbers({ from: 3, to: 5 })).toEqual([3, 4, 5])
    expect(await numbers({ backwards: true, limit: 2 })).toEqual([18, 17])
    expect(await numbers({ actor: 'web/one' })).toEqual([1, 2])
    expect(await numbers({ from: 19 })).toEqual([])
  })
})

describe('status', () => {
  it('shows each service with its releases, what is open, and what people have switched', async () => {
    const scenario = await failedDeployment()
    const { now, head, services, pauses, violations, watchers } = await scenario.runtime.status()
    expect({ now, sequence: head.sequence, violations, watchers }).toEqual({
      now: scenarioStart + 2 * minute,
      sequence: 18,
      violations: 1,
      watchers: [{ name: 'logs:web', state: 'watching' }],
    })
    expect(pauses).toEqual([
      { target: 'service:pay', by: 'person:ann', at: scenarioStart + 2 * minute, reason: 'stocktaking' },
    ])
    const [pay, web] = services
    expect(pay).toEqual({
      service: 'pay',
      live: null,
      incident: null,
      deployments: [],
      exclusive: null,
      oscillating: [],
      measures: [],
      lifecycles: [],
    })
    expect(web).toMatchObject({ service: 'web', live: 'web/one', incident: null, exclusive: null })
    expect(web?.deployments).toEqual([
      { lifecycle: 'web/one', version: 'v1', commit: null, time: scenarioStart },
    ])
    const shown = web?.lifecycles.map((one) => ({ ...one, allowed: undefined, operations: undefined }))
    const common = { service: 'web', commit: null, since: scenarioStart, workflows: [] }
    const expiry = {
      id: `expiry:${(await scenario.operation('triage')).id}`,
      due: scenarioStart + minute + 24 * 60 * minute,
      what: 'incident-response-agent.triage is given up, unless a phase admits it',
      since: 6,
    }
    expect(shown).toEqual([
      {
        ...common,
        id: 'web/one',
        name: 'web/v1',
        phase: 'PRODUCTION',
        branch: 'one',
        version: 'v1',
        live: true,
        actorVersion: 2,
        timers: [],
      },
      {
        ...common,
        id: 'web/two',
        name: 'web/v2',
        phase: 'STAGING',
        branch: 'two',
        version: 'v2',
        live: false,
        actorVersion: 12,
        timers: [expiry],
      },
    ])
    expect(await scenario.operation('triage')).toMatchObject({
      lifecycle: 'web/two',
      agent: 'incident-response-agent',
      status: 'waiting',
      awaiting: 'awaiting_PRODUCTION',
      requested_by: 'person:ann',
      requested_at: scenarioStart + minute,
      expires: scenarioStart + minute + 24 * 60 * minute,
      workflow: null,
      severity: 'INFO',
    })
    expect(await scenario.runtime.read('web/nothing')).toBeUndefined()
    expect(await scenario.runtime.read('pay')).toBeUndefined()
  })
})

describe('why', () => {
  const texts = async (scenario: Scenario, about: string) =>
    (await scenario.runtime.why(about)).map(({ sequence }) => sequence)

  it('explains a refused request by its row, with its reason', async () => {
    const scenario = await failedDeployment()
    const [row] = await scenario.runtime.why('5')
    expect(row?.verdict?.reason).toBe(
      'DEPLOYMENT_REQUESTED in STAGING: only person, rule may send it, not agent:developer-agent',
    )
    expect(await scenario.runtime.why('#5')).toEqual([row])
    expect(await scenario.runtime.why('99')).toEqual([])
  })

  it('explains a waiting operation by who asked and what it waits for', async () => {
    const scenario = await failedDeployment()
    const { id } = await scenario.operation('triage')
    expect(await texts(scenario, id)).toEqual([6])
  })

  it('explains a signal by what it has led to, a release by what has decided', async () => {
    const scenario = await failedDeployment()
    expect(await texts(scenario, 'ask')).toEqual([7])
    expect(await texts(scenario, 'web/v2')).toEqual([3, 4, 5, 6, 7, 9, 10, 15, 16])
    expect(await texts(scenario, 'nothing')).toEqual([])
  })

  it('leads from a roll-back to what was the cause of it all', async () => {
    const scenario = await incident()
    const end = (await scenario.rows()).find(({ type }) => type === 'ROLLED_BACK')!
    const chain = await scenario.runtime.why(String(end.sequence))
    expect(chain.map(({ text }) => text.replace(/[0-9a-f]{16}/, '…'))).toEqual([
      'ignored: DISK_FULL has no arrow anywhere in the law; only rules answer it (watcher:git on web/two)',
      'INCIDENT_DECLARED: PRODUCTION → INCIDENT; incident_detected starts (system)',
      'incident_detected:… starts',
      'incident_detected.triage is done',
      'incident_detected.decide is done: rollback: v2 did it',
      'ROLLBACK_REQUESTED: INCIDENT → ROLLBACK; rollback starts (workflow:incident_detected)',
      'rollback:… starts',
      'rollback.roll_back is done',
      'rollback.verify_recovery is done',
      'ROLLED_BACK: ROLLBACK → DEVELOPMENT (workflow:rollback)',
    ])
    expect((await scenario.runtime.why('disk')).map(({ type }) => type)).toEqual([
      'DISK_FULL',
      'INCIDENT_DECLARED',
    ])
  })
})

describe('why something waits', () => {
  it('tells of each row the times that it set, what happens then, and whether they are waited for', async () => {
    const scenario = await failedDeployment()
    const timers = (await scenario.runtime.why('web/two')).flatMap((row) => row.timers ?? [])
    const asked = { due: expect.any(Number) as number, id: expect.any(String) as string }
    expect(timers).toEqual([
      {
        ...asked,
        what: 'incident-response-agent.triage is given up, unless a phase admits it',
        since: 6,
        pending: true,
      },
      {
        ...asked,
        what: 'the approval of developer-agent.deploy expires: unanswered, it is not done, and a person is told',
        since: 9,
        pending: false,
      },
    ])
    const told = (await scenario.rows()).map(({ text }) => text).join('\n')
    expect(told).not.toContain('xstate.')
  })

  it('tells of a time that came, in words', async () => {
    const scenario = await incident()
    await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
    await scenario.clock.advance(15 * minute)
    await scenario.runtime.idle()
    expect((await scenario.rows()).map(({ text }) => text)).toContain(
      'time: acknowledgement is over in INCIDENT on web/one',
    )
  })
})

describe('a digest', () => {
  it('counts what has happened since, exactly', async () => {
    const scenario = await failedDeployment()
    const counts = {
      signals: 10,
      refused: 1,
      violations: 1,
      deployments: 0,
      incidents: 0,
      rollbacks: 0,
      operations: 1,
      failed: 1,
      approvals: 1,
    }
    const whole = await scenario.runtime.digest({ since: 0 })
    expect(whole).toMatchObject({ since: 0, until: scenarioStart + 2 * minute, counts, reports: [] })
    expect(whole.waiting.map(({ task }) => task)).toEqual(['triage'])
    expect(whole.open).toEqual([
      expect.stringMatching(/^violation #\d+: CODE_MERGED on web\/two; `opschart adopt` says/),
    ])
    expect(whole.lines.map(({ text }) => text.split(':', 1)[0])).toEqual([
      'ADOPTED',
      'ADOPTED',
      'refused',
      'waiting',
      'violation',
    ])
    const later = await scenario.runtime.digest({ since: scenarioStart + 2 * minute })
    expect(later.counts).toEqual({ ...counts, signals: 4, refused: 0 })
    expect((await scenario.runtime.digest({ since: scenarioStart + 3 * minute })).counts).toMatchObject({
      signals: 0,
      operations: 0,
    })
  })

  it('names the reports, and counts incidents and roll-backs', async () => {
    const scenario = await incident()
    const { counts, reports, lines } = await scenario.runtime.digest({ since: scenarioStart + minute })
    expect(counts).toMatchObject({ incidents: 1, rollbacks: 1, deployments: 0, failed: 0, operations: 9 })
    expect(reports).toEqual(['incidents/1.md'])
    expect(lines.map(({ text, severity }) => [text.split(':', 1)[0], severity])).toEqual([
      ['INCIDENT_DECLARED', 'CRITICAL'],
      ['ROLLBACK_REQUESTED', 'CRITICAL'],
      ['ROLLED_BACK', 'CRITICAL'],
      ['REINSTATED', 'INFO'],
    ])
  })
})

describe('a record', () => {
  it('is what an agent, a task or everybody has done', async () => {
    const scenario = await incident()
    const { runtime } = scenario
    const last = scenarioStart + minute
    const none = { failed: 0, observed: 0, rejected: 0, last }
    expect(await runtime.record('incident-response-agent.roll_back')).toEqual({
      target: 'incident-response-agent.roll_back',
      changes: ['production'],
      autonomy: 'act',
      done: 1,
      ...none,
    })
    expect(await runtime.record('incident-response-agent')).toMatchObject({
      changes: ['nothing', 'production'],
      autonomy: 'act',
      done: 6,
      ...none,
    })
    expect(await runtime.record('*')).toMatchObject({ autonomy: 'ask', done: 9, ...none })
    expect(await runtime.record('developer-agent')).toEqual({
      target: 'developer-agent',
      changes: ['production'],
      autonomy: 'ask',
      done: 0,
      ...none,
      last: null,
    })
    expect(await runtime.record('incident')).toMatchObject({ changes: [], done: 0, last: null })
  })
})

describe('reading on', () => {
  it('gives every row once and in order, from any row on, while more are written', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    open = scenario
    const end = 60
    const readers = [1, 2, 17, 40].map(async (from) => {
      const rows: number[] = []
      for await (const { sequence } of scenario.runtime.subscribe({ from })) {
        rows.push(sequence)
        if (sequence >= end) return rows
      }
      return rows
    })
    const live: number[] = []
    scenario.runtime.on('row', ({ sequence }) => live.push(sequence))
    await scenario.merge('one', 'v1')
    await scenario.merge('two', 'v2')
    await scenario.merge('three', 'v3')
    const read = await Promise.all(readers)
    const count = (from: number) => Array.from({ length: end - from + 1 }, (_, index) => from + index)
    expect(read).toEqual([1, 2, 17, 40].map(count))
    expect(live.slice(0, end)).toEqual(count(1))
  })

  it('ends when the reader wants, at once, even where nothing comes; and when the runtime closes', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    const rows = scenario.runtime.subscribe({ from: 1 })[Symbol.asyncIterator]()
    const next = rows.next()
    // Until it really waits.
    await scenario.clock.advance(0)
    await rows.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    const other = scenario.runtime.subscribe({ from: 1 })[Symbol.asyncIterator]().next()
    await scenario.close()
    expect((await other).done).toBe(true)
  })

  it('is not stopped by a listener that breaks', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    open = scenario
    const live: number[] = []
    const stop = scenario.runtime.on('row', ({ sequence }) => {
      live.push(sequence)
      if (sequence === 1) throw new Error('a listener of somebody’s')
    })
    await scenario.live('one', 'v1')
    await scenario.runtime.idle()
    expect(live).toEqual([1, 2])
    expect(scenario.problems).toEqual(['a listener broke on row 1: a listener of somebody’s'])
    stop()
    await scenario.live('two', 'v2')
    expect(live).toEqual([1, 2])
  })
})
