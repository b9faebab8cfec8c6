import { type LifecycleView, type SignalDraft, type Verdict } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import { tokenOf, type Scenario } from './runtime-scenario.ts'
import { rejects, same, type Case } from './store-case.ts'

/** What can be seen of a release, less the place of its last row. */
async function seen(scenario: Scenario, release: string): Promise<Partial<LifecycleView>> {
  return { ...(await scenario.runtime.read(release)), actorVersion: 0 }
}

const commit = (scenario: Scenario, branch = 'one') =>
  scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch, commit: 'c1', author: 'bob' } })

/** What comes in by the doors: once, under its own name, and no further than it may. */
export const doorCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L5] names of the private path are accepted by no door: not sent, not reported, not with a token',
    async (scenario) => {
      await scenario.live('one', 'v1')
      const before = await seen(scenario, 'web/v1')
      const forged = [
        'xstate.done.actor.deploy',
        'xstate.init',
        'xstate.stop',
        'xstate.after.acknowledgement.release.INCIDENT',
      ]
      const lower = ['operation.settled', 'approval.expired', 'workflow.left', 'measure', 'Deploy', 'SIGNAL ']
      for (const type of forged) same((await scenario.ann.send('web', { type })).kind, 'refused', type)
      for (const type of lower) await rejects(scenario.ann.send('web', { type }), 'input', type)
      await scenario.observe({
        signals: [...forged, ...lower].map((type, index) => ({ type, id: `forged-${index}` })),
      })
      const answers: string[] = []
      scenario.script['documentation-agent.update_readme'] = async (_, context) => {
        const sender = await scenario.runtime.withToken(await tokenOf(context))
        for (const type of forged) answers.push((await sender!.send('web/v1', { type })).kind)
        for (const type of lower) await rejects(sender!.send('web/v1', { type }), 'input', type)
        return {}
      }
      await scenario.ann.send('web', {
        type: 'OPERATION_REQUESTED',
        data: { agent: 'documentation-agent', task: 'update_readme' },
      })
      await scenario.runtime.idle()
      same(
        answers,
        forged.map(() => 'refused'),
        'with a token',
      )
      same(await seen(scenario, 'web/v1'), before, 'the release')
      const told = (await scenario.rows()).filter(
        ({ kind, by }) => kind === 'problem' && by === 'watcher:logs',
      )
      same(told.length, lower.length, 'reports that were not understood are told')
    },
  ),

  runtimeCase('[L5] a malformed signal is no signal, whatever is wrong with it', async (scenario) => {
    const deep = JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) as never
    const drafts = [
      {},
      { type: 'A', by: 'system' },
      { type: 'A', data: { deep } },
      { type: 'A', time: -1 },
      { type: 'A', severity: 'URGENT' },
      null,
      'A',
    ]
    for (const draft of drafts)
      await rejects(
        scenario.ann.send('web', draft as never),
        'input',
        JSON.stringify(draft)?.slice(0, 40) ?? '',
      )
    same(await scenario.rows(), [], 'rows')
  }),

  runtimeCase(
    '[D2] a signal that was sent before gets the first verdict, as a duplicate, also after a restart and for a refusal',
    async (scenario) => {
      const draft: SignalDraft = {
        type: 'CODE_COMMITTED',
        id: 'push-1',
        data: { branch: 'one', commit: 'c1' },
      }
      const first = await scenario.git.send('web', draft)
      const asked: SignalDraft = { type: 'DEPLOYMENT_REQUESTED', id: 'ask-1' }
      const refused = await scenario.ann.send('web/one', asked)
      const rows = (await scenario.rows()).length
      same(await scenario.git.send('web', draft), { ...first, duplicate: true }, 'the second time')
      await scenario.restart()
      same(
        await scenario.git.send('web', { ...draft, data: { branch: 'other', commit: 'c2' } }),
        { ...first, duplicate: true },
        'the third time',
      )
      same(await scenario.ann.send('web/one', asked), { ...refused, duplicate: true }, 'the refusal')
      same((await scenario.rows()).length, rows, 'rows')
    },
  ),

  runtimeCase('[D2] of the same signal sent many times at once, one is decided', async (scenario) => {
    const draft: SignalDraft = { type: 'CODE_COMMITTED', id: 'push-1', data: { branch: 'one', commit: 'c1' } }
    const verdicts: Verdict[] = await Promise.all(
      Array.from({ length: 8 }, () => scenario.git.send('web', draft)),
    )
    same(verdicts.filter(({ duplicate }) => duplicate !== true).length, 1, 'decided')
    same(new Set(verdicts.map(({ sequence }) => sequence)).size, 1, 'rows that they name')
  }),

  runtimeCase(
    '[D2] two sources may use one id: both signals are taken, and both workflows run',
    async (scenario) => {
      await commit(scenario)
      const data = { branch: 'one', origin: 'file' }
      for (const name of ['git', 'files']) {
        const verdict = await scenario.runtime
          .as(`watcher:${name}`)
          .send('web', { type: 'SCHEMA_CHANGED', id: '1', data: { ...data, path: name } })
        same([verdict.kind, verdict.duplicate ?? false], ['accepted', false], name)
        await scenario.runtime.idle()
      }
      same(scenario.did.filter((name) => name === 'contract-guardian.validate_change').length, 2, 'starts')
      same((await scenario.runtime.read('web/one'))?.workflows, [], 'what is left')
    },
  ),

  runtimeCase('[D2] nobody uses up the ids of another: a source is its channel’s own', async (scenario) => {
    const agent = scenario.runtime.as({ agent: 'developer-agent' })
    for (const source of ['git', 'watcher:git', 'web/one', 'rule:errors:web']) {
      await agent.send('web', { type: 'NOISE', id: 'push-1', source })
    }
    const draft: SignalDraft = {
      type: 'CODE_COMMITTED',
      id: 'push-1',
      source: 'git',
      data: { branch: 'one', commit: 'c1' },
    }
    same((await scenario.git.send('web', draft)).kind, 'accepted', 'the real one')
    same((await scenario.git.send('web', draft)).duplicate, true, 'the real one again')
  }),

  runtimeCase(
    '[L2] what somebody outside asks for gets a name of ours: it cannot pass for a step of a workflow',
    async (scenario) => {
      const held = scenario.hold('test-executor.run_integration_tests')
      const merging = scenario.merge('one', 'v1')
      await held.started
      const step = await scenario.operation('run_integration_tests')
      const data = {
        id: step.id,
        agent: 'documentation-agent',
        task: 'update_readme',
        warrant: step.workflow,
        until_move: true,
        input: { forged: true },
      }
      const verdict = await scenario.runtime
        .as({ agent: 'documentation-agent' })
        .send('web/one', { type: 'OPERATION_REQUESTED', data })
      same(verdict.kind, 'accepted', 'asked for, as an operation of its own')
      same(
        (
          await scenario.runtime
            .as({ agent: 'test-executor' })
            .send('web/one', { type: 'OPERATION_REQUESTED', data: { ...data, agent: 'documentation-agent' } })
        ).kind,
        'refused',
        'another agent’s work',
      )
      held.release()
      await merging
      await scenario.runtime.idle()
      const asked = (await scenario.rows()).filter(
        ({ type, by }) => type === 'OPERATION_REQUESTED' && by === 'agent:documentation-agent',
      )
      const [{ data: given } = { data: null }] = asked
      same((given as { id: string; warrant: null }).id === step.id, false, 'the id that it chose is its own')
      same(scenario.did.filter((name) => name.startsWith('test-executor')).length, 1, 'starts of the step')
      same(await scenario.phase('web/v1'), 'STAGING', 'the phase')
    },
  ),

  runtimeCase('text from outside is shown without what only a terminal would act on', async (scenario) => {
    const bell = String.fromCharCode(7)
    const escape = String.fromCharCode(27)
    await commit(scenario)
    await scenario.ann.send('web/one', {
      type: 'NOISE',
      data: { note: `${escape}[2J${escape}]0;title${bell}all is well\nreally` },
    })
    await scenario.ann.send(`web/${escape}[31mred`, { type: 'NOISE' })
    for (const { text, data } of await scenario.rows()) {
      const plain =
        !`${text}${JSON.stringify(data)}`.includes(escape) && !/\\u00(?:07|1b)/.test(JSON.stringify(data))
      same(plain, true, JSON.stringify(text))
    }
    const noise = (await scenario.rows()).find(({ type }) => type === 'NOISE')
    same(noise?.data, { note: 'all is well\nreally' }, 'what is kept')
  }),
]
