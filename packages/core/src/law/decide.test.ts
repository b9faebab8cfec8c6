// Properties:
//   - A refusal says what was asked, by whom, where, and what would be allowed instead.
//   - Names that are no signals are never accepted, whatever they are called.
//   - A gate that breaks refuses; it never stops anything.
//   - What nobody may ask for is refused; what was seen to have happened against the law is a violation.
//   - A report of what an operation of ours did is no violation and starts nothing again.
//   - Hostile ids, warrants and data change nothing but what they are allowed to.

import { describe, expect, it } from 'vitest'

import { at, event, facts, id, now, stateIn } from '../../test/law-world.ts'
import {
  canonicalJson,
  createLifecycle,
  releaseLifecycle,
  type JsonObject,
  type Lifecycle,
} from '../index.ts'
import { emptyService, type FootprintEntry } from '../release/service-state.ts'
import { contextOf, decide, phaseOf } from './decide.ts'

const law = releaseLifecycle as Lifecycle

/** The verdict's reason, and whether the state stayed the same to the byte. */
function denied(phase: string, asked: ReturnType<typeof event>, lifecycle = law, context = {}) {
  const state = stateIn(lifecycle, phase, context)
  const before = canonicalJson(state)
  const { verdict, step } = decide(lifecycle, state, asked, at)
  expect(step).toBeUndefined()
  expect(canonicalJson(state)).toBe(before)
  return verdict
}

describe('a refusal', () => {
  it('[L4] of a sender names those that may send', () => {
    const verdict = denied('REVIEW', event('REVIEW_APPROVED', 'agent:developer-agent'))
    expect(verdict).toMatchObject({
      kind: 'refused',
      reason: 'REVIEW_APPROVED in REVIEW: only reviewer-agent, person may send it, not agent:developer-agent',
      phase: 'REVIEW',
      lifecycle: id,
      allowed: { phase: 'REVIEW', agents: ['reviewer-agent', 'contract-guardian', 'documentation-agent'] },
    })
  })

  it('[L4] of an agent names the agents that may act there', () => {
    const verdict = denied('OPTIMIZATION', event('INCIDENT_DECLARED', 'agent:incident-response-agent'))
    expect(verdict.reason).toBe(
      'INCIDENT_DECLARED in OPTIMIZATION: incident-response-agent may not act in this phase; only ' +
        'performance-optimizer-agent, data-migration-agent, test-executor, documentation-agent may',
    )
  })

  it('[L4] of a signal that has no arrow there names where it has one, and what there is here', () => {
    const verdict = denied('DEVELOPMENT', event('DEPLOYMENT_REQUESTED', 'person:ann'))
    expect(verdict.reason).toBe(
      'DEPLOYMENT_REQUESTED in DEVELOPMENT: no such arrow; only STAGING has it; here are REVIEW_REQUESTED, ' +
        'SCHEMA_CHANGED, CODE_COMMITTED, VERSION_TAGGED, ERROR_THRESHOLD_CLEARED, ADOPTED',
    )
  })

  it('[L4] by a gate names it and tells its reason', () => {
    const verdict = denied('STAGING', event('DEPLOYMENT_REQUESTED', 'person:ann'))
    expect(verdict.reason).toBe(
      'DEPLOYMENT_REQUESTED in STAGING: gate post_merge_passed: post_merge has not run',
    )
  })

  it('[L4] of an operation names the phases and agents that could', () => {
    const asked = { id: 'operation-1', agent: 'stranger-agent', task: 'work', input: {} }
    const verdict = denied('ROLLBACK', event('OPERATION_REQUESTED', 'person:ann', asked))
    expect(verdict.kind).toBe('refused')
    expect(verdict.reason).toContain(
      'no phase allows stranger-agent; ROLLBACK allows incident-response-agent',
    )
  })

  it('[L7] of what a watcher saw is a violation, of a line in the inbox it is not', () => {
    expect(denied('REVIEW', event('CODE_MERGED', 'watcher:git'))).toMatchObject({
      kind: 'violation',
      reason: 'CODE_MERGED in REVIEW: gate review_approved: nobody has approved the review of feature',
    })
    expect(denied('REVIEW', event('CODE_MERGED', 'watcher:inbox')).kind).toBe('refused')
    expect(denied('PRODUCTION', event('DEPLOYMENT_COMPLETE', 'watcher:git')).kind).toBe('violation')
    expect(denied('INCIDENT', event('DEPLOYMENT_REQUESTED', 'watcher:git')).kind).toBe('refused')
    expect(denied('STAGING', event('OPERATION_APPROVED', 'watcher:git', { operation: 'x' })).kind).toBe(
      'refused',
    )
  })

  it('[L14] of what is measured again during an incident is no violation but a part of it', () => {
    const incident = {
      id: 'incident-7',
      since: 1,
      signal: 's',
      type: 't',
      opened_on: id,
      owner: null,
      acknowledged: false,
    }
    const service = { ...emptyService('user-service'), incident }
    const again = event('ERROR_THRESHOLD_EXCEEDED', 'rule:error_spike', {}, { facts: { service } })
    expect(denied('INCIDENT', again)).toMatchObject({
      kind: 'ignored',
      reason: 'part of incident incident-7',
    })
    const exclusive = { lifecycle: id, run: 'rollback:9', acting: true }
    const held = event(
      'ERROR_THRESHOLD_EXCEEDED',
      'watcher:logs',
      {},
      { facts: { service: { ...service, exclusive } } },
    )
    expect(denied('ROLLBACK', held).reason).toBe(`held while rollback:9 of ${id} is under way and verified`)
  })
})

describe('names', () => {
  const strange = [
    'xstate.done.actor.deploy:1',
    'xstate.error.actor.deploy:1',
    'xstate.init',
    'xstate.stop',
    'xstate.after.acknowledgement.release.INCIDENT',
    'xstate.route',
    'operation.settled',
    'operation.stopped',
    'operation.expired',
    'approval.expired',
    'workflow.left',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    '*',
    'CODE_MERGED\nADOPTED',
    ' ADOPTED',
    'ADOPTED ',
    'adopted',
  ]
  it.each(strange)('[L5] %j is never accepted from outside', (type) => {
    for (const phase of Object.keys(law.definition.phases)) {
      for (const by of ['person:ann', 'system', 'watcher:git', 'workflow:deploy'] as const) {
        const verdict = denied(phase, event(type, by, { phase: 'PRODUCTION' }))
        expect(verdict.kind).toBe('refused')
        expect(verdict.reason).toContain('is no signal’s name')
      }
    }
  })

  it('[L5] no signal is decided on under the name of another', () => {
    const asked = { ...event('UNHEARD_OF', 'person:ann', { phase: 'PRODUCTION' }), type: 'ADOPTED' }
    expect(denied('STAGING', asked).reason).toBe('ADOPTED was handed over for the signal UNHEARD_OF')
  })
})

describe('a gate', () => {
  const withGate = (gate: () => unknown) =>
    createLifecycle(
      {
        id: 'gated',
        agents: [],
        initial: 'OPEN',
        phases: { OPEN: { on: { CLOSE: { to: 'CLOSED', gate: 'given' } } }, CLOSED: {} },
      },
      { gates: { given: gate as never } },
    )

  it.each([
    [
      'throws',
      () => {
        throw new Error('the disk is gone')
      },
      'the disk is gone',
    ],
    [
      'throws what is no error',
      () => {
        throw 'nothing' as unknown as Error
      },
      'nothing',
    ],
    ['gives a promise', async () => true, 'gate given gave a promise'],
    ['gives false', () => false, 'gate given gave boolean'],
    ['gives nothing', () => undefined, 'gate given gave undefined'],
    ['gives an object', () => ({}), 'gate given gave object'],
  ])('[L6] that %s refuses, and says why', (_, gate, why) => {
    const verdict = denied('OPEN', event('CLOSE', 'person:ann'), withGate(gate))
    expect(verdict.kind).toBe('refused')
    expect(verdict.reason).toContain(why)
  })

  it('[L6] is asked with the facts that were handed over', () => {
    const lifecycle = createLifecycle(
      {
        id: 'gated',
        agents: [],
        initial: 'OPEN',
        phases: { OPEN: { on: { CLOSE: { to: 'CLOSED', gate: 'given' } } }, CLOSED: {} },
      },
      { gates: { given: ({ event: asked }) => asked.facts.extra?.['weather'] === 'fine' || 'it rains' } },
    )
    expect(denied('OPEN', event('CLOSE', 'person:ann'), lifecycle).reason).toBe(
      'CLOSE in OPEN: gate given: it rains',
    )
    const fine = event('CLOSE', 'person:ann', {}, { facts: { extra: { weather: 'fine' } } })
    expect(decide(lifecycle, stateIn(lifecycle, 'OPEN'), fine, at).verdict.kind).toBe('accepted')
  })
})

describe('a report of what an operation did', () => {
  const footprint: FootprintEntry = {
    operation: `${id}:3:0`,
    task: 'deploy',
    commits: ['c1'],
    versions: ['v2'],
    paths: ['migrations/1.sql'],
    ended: null,
  }
  const seen = (entry: Partial<FootprintEntry>) => ({
    facts: { service: { ...emptyService('user-service'), footprints: [{ ...footprint, ...entry }] } },
  })

  it('[L12] gets it as its cause, is no violation and starts nothing', () => {
    const asked = event(
      'SCHEMA_CHANGED',
      'watcher:schema',
      { path: 'migrations/1.sql', origin: 'file' },
      seen({}),
    )
    const decided = decide(law, stateIn(law, 'STAGING'), asked, at)
    expect(decided).toEqual({
      verdict: expect.objectContaining({ kind: 'ignored', reason: `SCHEMA_CHANGED is what ${id}:3:0 did` }),
      cause: `${id}:3:0`,
    })
    const merged = event('CODE_MERGED', 'watcher:git', { commit: 'c1' }, seen({}))
    expect(decide(law, stateIn(law, 'DEVELOPMENT'), merged, at).verdict.kind).toBe('ignored')
  })

  it('[L12] is noted where it only notes, with its cause', () => {
    const asked = event('CODE_COMMITTED', 'watcher:git', { commit: 'c1', author: 'bot' }, seen({}))
    const decided = decide(law, stateIn(law, 'PRODUCTION'), asked, at)
    expect(decided).toMatchObject({ verdict: { kind: 'accepted' }, cause: `${id}:3:0` })
  })

  it('[L12] counts for a minute after the operation’s end, and no longer', () => {
    const asked = (ended: number) => event('CODE_MERGED', 'watcher:git', { commit: 'c1' }, seen({ ended }))
    expect(denied('DEVELOPMENT', asked(now - 59_999)).kind).toBe('ignored')
    expect(denied('DEVELOPMENT', asked(now - 60_000)).kind).toBe('violation')
  })

  it('[L12] is one only if a watcher sent it and it names what was touched', () => {
    const other = event('CODE_MERGED', 'watcher:git', { commit: 'c2', version: 'v3', path: 'x' }, seen({}))
    expect(denied('DEVELOPMENT', other).kind).toBe('violation')
    const asked = event('DEPLOYMENT_REQUESTED', 'person:ann', { version: 'v2' }, seen({}))
    expect(denied('PRODUCTION', asked).reason).toContain('no such arrow')
  })

  it('[L12] no chain of causes is longer than sixteen', () => {
    const chained = (depth: number) => event('INCIDENT_DECLARED', 'system', {}, { signal: { depth } })
    expect(decide(law, stateIn(law, 'PRODUCTION'), chained(16), at).verdict.kind).toBe('accepted')
    expect(denied('PRODUCTION', chained(17))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('16 is the most') as string,
    })
  })

  it('[L12] is not what is measured: errors right after our own deployment open an incident', () => {
    const asked = event('ERROR_THRESHOLD_EXCEEDED', 'watcher:logs', { version: 'v2' }, seen({}))
    const { step } = decide(law, stateIn(law, 'PRODUCTION'), asked, at)
    expect(step && phaseOf(step.state)).toBe('INCIDENT')
  })
})

describe('hostile data', () => {
  const hostile = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '', 'x'.repeat(1_001)]

  it.each(hostile)('[L3] an operation cannot be called %.20j', (name) => {
    const asked = JSON.parse(
      JSON.stringify({ id: name, agent: 'developer-agent', task: 'work', input: {} }),
    ) as JsonObject
    const verdict = denied('DEVELOPMENT', event('OPERATION_REQUESTED', 'person:ann', asked))
    expect(verdict.kind).toBe('refused')
    expect(verdict.reason).toContain('it does not say which operation is asked for')
  })

  it.each(['OPERATION_APPROVED', 'OPERATION_REJECTED', 'OPERATION_CANCELLED'])(
    '[L9] %s finds no operation there',
    (type) => {
      for (const name of hostile) {
        expect(
          denied('DEVELOPMENT', event(type, 'person:ann', { operation: name, plan: 'plan-1' })).reason,
        ).toContain('no such operation is open')
      }
    },
  )

  it('[L2] a warrant is not open because every object has a member of that name', () => {
    for (const warrant of ['__proto__', 'constructor', 'toString']) {
      const asked = { id: 'operation-1', agent: 'developer-agent', task: 'work', warrant, input: {} }
      expect(denied('DEVELOPMENT', event('OPERATION_REQUESTED', 'workflow:deploy', asked)).reason).toContain(
        'is not open',
      )
    }
  })

  it('[L2] an operation’s token that stands for nothing gives an agent nothing', () => {
    for (const operation of [...hostile, 'operation-9']) {
      const asked = event('INCIDENT_DECLARED', 'agent:incident-response-agent', {}, { operation })
      expect(denied('OPTIMIZATION', asked).reason).toContain('may not act in this phase')
    }
  })

  it('leaves no trace on what every object inherits', () => {
    const data = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"phase":"__proto__"}',
    ) as JsonObject
    for (const type of ['ADOPTED', 'CODE_COMMITTED', 'REVIEW_REQUESTED', 'OPERATION_REQUESTED']) {
      for (const phase of Object.keys(law.definition.phases))
        decide(law, stateIn(law, phase), event(type, 'person:ann', data), at)
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('[L1] data nested without end is refused, not overflowed', () => {
    let deep: JsonObject = {}
    for (let level = 0; level < 5_000; level += 1) deep = { deep }
    const asked = event('SCHEMA_CHANGED', 'watcher:schema', deep)
    expect(denied('STAGING', asked).reason).toContain('levels of nesting')
  })

  it('[L1] what was handed over is not changed, frozen or kept by reference', () => {
    const input = { release: { name: 'x' } }
    const asked = event('OPERATION_REQUESTED', 'person:ann', {
      id: 'o',
      agent: 'developer-agent',
      task: 't',
      input,
    })
    const { step } = decide(law, stateIn(law, 'DEVELOPMENT'), asked, at)
    expect(Object.isFrozen(input.release)).toBe(false)
    input.release.name = 'changed later'
    expect(contextOf(step!.state).operations['o']?.input).toEqual({ release: { name: 'x' } })
  })
})

describe('facts', () => {
  it('[L6] an operation about which nothing was read is refused', () => {
    const asked = event('OPERATION_REQUESTED', 'person:ann', {
      id: 'o',
      agent: 'developer-agent',
      task: 't',
      input: {},
    })
    const { operation: _, ...without } = facts()
    expect(denied('DEVELOPMENT', { ...asked, facts: without }).reason).toContain(
      'nothing was read about what developer-agent.t may do',
    )
  })
})
