// Properties:
//   - An operation is let in by its phase, everywhere, or by an open warrant of its own workflow, task and agent.
//   - One that waits is let in, or asks again, when its phase comes; it expires; its condition is asked again.
//   - Only a person approves: the exact plan, once, in time, and not their own request where four eyes are wanted.
//   - A workflow's end closes its warrant; leaving its phase tells it; what it left open is withdrawn.
//   - Whatever waits for time does so by a timer, and the timer goes when it is no longer wanted.

import { describe, expect, it } from 'vitest'

import { lawCase } from '../../test/law-case.ts'
import { id } from '../../test/law-world.ts'
import { releaseLifecycle, type JsonObject, type Lifecycle, type OperationFacts } from '../index.ts'
import { emptyService } from '../release/service-state.ts'

const law = releaseLifecycle as Lifecycle
const day = 86_400_000
const hour = 3_600_000

const operation = (more: JsonObject = {}): JsonObject => ({
  id: 'o1',
  agent: 'data-migration-agent',
  task: 'tidy',
  warrant: null,
  input: {},
  ...more,
})
const may = (autonomy: OperationFacts['autonomy'], more: Partial<OperationFacts> = {}) => ({
  facts: { operation: { autonomy, changes: 'production' as const, plan: 'plan-1', ...more } },
})

/** A lifecycle in STAGING with its deployment under way, asked for by ann. */
function deploying() {
  const given = lawCase(law, 'STAGING', { workflows: { post_merge: 'succeeded' } })
  given.send('DEPLOYMENT_REQUESTED', 'person:ann', {}, { id: 'd1' })
  const step = {
    id: 'deploy-step',
    agent: 'developer-agent',
    task: 'deploy',
    warrant: 'deploy:d1',
    input: {},
  }
  return { given, step }
}

describe('a warrant', () => {
  it('[L2] lets its workflow’s agents and tasks in where the phase does not', () => {
    const { given, step } = deploying()
    expect(given.context().warrants).toMatchObject({
      'deploy:d1': {
        run: 'deploy:d1',
        workflow: 'deploy',
        arrow: 'DEPLOYMENT_REQUESTED',
        phase: 'STAGING',
        by: 'person:ann',
        tasks: ['developer-agent.deploy', 'monitoring-agent.verify_health'],
      },
    })
    expect(given.send('OPERATION_REQUESTED', 'workflow:deploy', step).kind).toBe('accepted')
    expect(given.context().operations['deploy-step']).toMatchObject({
      status: 'running',
      warrant: 'deploy:d1',
      requested_by: 'workflow:deploy',
    })
    expect(given.emitted()).toEqual([{ type: 'run', operation: 'deploy-step' }])
  })

  it('[L2] is its own workflow’s, its own tasks’ and nobody else’s', () => {
    const { given, step } = deploying()
    expect(given.send('OPERATION_REQUESTED', 'workflow:rollback', step).reason).toContain(
      'is workflow:deploy’s, not workflow:rollback’s',
    )
    expect(given.send('OPERATION_REQUESTED', 'agent:developer-agent', step).reason).toContain(
      'not agent:developer-agent’s',
    )
    expect(given.send('OPERATION_REQUESTED', 'person:ann', step).kind).toBe('refused')
    const stranger = { ...step, task: 'delete_everything' }
    expect(given.send('OPERATION_REQUESTED', 'workflow:deploy', stranger).reason).toContain(
      'does not name developer-agent.delete_everything',
    )
    expect(
      given.send('OPERATION_REQUESTED', 'workflow:deploy', { ...step, warrant: 'deploy:d2' }).reason,
    ).toContain('deploy:d2 is not open')
  })

  it('[L2] a cancelled step is not let in by the phase’s own door', () => {
    const { given } = deploying()
    given.end('deploy:d1')
    const late = operation({ agent: 'monitoring-agent', task: 'verify_health', warrant: 'deploy:d1' })
    expect(given.send('OPERATION_REQUESTED', 'workflow:deploy', late)).toMatchObject({ kind: 'refused' })
  })

  it('[L2] lets the agent of a running operation send what its arrow names it for', () => {
    const given = lawCase(law, 'PRODUCTION')
    given.send('ERROR_THRESHOLD_EXCEEDED', 'rule:spike', {}, { id: 'e1' })
    const triage = {
      id: 't1',
      agent: 'incident-response-agent',
      task: 'triage',
      warrant: 'incident_detected:e1',
      input: {},
    }
    given.send('OPERATION_REQUESTED', 'workflow:incident_detected', triage)
    given.send('ADOPTED', 'person:ann', { phase: 'OPTIMIZATION', reason: 'try' })
    expect(given.phase()).toBe('OPTIMIZATION')
    expect(given.send('INCIDENT_DECLARED', 'agent:incident-response-agent').kind).toBe('refused')
    expect(
      given.send('INCIDENT_DECLARED', 'agent:performance-optimizer-agent', {}, { operation: 't1' }).kind,
    ).toBe('refused')
    expect(
      given.send('INCIDENT_DECLARED', 'agent:incident-response-agent', {}, { operation: 't1' }).kind,
    ).toBe('accepted')
  })

  it('[L8] closes when its workflow ends, and withdraws what it left open', () => {
    const { given, step } = deploying()
    given.send('OPERATION_REQUESTED', 'workflow:deploy', step)
    const output = {
      outcome: 'failed',
      signal: { type: 'DEPLOYMENT_FAILED', data: { reason: 'x' } },
      failure: { message: 'exit 1' },
      results: [],
    }
    given.end('deploy:d1', output, {
      service: {
        ...emptyService('user-service'),
        exclusive: { lifecycle: id, run: 'deploy:d1', acting: false },
      },
    })
    expect(given.context()).toMatchObject({ warrants: {}, operations: {}, workflows: { deploy: 'failed' } })
    expect(given.emitted()).toEqual([
      { type: 'withdraw', operation: 'deploy-step' },
      { type: 'service', change: { kind: 'give_back', run: 'deploy:d1' } },
      { type: 'escalate', about: 'deploy:d1', text: `deploy of ${id} failed: exit 1`, severity: 'MEDIUM' },
      { type: 'signal', signal: { type: 'DEPLOYMENT_FAILED', data: { reason: 'x' } }, by: 'workflow:deploy' },
    ])
    expect(given.send('OPERATION_REQUESTED', 'workflow:deploy', step).reason).toContain('is not open')
  })

  it.each([
    'a.b.c',
    '*',
    'x y',
    '../..',
    '__proto__',
    'constructor',
    'xstate.init',
    'ünï',
    '\u0007\n',
    '~:#',
  ])('[L8] closes whatever the signal that opened it was called: %j', (called) => {
    const given = lawCase(law, 'STAGING', { workflows: { post_merge: 'succeeded' } })
    given.send('DEPLOYMENT_REQUESTED', 'person:ann', {}, { id: called })
    expect(Object.keys(given.context().warrants)).toEqual([`deploy:${called}`])
    given.end(`deploy:${called}`)
    expect(given.context()).toMatchObject({ warrants: {}, workflows: { deploy: 'succeeded' } })
  })

  it('[L8] closes when its workflow breaks', () => {
    const { given } = deploying()
    given.tell({ type: 'xstate.error.actor.deploy:d1', error: { message: 'broken' }, actorId: 'deploy:d1' })
    expect(given.context()).toMatchObject({ warrants: {}, workflows: { deploy: 'failed' } })
    expect(given.emitted()).toContainEqual(expect.objectContaining({ type: 'escalate', about: 'deploy:d1' }))
  })

  it('[L8] a second end of the same run, or the end of a strange one, changes nothing', () => {
    const { given } = deploying()
    given.end('deploy:d1')
    for (const run of ['deploy:d1', 'rollback:x', '__proto__', 'constructor']) {
      const before = JSON.stringify(given.context())
      given.end(run)
      expect(JSON.stringify(given.context())).toBe(before)
      expect(given.effects()).toEqual([])
    }
  })

  it('[L8] leaving the phase in which it was opened tells its run, and no other', () => {
    const given = lawCase(law, 'STAGING', { workflows: { post_merge: 'succeeded' } })
    given.send('SCHEMA_CHANGED', 'watcher:schema', { origin: 'file' }, { id: 'c1' })
    given.send('DEPLOYMENT_REQUESTED', 'person:ann', {}, { id: 'd1' })
    given.send('DEPLOYMENT_COMPLETE', 'workflow:deploy', {}, { id: 'd2' })
    const told = given
      .effects()
      .flatMap((effect) => (effect.kind === 'send' ? [[effect.to, effect.event.type]] : []))
    expect(told).toEqual([
      ['schema_change:c1', 'workflow.left'],
      ['deploy:d1', 'workflow.left'],
    ])
    expect(Object.keys(given.context().warrants)).toEqual([
      'schema_change:c1',
      'deploy:d1',
      'post_deployment:d2',
    ])
    given.send('SUPERSEDED', 'system')
    expect(
      given
        .effects()
        .filter(({ kind }) => kind === 'send')
        .map((effect) => 'to' in effect && effect.to),
    ).toEqual(['post_deployment:d2'])
  })

  it('[L8] staying does not tell it', () => {
    const { given } = deploying()
    given.send('CODE_COMMITTED', 'watcher:git', { commit: 'c' })
    given.send('SCHEMA_CHANGED', 'watcher:schema', {})
    expect(given.effects().some(({ kind }) => kind === 'send')).toBe(false)
  })
})

describe('an operation that may not act yet', () => {
  const waiting = () => {
    const given = lawCase(law, 'DEVELOPMENT')
    const verdict = given.send('OPERATION_REQUESTED', 'rule:nightly', operation())
    return { given, verdict }
  }

  it('[L3] waits for the nearest phase that admits it, with a timer', () => {
    const { given, verdict } = waiting()
    expect(verdict).toMatchObject({ kind: 'waiting', awaiting: 'awaiting_STAGING' })
    expect(verdict.reason).toBe(
      'data-migration-agent.tidy waits: data-migration-agent may not act in DEVELOPMENT; STAGING would admit it',
    )
    expect(given.context().operations['o1']).toMatchObject({
      status: 'waiting',
      awaiting: 'awaiting_STAGING',
    })
    expect(given.timers()).toEqual({ 'expiry:o1': day })
    expect(given.emitted()).toEqual([])
  })

  it('[L3] asks again with every move, keeps its first expiry, and is let in when its phase comes', () => {
    const { given } = waiting()
    given.pass(hour)
    given.send('REVIEW_REQUESTED', 'person:ann')
    expect(given.emitted()).toEqual([{ type: 'readmit', operation: 'o1' }])
    expect(given.send('OPERATION_REQUESTED', 'system', operation()).kind).toBe('waiting')
    expect(given.timers()).toEqual({ 'expiry:o1': day - hour })
    given.send('ADOPTED', 'person:ann', { phase: 'STAGING' })
    expect(given.send('OPERATION_REQUESTED', 'system', operation()).kind).toBe('accepted')
    expect(given.timers()).toEqual({})
    expect(given.context().operations['o1']).toMatchObject({
      status: 'running',
      requested_by: 'rule:nightly',
    })
  })

  it('[L3] expires after a day', () => {
    const { given } = waiting()
    given.pass(day)
    expect(given.context().operations).toEqual({})
    expect(given.emitted()).toEqual([
      {
        type: 'settle',
        operation: 'o1',
        failure: { code: 'expired', message: 'its phase did not come in time', retry: false },
      },
    ])
  })

  it('[L3] expires when its lifecycle retires', () => {
    const given = lawCase(law, 'PRODUCTION')
    given.send('OPERATION_REQUESTED', 'rule:nightly', operation({ agent: 'developer-agent' }))
    given.send('SUPERSEDED', 'system')
    expect(given.context().operations).toEqual({})
    expect(given.timers()).toEqual({})
    expect(given.emitted()).toEqual([
      {
        type: 'settle',
        operation: 'o1',
        failure: { code: 'expired', message: 'its release was retired', retry: false },
      },
    ])
  })

  it('[L3] is let in only if its condition still holds', () => {
    const { given } = waiting()
    given.send('ADOPTED', 'person:ann', { phase: 'STAGING' })
    given.send('OPERATION_REQUESTED', 'system', operation(), { facts: { condition_holds: false } })
    expect(given.context().operations).toEqual({})
    expect(given.timers()).toEqual({})
    expect(given.emitted()).toEqual([
      {
        type: 'settle',
        operation: 'o1',
        failure: { code: 'expired', message: 'its condition no longer holds', retry: false },
      },
    ])
  })

  it('[L3] of a trigger expires with the next move', () => {
    const given = lawCase(law, 'DEVELOPMENT')
    given.send('OPERATION_REQUESTED', 'rule:TEST_FAILED', operation({ until_move: true }))
    given.send('REVIEW_REQUESTED', 'person:ann')
    given.send('OPERATION_REQUESTED', 'system', operation({ until_move: false }))
    expect(given.context().operations).toEqual({})
    expect(given.timers()).toEqual({})
    expect(given.emitted()).toMatchObject([{ type: 'settle', failure: { message: 'the release moved on' } }])
  })

  it('[L3] is not asked for twice, nor turned into something else', () => {
    const { given } = waiting()
    expect(given.send('OPERATION_REQUESTED', 'rule:nightly', operation()).reason).toContain(
      'has been asked for already; it is waiting',
    )
    const other = operation({ agent: 'incident-response-agent', task: 'roll_back' })
    expect(given.send('OPERATION_REQUESTED', 'system', other).reason).toContain(
      'was asked for as data-migration-agent.tidy',
    )
    given.send('ADOPTED', 'person:ann', { phase: 'STAGING' })
    given.send('OPERATION_REQUESTED', 'system', operation())
    expect(given.send('OPERATION_REQUESTED', 'system', operation()).reason).toContain('it is running')
  })

  it('[L3] is cancelled, and its timer with it', () => {
    const { given } = waiting()
    expect(given.send('OPERATION_CANCELLED', 'person:ann', { operation: 'o1' }).kind).toBe('accepted')
    expect(given.timers()).toEqual({})
    expect(given.emitted()).toMatchObject([{ type: 'settle', failure: { code: 'cancelled' } }])
  })
})

describe('autonomy', () => {
  it('[L10] observe: what changes anything is decided and recorded, not done', () => {
    const given = lawCase(law, 'STAGING')
    const verdict = given.send('OPERATION_REQUESTED', 'person:ann', operation(), may('observe'))
    expect(verdict.reason).toContain('is not carried out')
    expect(given.context().operations).toEqual({})
    expect(given.emitted()).toMatchObject([{ type: 'settle', failure: { code: 'observed' } }])
  })

  it('[L10] observe: what changes nothing runs', () => {
    const given = lawCase(law, 'STAGING')
    given.send('OPERATION_REQUESTED', 'person:ann', operation(), may('observe', { changes: 'nothing' }))
    expect(given.emitted()).toEqual([{ type: 'run', operation: 'o1' }])
  })

  it('[L10] ask: a person is told, with the reason, and an hour to answer', () => {
    const given = lawCase(law, 'STAGING')
    given.send('OPERATION_REQUESTED', 'person:ann', operation(), may('ask', { because: 'remedy repeated' }))
    expect(given.context().operations['o1']).toMatchObject({ status: 'awaiting_approval', plan: 'plan-1' })
    expect(given.timers()).toEqual({ 'approval:o1': hour })
    expect(given.emitted()).toEqual([
      {
        type: 'escalate',
        about: 'o1',
        text: `data-migration-agent.tidy for ${id} awaits approval (remedy repeated)`,
        severity: 'HIGH',
      },
    ])
  })

  it('[L10] unanswered means not done, and escalated', () => {
    const given = lawCase(law, 'STAGING')
    given.send('OPERATION_REQUESTED', 'person:ann', operation(), may('ask'))
    given.pass(hour)
    expect(given.context().operations).toEqual({})
    expect(given.emitted()).toMatchObject([
      { type: 'settle', operation: 'o1', failure: { code: 'expired' } },
      { type: 'escalate', about: 'o1', severity: 'HIGH' },
    ])
  })
})

describe('an approval', () => {
  const awaiting = (by: 'person:ann' | 'rule:nightly' = 'person:ann') => {
    const given = lawCase(law, 'STAGING')
    given.send('OPERATION_REQUESTED', by, operation(), may('ask'))
    return given
  }
  const answer = { operation: 'o1', plan: 'plan-1' }

  it('[L9] is a person’s, never an agent’s, a rule’s, a watcher’s or the system’s', () => {
    const given = awaiting()
    const others = [
      'agent:data-migration-agent',
      'agent:person',
      'rule:nightly',
      'watcher:inbox',
      'watcher:http',
      'watcher:git',
      'workflow:deploy',
      'system',
    ] as const
    for (const by of others) {
      expect(given.send('OPERATION_APPROVED', by, answer, may('ask')).kind).toBe('refused')
      expect(given.context().operations['o1']?.status).toBe('awaiting_approval')
    }
    expect(given.send('OPERATION_APPROVED', 'person:ann', answer, may('ask')).kind).toBe('accepted')
    expect(given.emitted()).toEqual([{ type: 'run', operation: 'o1' }])
    expect(given.timers()).toEqual({})
  })

  it('[L10] is of the exact plan, once, and while it stays the same', () => {
    const given = awaiting()
    expect(
      given.send('OPERATION_APPROVED', 'person:ann', { ...answer, plan: 'plan-2' }, may('ask')).reason,
    ).toContain('the plan is not the one that awaits approval')
    expect(given.send('OPERATION_APPROVED', 'person:ann', { operation: 'o1' }, may('ask')).kind).toBe(
      'refused',
    )
    expect(
      given.send('OPERATION_APPROVED', 'person:ann', answer, may('ask', { plan: 'plan-2' })).reason,
    ).toContain('has changed since it was shown')
    given.send('OPERATION_APPROVED', 'person:ann', answer, may('ask'))
    expect(given.send('OPERATION_APPROVED', 'person:ann', answer, may('ask')).reason).toContain(
      'the operation is running, not awaiting approval',
    )
    given.tell({ type: 'operation.settled', operation: 'o1' })
    expect(given.send('OPERATION_APPROVED', 'person:ann', answer, may('ask')).reason).toContain(
      'no such operation is open',
    )
  })

  it('[L10] dies with its warrant', () => {
    const { given, step } = deploying()
    given.send('OPERATION_REQUESTED', 'workflow:deploy', step, may('ask'))
    given.end('deploy:d1')
    expect(given.timers()).toEqual({})
    expect(
      given.send('OPERATION_APPROVED', 'person:bob', { operation: 'deploy-step', plan: 'plan-1' }, may('ask'))
        .kind,
    ).toBe('refused')
  })

  it('[L9] of one’s own request is allowed, unless four eyes are wanted', () => {
    const four = (by: OperationFacts['autonomy']) => ({ facts: { ...may(by).facts, four_eyes: true } })
    const given = awaiting()
    expect(given.send('OPERATION_APPROVED', 'person:ann', answer, four('ask')).reason).toContain(
      'someone else must approve what you asked for',
    )
    expect(given.send('OPERATION_APPROVED', 'person:bob', answer, four('ask')).kind).toBe('accepted')
    expect(awaiting('rule:nightly').send('OPERATION_APPROVED', 'person:ann', answer, four('ask')).kind).toBe(
      'accepted',
    )
  })

  it('[L9] four eyes: what a workflow asks for was asked for by whoever set it going', () => {
    const { given, step } = deploying()
    given.send('OPERATION_REQUESTED', 'workflow:deploy', step, may('ask'))
    const approval = { operation: 'deploy-step', plan: 'plan-1' }
    const service = {
      ...emptyService('user-service'),
      exclusive: { lifecycle: id, run: 'deploy:d1', acting: false },
    }
    const four = { facts: { ...may('ask').facts, service, four_eyes: true } }
    expect(given.send('OPERATION_APPROVED', 'person:ann', approval, four).kind).toBe('refused')
    expect(given.send('OPERATION_APPROVED', 'person:bob', approval, four).kind).toBe('accepted')
  })

  it('[L15] a deployment that a roll-back has overtaken may not be approved any more', () => {
    const { given, step } = deploying()
    given.send('OPERATION_REQUESTED', 'workflow:deploy', step, may('ask'))
    const service = {
      ...emptyService('user-service'),
      exclusive: { lifecycle: 'user-service/x', run: 'rollback:1', acting: false },
    }
    const facts = { facts: { ...may('ask').facts, service } }
    const verdict = given.send(
      'OPERATION_APPROVED',
      'person:ann',
      { operation: 'deploy-step', plan: 'plan-1' },
      facts,
    )
    expect(verdict.kind).toBe('refused')
    expect(verdict.reason).toContain('gate still_its_turn: a roll-back has taken its place')
  })

  it('[L9] a no is a person’s, and is told to whoever waits', () => {
    const given = awaiting()
    expect(given.send('OPERATION_REJECTED', 'agent:data-migration-agent', answer).kind).toBe('refused')
    expect(given.send('OPERATION_REJECTED', 'person:bob', answer).kind).toBe('accepted')
    expect(given.emitted()).toMatchObject([
      { type: 'settle', operation: 'o1', failure: { code: 'rejected' } },
    ])
    expect(given.timers()).toEqual({})
  })
})

describe('time', () => {
  it('[L17] an incident that nobody acknowledges is escalated after a quarter of an hour, once', () => {
    const given = lawCase(law, 'PRODUCTION')
    given.send('INCIDENT_DECLARED', 'person:ann')
    expect(given.timers()).toEqual({ 'xstate.after.acknowledgement.release.INCIDENT': 15 * 60_000 })
    const incident = {
      id: 'incident-1',
      since: 1,
      signal: 's',
      type: 't',
      opened_on: id,
      owner: null,
      acknowledged: false,
    }
    const service = { ...emptyService('user-service'), incident }
    given.tell({ type: 'xstate.after.acknowledgement.release.INCIDENT' }, { service })
    expect(given.emitted()).toMatchObject([{ type: 'escalate', about: 'incident-1', severity: 'CRITICAL' }])
    given.tell(
      { type: 'xstate.after.acknowledgement.release.INCIDENT' },
      { service: { ...service, incident: { ...incident, acknowledged: true } } },
    )
    expect(given.emitted()).toEqual([])
  })

  it('[L17] leaving the phase takes the timer back', () => {
    const given = lawCase(law, 'PRODUCTION')
    given.send('INCIDENT_DECLARED', 'person:ann')
    given.send('INCIDENT_RESOLVED', 'person:ann')
    expect(given.phase()).toBe('PRODUCTION')
    expect(given.timers()).toEqual({})
  })

  it('[L17] a roll-back past its time is escalated', () => {
    const given = lawCase(law, 'ROLLBACK')
    given.send('ADOPTED', 'person:ann', { phase: 'ROLLBACK' })
    expect(given.timers()).toEqual({ 'xstate.after.rollback_time.release.ROLLBACK': 20 * 60_000 })
    given.pass(20 * 60_000)
    expect(given.emitted()).toMatchObject([
      { type: 'escalate', severity: 'CRITICAL', text: `the roll-back of ${id} has not ended in its time` },
    ])
  })

  it('[L7] adopting the phase that it is in starts the phase afresh: its runs end, its timers begin again', () => {
    const given = lawCase(law, 'PRODUCTION')
    given.send('INCIDENT_DECLARED', 'person:ann', {}, { id: 'i1' })
    given.pass(60_000)
    given.send('ADOPTED', 'person:ann', { phase: 'INCIDENT' })
    expect(given.effects()).toContainEqual(
      expect.objectContaining({ kind: 'send', to: 'incident_detected:i1' }),
    )
    expect(given.timers()).toEqual({ 'xstate.after.acknowledgement.release.INCIDENT': 15 * 60_000 })
  })
})
