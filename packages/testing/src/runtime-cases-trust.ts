import type { Json, SignalDraft } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import { tokenOf, type Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const inbox = (scenario: Scenario) => scenario.runtime.as('watcher:inbox')

/** Made up, in the forms that real ones have: put together here, so that no scanner takes this file for a leak. */
const secrets = {
  bearer: `Bearer ${'abc123'.repeat(5)}`,
  token: `ghp_${'a1b2'.repeat(9)}`,
  address: `postgres://shop:${'pa55word'}@db/orders`,
  assigned: `API_KEY=${'k3y-'.repeat(6)}`,
}
const hidden = ['abc123abc123', 'a1b2a1b2', 'pa55word', 'k3y-k3y-']

/** What the design's section on trust says of text, tokens and open channels. */
export const trustCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    'secrets in signals, results, failures and watchers’ problems are taken out before they are journaled or told',
    async (scenario) => {
      const text = Object.values(secrets).join(' and ')
      scenario.script['documentation-agent.update_readme'] = () => ({
        said: text,
        password: 'open sesame',
        deep: [{ text }],
      })
      scenario.script['documentation-agent.regenerate_api_docs'] = () => {
        throw new Error(text)
      }
      await scenario.live('one', 'v1')
      await inbox(scenario).send('web', {
        type: 'NOISE',
        data: { text, nested: [{ authorization: 'a plain word' }] },
      })
      await scenario.ann.reject({ operation: 'web/one:1:1', reason: text })
      for (const task of ['update_readme', 'regenerate_api_docs']) {
        await scenario.ann.send('web', {
          type: 'OPERATION_REQUESTED',
          data: { agent: 'documentation-agent', task },
        })
      }
      await scenario.observe({ problems: [text] })
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED', data: { reason: text } })
      await scenario.runtime.idle()
      const journal = JSON.stringify([
        await scenario.rows(),
        await scenario.runtime.status(),
        scenario.notices,
      ])
      for (const secret of [...hidden, 'open sesame', 'a plain word'])
        same(journal.includes(secret), false, secret)
      same(journal.includes('[redacted]'), true, 'that something stood there is said')
    },
  ),

  runtimeCase(
    'what is reported has happened: a time to come, by which an incident would be looked for, is now',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await inbox(scenario).send('web', { type: 'ERROR_THRESHOLD_EXCEEDED', time: 8.64e15 })
      const [service] = (await scenario.runtime.status()).services.filter(({ live }) => live !== null)
      same(service?.incident?.since, scenario.clock.now(), 'since when there is an incident')
    },
  ),

  runtimeCase(
    'an incident, and a workflow’s run, are named after a signal: nobody gives theirs the name of another’s',
    async (scenario) => {
      const incidentNow = async () =>
        (await scenario.runtime.status()).services.find(({ live }) => live !== null)?.incident?.id
      await scenario.live('one', 'v1')
      await scenario.runtime.as('rule:errors').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED', id: 'first' })
      await scenario.runtime.idle()
      const first = await incidentNow()
      for (const by of ['watcher:inbox', 'agent:incident-response-agent'] as const) {
        await scenario.ann.send('web', { type: 'INCIDENT_RESOLVED' })
        const type = by === 'watcher:inbox' ? 'ERROR_THRESHOLD_EXCEEDED' : 'INCIDENT_DECLARED'
        const draft = { type, id: 'first' }
        same((await scenario.runtime.as(by).send('web/v1', draft)).kind, 'accepted', by)
        same((await scenario.runtime.as(by).send('web/v1', draft)).duplicate, true, `${by}, again`)
        await scenario.runtime.idle()
        same([first, (await incidentNow()) === first], ['incident-first', false], by)
      }
      same(
        (await scenario.rows()).filter(
          ({ type, actor }) => type === 'opened' && actor === 'web/one~incident_detected:first',
        ).length,
        1,
        'runs of that name',
      )
    },
  ),

  runtimeCase('[L14] a signal that its sender may not send opens no release', async (scenario) => {
    const draft: SignalDraft = { type: 'CODE_COMMITTED', data: { branch: 'mine', commit: 'c1' } }
    for (const by of ['watcher:inbox', 'agent:developer-agent', 'person:ann'] as const) {
      same((await scenario.runtime.as(by).send('web', draft)).kind, 'unrouted', by)
    }
    const verdict = await scenario.runtime
      .as('agent:reviewer-agent')
      .send('web/mine', { type: 'REVIEW_REQUESTED' })
    same(
      [verdict.kind, await scenario.runtime.read('web/mine')],
      ['unrouted', undefined],
      'an agent that may not ask for a review',
    )
    same((await scenario.git.send('web', draft)).kind, 'accepted', 'who saw it for himself')
  }),

  runtimeCase('[L14] where anyone can write, releases are not opened without end', async (scenario) => {
    const kinds: string[] = []
    for (let count = 0; count < 60; count += 1) {
      kinds.push(
        (await inbox(scenario).send('web', { type: 'REVIEW_REQUESTED', data: { branch: `b${count}` } })).kind,
      )
    }
    same(kinds.filter((kind) => kind === 'accepted').length, 50, 'opened')
    same(kinds.at(-1), 'unrouted', 'one too many')
    same(
      (await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'real', commit: 'c' } }))
        .kind,
      'accepted',
      'a real branch',
    )
  }),

  runtimeCase(
    '[L3] what waits for a phase, or runs, without a warrant does not grow without end',
    async (scenario) => {
      await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'one', commit: 'c1' } })
      for (let count = 0; count < 60; count += 1)
        await inbox(scenario).send('web', { type: 'TEST_FAILED', data: { branch: 'one' } })
      same((await scenario.operations()).length, 50, 'operations that wait')
      const verdicts = await scenario.verdicts('OPERATION_REQUESTED')
      same(verdicts.filter(({ kind }) => kind === 'refused').length, 10, 'refused')
      same(verdicts.at(-1)?.reason.includes('50 operations'), true, verdicts.at(-1)?.reason ?? '')
    },
    { triggers: { TEST_FAILED: [['incident-response-agent', 'triage']] } },
  ),

  runtimeCase(
    '[L2] an operation’s token speaks for the service of its operation, and for no other',
    async (scenario) => {
      await scenario.live('one', 'v1')
      await scenario.live('two', 'v1', 'pay')
      const kinds: string[] = []
      scenario.script['incident-response-agent.triage'] = async (_, context) => {
        const sender = await scenario.runtime.withToken(await tokenOf(context))
        const draft = { type: 'INCIDENT_DECLARED', data: { reason: 'so says another service' } }
        for (const to of ['pay', 'pay/v1']) kinds.push((await sender!.send(to, draft)).kind)
        kinds.push((await sender!.send('', { ...draft, subject: 'pay/v1' })).kind)
        return {}
      }
      await scenario.ann.send('web', {
        type: 'OPERATION_REQUESTED',
        data: { agent: 'incident-response-agent', task: 'triage' },
      })
      await scenario.runtime.idle()
      same(kinds, ['refused', 'refused', 'refused'], 'the verdicts')
      same(await scenario.phase('pay/v1'), 'PRODUCTION', 'the other service')
      const refused = (await scenario.verdicts('INCIDENT_DECLARED')).filter(({ reason }) =>
        reason.includes('of web'),
      )
      same(refused.length, 3, 'journaled, with the reason')
    },
  ),

  runtimeCase(
    '[L10] what an agent asks for by itself, and what would change production, a person approves, whatever was promoted',
    async (scenario) => {
      await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'one', commit: 'c1' } })
      const developer = scenario.runtime.as({ agent: 'developer-agent' })
      await developer.send('web/one', {
        type: 'OPERATION_REQUESTED',
        data: { agent: 'developer-agent', task: 'deploy' },
      })
      await scenario.runtime.idle()
      same(
        (await scenario.operation('deploy')).status,
        'awaiting_approval',
        'a deployment that no arrow has started',
      )
      same(scenario.did, [], 'what was done')
      await scenario.staged('two', 'v2')
      await scenario.ann.send('web/v2', { type: 'DEPLOYMENT_REQUESTED' })
      await scenario.runtime.idle()
      same(scenario.did.includes('developer-agent.deploy'), true, 'one that an arrow has started is done')
    },
    { policy: { autonomy: 'act' } },
  ),

  runtimeCase(
    '[L15] a tag that comes later does not rename what was deployed: it would become part of a command line',
    async (scenario) => {
      await scenario.release('one', 'v1')
      await scenario.release('two', 'v2')
      for (const [commit, version] of [
        ['m-v1', 'other'],
        ['m-v2', 'another'],
      ] as const) {
        await scenario.git.send('web', { type: 'VERSION_TAGGED', data: { commit, version } })
      }
      for (const branch of ['one', 'two']) {
        await scenario.git.send(`web/${branch}`, { type: 'VERSION_TAGGED', data: { version: 'renamed' } })
      }
      const names = (await scenario.runtime.status()).services
        .find(({ service }) => service === 'web')
        ?.lifecycles.map(({ name }) => name) as Json
      same(names, ['web/v1', 'web/v2'], 'their names')
    },
  ),
]
