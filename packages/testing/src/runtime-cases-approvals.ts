import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import { tokenOf, type Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const hour = 3_600_000

const deployed = (scenario: Scenario) => scenario.did.includes('developer-agent.deploy')

/** Brings a release to where its deployment awaits a person’s yes. */
async function asked(scenario: Scenario): Promise<{ operation: string; plan: string }> {
  await scenario.staged('one', 'v1')
  await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED', data: { version: 'v1' } })
  await scenario.runtime.idle()
  const { id, plan, status, commands } = await scenario.operation('deploy')
  same([status, commands], ['awaiting_approval', { command: ['./deploy', 'v1'] }], 'what is shown')
  same(deployed(scenario), false, 'it was done before anybody said yes')
  return { operation: id, plan }
}

/** Approvals: of one plan, once, in time, by a person. */
export const approvalCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L10] what changes production is done only after a person has said yes to its plan, and once',
    async (scenario) => {
      const answer = await asked(scenario)
      same((await scenario.ann.approve({ ...answer, plan: 'another' })).done, false, 'another plan')
      same((await scenario.ann.approve(answer)).done, true, 'the plan')
      same((await scenario.ann.approve(answer)).done, false, 'the same answer again')
      await scenario.runtime.idle()
      same((await scenario.ann.approve(answer)).done, false, 'the same answer when it is over')
      same(
        scenario.did.filter((name) => name === 'developer-agent.deploy').length,
        1,
        'times that it was done',
      )
      same(await scenario.phase('web/v1'), 'PRODUCTION', 'the phase')
    },
  ),

  runtimeCase(
    '[L9] nobody but a person approves: no agent, no watcher, no rule, no workflow, not the system',
    async (scenario) => {
      const answer = await asked(scenario)
      for (const by of [
        'agent:developer-agent',
        'watcher:git',
        'rule:errors',
        'workflow:deploy',
        'system',
      ] as const) {
        same((await scenario.runtime.as(by).approve(answer)).done, false, by)
        const { operation, plan } = answer
        const verdict = await scenario.runtime
          .as(by)
          .send('web/one', { type: 'OPERATION_APPROVED', data: { operation, plan } })
        same(verdict.kind, 'refused', `${by}, by the signal itself`)
      }
      await scenario.runtime.idle()
      same(deployed(scenario), false, 'it was done')
    },
  ),

  runtimeCase('[L9] an agent that shows its operation’s token approves nothing', async (scenario) => {
    const answer = await asked(scenario)
    const shown: (boolean | undefined)[] = []
    let token = ''
    scenario.script['documentation-agent.update_readme'] = async (_, context) => {
      token = await tokenOf(context)
      const sender = await scenario.runtime.withToken(token)
      shown.push(sender !== undefined, (await sender?.approve(answer))?.done)
      return {}
    }
    await scenario.ann.send('web/one', {
      type: 'OPERATION_REQUESTED',
      data: { agent: 'documentation-agent', task: 'update_readme' },
    })
    await scenario.runtime.idle()
    same(shown, [true, false], 'it is known by its token, and approves')
    same(await scenario.runtime.withToken(token), undefined, 'the token when its operation has ended')
    same(await scenario.runtime.withToken('guessed'), undefined, 'a token that nobody was given')
    same(deployed(scenario), false, 'it was done')
  }),

  runtimeCase(
    '[L10] an approval that nobody gives is not done after an hour, and a person is told, also across a restart',
    async (scenario) => {
      await asked(scenario)
      await scenario.clock.advance(hour - 1)
      await scenario.restart()
      const before = scenario.notices.length
      await scenario.clock.advance(1)
      await scenario.runtime.idle()
      const told = scenario.notices.slice(before).map(({ text }) => text)
      same(
        told[0],
        'developer-agent.deploy for web/one was not done: nobody answered in time',
        'what a person is told',
      )
      same([deployed(scenario), await scenario.phase('web/v1')], [false, 'STAGING'], 'it was done, the phase')
      same((await scenario.verdicts('DEPLOYMENT_FAILED')).length, 1, 'the workflow’s end')
      same(
        (await scenario.runtime.status()).services.find(({ service }) => service === 'web')?.exclusive,
        null,
        'who deploys',
      )
    },
  ),

  runtimeCase('[L10] a plan that would do something else by now is not approved', async (scenario) => {
    const answer = await asked(scenario)
    scenario.plans['deploy'] = { command: ['./deploy', 'something', 'else'] }
    const { done, reason } = await scenario.ann.approve(answer)
    same([done, reason.includes('changed since it was shown')], [false, true], reason)
    await scenario.runtime.idle()
    same(deployed(scenario), false, 'it was done')
  }),

  runtimeCase(
    '[L10] a plan that changes between the approval and its start is not carried out',
    async (scenario) => {
      const answer = await asked(scenario)
      await scenario.ann.pause({ target: 'everything', reason: 'a pause in between' })
      same((await scenario.ann.approve(answer)).done, true, 'the approval')
      scenario.plans['deploy'] = { command: ['./deploy', 'something', 'else'] }
      await scenario.ann.resume('everything')
      await scenario.runtime.idle()
      same([deployed(scenario), await scenario.phase('web/v1')], [false, 'STAGING'], 'it was done, the phase')
      const failed = (await scenario.rows()).find(
        ({ type, data }) =>
          type === 'operation.settled' && (data as { outcome?: string }).outcome === 'plan_changed',
      )
      same(failed !== undefined, true, 'a row says why')
    },
  ),

  runtimeCase('[L10] an approval of one operation is none of another', async (scenario) => {
    const first = await asked(scenario)
    await scenario.staged('two', 'p1', 'pay')
    await scenario.ann.send('pay/two', { type: 'DEPLOYMENT_REQUESTED', data: { version: 'p1' } })
    await scenario.runtime.idle()
    const other = (await scenario.operations()).find(({ lifecycle }) => lifecycle === 'pay/two')!
    same(
      (await scenario.ann.approve({ operation: other.id, plan: first.plan })).done,
      false,
      'its plan for the other',
    )
    await scenario.runtime.idle()
    same(deployed(scenario), false, 'one of them was done')
  }),

  runtimeCase('[L10] an approval dies with its warrant', async (scenario) => {
    const answer = await asked(scenario)
    await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REJECTED' })
    same(await scenario.phase('web/v1'), 'REVIEW', 'the phase')
    same((await scenario.ann.approve(answer)).done, false, 'the approval')
    await scenario.clock.advance(2 * hour)
    await scenario.runtime.idle()
    same([deployed(scenario), (await scenario.operations()).length], [false, 0], 'it was done, what is open')
  }),

  runtimeCase('[L10] a no ends it: it is not done, and its workflow has failed', async (scenario) => {
    const { operation } = await asked(scenario)
    same(
      (await scenario.runtime.as({ agent: 'developer-agent' }).reject({ operation, reason: 'mine' })).done,
      false,
      'an agent’s no',
    )
    same((await scenario.ann.reject({ operation, reason: 'not on a Friday' })).done, true, 'a person’s no')
    await scenario.runtime.idle()
    same([deployed(scenario), await scenario.phase('web/v1')], [false, 'STAGING'], 'it was done, the phase')
    same((await scenario.runtime.record('developer-agent')).rejected, 1, 'the agent’s record')
  }),

  runtimeCase(
    '[L9] with four eyes, whoever asked for it does not approve it; without, a person may approve their own',
    async (scenario) => {
      const answer = await asked(scenario)
      same((await scenario.ann.approve(answer)).done, false, 'who asked')
      same((await scenario.runtime.as({ person: 'bob' }).approve(answer)).done, true, 'another')
    },
    { policy: { four_eyes: true } },
  ),

  runtimeCase('[L9] the author of a change does not approve its review', async (scenario) => {
    await scenario.git.send('web', {
      type: 'CODE_COMMITTED',
      data: { branch: 'one', commit: 'c1', author: 'bob@example.test' },
    })
    await scenario.ann.send('web', { type: 'REVIEW_REQUESTED', data: { branch: 'one' } })
    for (const person of ['bob', 'ann']) {
      const verdict = await scenario.runtime.as({ person }).send('web/one', { type: 'REVIEW_APPROVED' })
      same(verdict.kind, 'refused', `${person}’s approval`)
    }
    same(
      (await scenario.runtime.as({ person: 'cleo' }).send('web/one', { type: 'REVIEW_APPROVED' })).kind,
      'accepted',
      'another’s',
    )
  }),
]
