// Properties: each gate of the default law, what it lets through, and the reason that it gives.

import { describe, expect, it } from 'vitest'

import { event, id, now } from '../../test/law-world.ts'
import type { JsonObject, LawFacts, LifecycleContext, Principal } from '../index.ts'
import { emptyService, type ServiceState } from '../release/service-state.ts'
import { gates } from './gates.ts'
import { openingContext, type OperationRecord } from './lifecycle-context.ts'

interface Asked {
  readonly context?: Partial<LifecycleContext>
  readonly data?: JsonObject
  readonly by?: Principal
  readonly facts?: Partial<LawFacts>
  readonly service?: Partial<ServiceState>
}

function ask(
  gate: keyof typeof gates,
  { context = {}, data = {}, by = 'person:ann', facts = {}, service = {} }: Asked = {},
) {
  const whole = { ...openingContext({ id, service: 'user-service', branch: 'feature' }), ...context }
  const state = { ...emptyService('user-service'), ...service }
  return gates[gate]({
    context: whole,
    event: event('ASKED', by, data, { facts: { service: state, ...facts } }),
  })
}

const a = 'aaaaaaaaaaaaaaaaaaaa'
const b = 'bbbbbbbbbbbbbbbbbbbb'
const short = (commit: string) => commit.slice(0, 12)

describe('not_the_author', () => {
  it.each([
    ['ann', 'person:ann'],
    ['Ann', 'person:ann'],
    ['ann@example.org', 'person:ann'],
    [' ann ', 'person:ann'],
    ['reviewer-agent', 'agent:reviewer-agent'],
  ] as const)('says no to the author %j as %s', (author, by) => {
    expect(ask('not_the_author', { context: { authors: ['bob', author] }, by })).toContain(
      'may not approve it',
    )
  })
  it('says yes to somebody else', () => {
    expect(ask('not_the_author', { context: { authors: ['bob', 'anna@example.org'] } })).toBe(true)
    expect(ask('not_the_author')).toBe(true)
  })
})

describe('review_approved', () => {
  const review = { by: 'person:bob' as const, commit: a, at: now }
  it.each([
    ['nobody has approved', {}, {}, 'nobody has approved the review of feature'],
    [
      'a commit came after',
      { review, commit: b },
      {},
      `${short(a)} was approved, but ${short(b)} has been added since`,
    ],
    [
      'something else was merged',
      { review, commit: a },
      { commits: [b] },
      `${short(a)} was approved, but it is not what was merged`,
    ],
  ])('says no when %s', (_, context, data, reason) => {
    expect(ask('review_approved', { context, data })).toBe(reason)
  })
  it.each([
    ['the approved commit was merged', { review, commit: a }, { commits: [b, a] }],
    ['it was squashed', { review, commit: a }, { commits: [b], how: 'squash' }],
    ['nothing is known of the commits', { review, commit: a }, {}],
    ['the approval names no commit', { review: { ...review, commit: null }, commit: b }, { commits: [b] }],
  ])('says yes when %s', (_, context, data) => {
    expect(ask('review_approved', { context, data })).toBe(true)
  })
})

describe('deployments', () => {
  it('post_merge_passed: only when it has succeeded', () => {
    expect(ask('post_merge_passed')).toBe('post_merge has not run')
    expect(ask('post_merge_passed', { context: { workflows: { post_merge: 'running' } } })).toBe(
      'post_merge is still running',
    )
    expect(ask('post_merge_passed', { context: { workflows: { post_merge: 'failed' } } })).toBe(
      'post_merge failed',
    )
    expect(ask('post_merge_passed', { context: { workflows: { post_merge: 'cancelled' } } })).toBe(
      'post_merge cancelled',
    )
    expect(ask('post_merge_passed', { context: { workflows: { post_merge: 'succeeded' } } })).toBe(true)
  })
  it('deploy_configured: there must be a command', () => {
    expect(ask('deploy_configured', { facts: { deployable: false } })).toContain('no deploy command')
    expect(ask('deploy_configured')).toBe(true)
  })
  it('[L15] nothing_else_under_way: they exclude each other', () => {
    const exclusive = { lifecycle: 'user-service/other', run: 'rollback:1', acting: true }
    expect(ask('nothing_else_under_way', { service: { exclusive } })).toBe(
      'rollback:1 of user-service/other is under way; deployments and roll-backs of user-service exclude each other',
    )
    expect(ask('nothing_else_under_way')).toBe(true)
  })
  it('environment_is_production', () => {
    expect(ask('environment_is_production', { data: { environment: 'staging' } })).toBe(
      'the environment is staging, not production',
    )
    expect(ask('environment_is_production', { data: { environment: 'production' } })).toBe(true)
    expect(ask('environment_is_production')).toBe(true)
  })
  it('[L7] request_open: somebody must have asked for it, and for that environment', () => {
    const deployment = { signal: 's', by: 'person:ann' as const, environment: 'production', at: now }
    expect(ask('request_open')).toBe('nobody has asked for this deployment')
    expect(ask('request_open', { context: { deployment: { ...deployment, environment: 'staging' } } })).toBe(
      'it was asked for in staging, not in production',
    )
    expect(ask('request_open', { context: { deployment } })).toBe(true)
  })
})

describe('rollback_possible', () => {
  const release = (name: string) => ({
    id: name,
    order: 1,
    name,
    branch: null,
    version: 'v1',
    commit: null,
    commits: [],
    phase: 'RETIRED',
  })
  const live = {
    live: id,
    stack: ['user-service/old', id],
    releases: { 'user-service/old': release('user-service/old') },
  }
  it('says yes when there is a command, a predecessor and nothing else under way', () => {
    expect(ask('rollback_possible', { service: live, by: 'workflow:incident_detected' })).toBe(true)
  })
  it.each<[string, Asked, string]>([
    ['there is no command', { service: live, facts: { rollback_configured: false } }, 'no rollback command'],
    ['it is not live', { service: { ...live, live: 'user-service/old' } }, 'is not the live release'],
    ['[L15] it is the first release', { service: { ...live, stack: [id] } }, 'no earlier release is known'],
    [
      'something is under way',
      { service: { ...live, exclusive: { lifecycle: id, run: 'deploy:1', acting: true } } },
      'deploy:1',
    ],
  ])('says no when %s', (_, asked, reason) => {
    expect(ask('rollback_possible', asked)).toContain(reason)
  })
  it('leaves a second roll-back in one incident to a person', () => {
    const again = { service: live, context: { rollbacks: 1 } }
    expect(ask('rollback_possible', { ...again, by: 'workflow:incident_detected' })).toContain(
      'the next one is a person’s',
    )
    expect(ask('rollback_possible', { ...again, by: 'agent:incident-response-agent' })).toContain(
      'the next one is a person’s',
    )
    expect(ask('rollback_possible', { ...again, by: 'person:ann' })).toBe(true)
  })
})

describe('the rest', () => {
  it('measure_cleared_or_person', () => {
    for (const measure of ['exceeded', 'unknown'] as const) {
      expect(ask('measure_cleared_or_person', { by: 'rule:spike', facts: { measure } })).toBe(
        `the measure is ${measure}, not cleared`,
      )
      expect(ask('measure_cleared_or_person', { facts: { measure } })).toBe(true)
    }
    expect(ask('measure_cleared_or_person', { by: 'rule:spike', facts: { measure: 'cleared' } })).toBe(true)
  })
  it('plan_matches: not after its time, even when the timer is late', () => {
    const record = {
      id: 'o',
      agent: 'x',
      task: 't',
      status: 'awaiting_approval',
      plan: 'plan-1',
      expires: now,
    } as unknown as OperationRecord
    const asked = { context: { operations: { o: record } }, data: { operation: 'o', plan: 'plan-1' } }
    expect(ask('plan_matches', asked)).toBe('the time to answer is over')
    expect(
      ask('plan_matches', { ...asked, context: { operations: { o: { ...record, expires: now + 1 } } } }),
    ).toBe(true)
  })
  it('[L7] not_drift_in_production: drift of the live schema is nobody’s migration', () => {
    expect(ask('not_drift_in_production', { data: { origin: 'drift' }, service: { live: id } })).toContain(
      'nobody deployed that',
    )
    expect(ask('not_drift_in_production', { data: { origin: 'drift' } })).toBe(true)
    expect(ask('not_drift_in_production', { data: { origin: 'file' }, service: { live: id } })).toBe(true)
  })
  it('optimization_scheduled and incident_open', () => {
    expect(ask('optimization_scheduled')).toBe('no optimization is scheduled')
    expect(ask('optimization_scheduled', { context: { optimization: { scheduled: true, at: now } } })).toBe(
      true,
    )
    expect(ask('incident_open')).toBe('no incident is open')
    const incident = {
      id: 'i',
      since: 1,
      signal: 's',
      type: 't',
      opened_on: id,
      owner: null,
      acknowledged: false,
    }
    expect(ask('incident_open', { service: { incident } })).toBe(true)
  })
})
