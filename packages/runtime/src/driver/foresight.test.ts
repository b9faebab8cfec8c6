// Properties:
//   - What is only foreseen gives the answer that the act then gets, word for word, and writes nothing.
//   - A name that is not known is told with the nearest that is, whatever it names.

import { releaseLifecycle, createLifecycle, type ActAnswer, type Sender } from '@opschart/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createRuntime } from '../create-runtime.ts'
import type { Runtime } from '../runtime-options.ts'

const { definition } = releaseLifecycle
const lifecycle = createLifecycle({
  ...definition,
  phases: { ...definition.phases, DEVELOPMENT: { ...definition.phases.DEVELOPMENT, moves: ['STAGING'] } },
})

let runtime: Runtime
beforeEach(async () => {
  runtime = await createRuntime({
    lifecycle,
    services: [{ name: 'web' }, { name: 'pay' }],
    tasks: [
      {
        agent: 'documentation-agent',
        task: 'update_readme',
        title: 'Update the README',
        changes: 'repository',
        timeout: 1_000,
        run: () => Promise.resolve({}),
      },
    ],
    feedbackLoops: [
      {
        name: 'error_spike',
        monitor: 'error_rate',
        threshold: 0.1,
        clear: 0.05,
        for: 0,
        window: 60_000,
        min_samples: 20,
        cooldown: 0,
        severity: 'HIGH',
        action: { kind: 'signal', signal: 'ERROR_THRESHOLD_EXCEEDED' },
      },
    ],
  })
  await runtime
    .as({ watcher: 'git' })
    .send('web/topic', { type: 'CODE_COMMITTED', data: { branch: 'topic' } })
  await runtime.idle()
})
afterEach(() => runtime.close())

const ann = { person: 'ann' } as const
const acts: readonly [string, (sender: Sender) => Promise<ActAnswer>, boolean, string][] = [
  [
    'a move to a phase that nothing leads to',
    (sender) => sender.move('web/topic', 'PRODUCTION'),
    false,
    'move from DEVELOPMENT to PRODUCTION: nothing leads there from DEVELOPMENT, the way is STAGING, PRODUCTION; moves from DEVELOPMENT: STAGING; signals that lead on: REVIEW_REQUESTED → REVIEW',
  ],
  [
    'a move of a release that there is not',
    (sender) => sender.move('web/tpoic', 'STAGING'),
    false,
    'web has no release tpoic; it has web/topic; did you mean web/topic?',
  ],
  [
    'a move of a service without a live release',
    (sender) => sender.move('web', 'STAGING'),
    false,
    'web has no live release; it has web/topic; name one, adopt the one that runs, or deploy one',
  ],
  [
    'a move in a service that there is not',
    (sender) => sender.move('wbe/topic', 'STAGING'),
    false,
    'there is no service wbe; there are web, pay; did you mean web?',
  ],
  [
    'a move that there is',
    (sender) => sender.move('web/topic', 'STAGING'),
    true,
    'MOVE_REQUESTED: DEVELOPMENT → STAGING',
  ],
  [
    'an adoption into a phase that there is not',
    (sender) => sender.adopt({ to: 'web/topic', phase: 'PRODUCTOIN', reason: '' }),
    false,
    'ADOPTED in DEVELOPMENT: the law has no phase PRODUCTOIN (did you mean PRODUCTION?)',
  ],
  [
    'an adoption of what is new into a phase that there is not',
    (sender) => sender.adopt({ to: 'web/v1', phase: 'PRODUCTOIN', reason: '' }),
    false,
    'the law has no phase PRODUCTOIN (did you mean PRODUCTION?)',
  ],
  [
    'an adoption in a service that there is not',
    (sender) => sender.adopt({ to: 'wbe/v1', phase: 'PRODUCTION', reason: '' }),
    false,
    'there is no service wbe; there are web, pay; did you mean web?',
  ],
  [
    'an adoption of no release',
    (sender) => sender.adopt({ to: 'web', phase: 'PRODUCTION', reason: '' }),
    false,
    'web names no release; write web/<version>',
  ],
  [
    'an adoption',
    (sender) => sender.adopt({ to: 'web/v1', phase: 'PRODUCTION', reason: 'it runs' }),
    true,
    'ADOPTED: DEVELOPMENT → PRODUCTION',
  ],
  [
    'an approval of nothing',
    (sender) => sender.approve({ operation: 'web/topic:3:0', plan: 'plan' }),
    false,
    'OPERATION_APPROVED in DEVELOPMENT: gate plan_matches: no such operation is open: it was answered, cancelled, or never asked for',
  ],
  [
    'an approval for a release that there is not',
    (sender) => sender.approve({ operation: 'web/other:3:0', plan: 'plan' }),
    false,
    'there is no operation web/other:3:0',
  ],
  [
    'a pause',
    (sender) => sender.pause({ target: 'service:web', reason: 'looking' }),
    true,
    'paused service:web: looking',
  ],
  [
    'a pause of a service that there is not',
    (sender) => sender.pause({ target: 'service:wbe', reason: '' }),
    false,
    'there is no service wbe; there are web, pay; did you mean web?',
  ],
  [
    'a pause of an agent that there is not',
    (sender) => sender.pause({ target: 'agent:documentation-agnet', reason: '' }),
    false,
    'there is no agent documentation-agnet; there are contract-guardian, data-migration-agent, developer-agent, documentation-agent, incident-response-agent, monitoring-agent, performance-optimizer-agent, reviewer-agent, test-executor; did you mean documentation-agent?',
  ],
  [
    'a pause of a rule that there is not',
    (sender) => sender.pause({ target: 'rule:eror_spike', reason: '' }),
    false,
    'there is no rule eror_spike; there is error_spike; did you mean error_spike?',
  ],
  [
    'a pause of a kind that there is not',
    (sender) => sender.pause({ target: 'servcie:web', reason: '' }),
    false,
    'nothing is called servcie:web; write everything, service:<name>, agent:<name> or rule:<name>; did you mean service:web?',
  ],
  [
    'the end of a pause that there is not',
    (sender) => sender.resume('service:web'),
    false,
    'service:web is not paused; nothing is',
  ],
  [
    'the end of the brake on a service that there is not',
    (sender) => sender.resume('remedy:wbe'),
    false,
    'there is no service wbe; there are web, pay; did you mean web?',
  ],
  [
    'a promotion of an agent that there is not',
    (sender) => sender.promote({ target: 'documentation-agnet', autonomy: 'act' }),
    false,
    'no agent is called documentation-agnet; write *, an agent or agent.task; did you mean documentation-agent?',
  ],
  [
    'a promotion of a task that there is not',
    (sender) => sender.promote({ target: 'documentation-agent.update_redame', autonomy: 'act' }),
    false,
    'documentation-agent has no task update_redame; it has update_readme; did you mean documentation-agent.update_readme?',
  ],
  [
    'a promotion',
    (sender) => sender.promote({ target: 'documentation-agent', autonomy: 'act' }),
    true,
    'documentation-agent may now act',
  ],
]

describe('what is only foreseen', () => {
  it.each(acts)('is what comes of it, and nothing is written: %s', async (_, act, done, reason) => {
    const before = await runtime.status()
    const foreseen = await act(runtime.asIf(ann))
    expect([foreseen.done, foreseen.reason]).toEqual([done, reason])
    const { now: _now, ...after } = await runtime.status()
    expect(after).toEqual({ ...before, now: undefined })
    const real = await act(runtime.as(ann))
    expect([real.done, real.reason]).toEqual([done, reason])
  })

  it('asks the same of who acts: what only a person may do is refused to others, and not journaled', async () => {
    const { head } = await runtime.status()
    const answer = await runtime.asIf({ agent: 'developer-agent' }).move('web/topic', 'STAGING')
    expect(answer).toEqual({
      done: false,
      reason: 'only a person may move a release by hand, not agent:developer-agent',
    })
    expect((await runtime.status()).head).toEqual(head)
  })

  it('gives the law’s answer to a signal', async () => {
    const verdict = await runtime.asIf(ann).send('web/topic', { type: 'DEPLOYMENT_REQUESTED' })
    expect(verdict).toMatchObject({ kind: 'refused', phase: 'DEVELOPMENT' })
    expect((await runtime.log()).some(({ type }) => type === 'DEPLOYMENT_REQUESTED')).toBe(false)
  })
})

describe('the end of one pause while others are in force', () => {
  it('names them', async () => {
    await runtime.as(ann).pause({ target: 'agent:documentation-agent', reason: 'noise' })
    expect((await runtime.as(ann).resume('agent:documentation-agnet')).reason).toBe(
      'agent:documentation-agnet is not paused; what is: agent:documentation-agent; did you mean agent:documentation-agent?',
    )
  })
})
