import { defineLifecycle, type LifecycleView, type SignalDraft, type Verdict } from '@opschart/core'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import { tokenOf, type Scenario } from './runtime-scenario.ts'
import { rejects, same, type Case } from './store-case.ts'

/** What can be seen of a release, less the place of its last row. */
async function seen(scenario: Scenario, release: string): Promise<Omit<LifecycleView, 'actorVersion'>> {
  const { actorVersion: _, ...view } = (await scenario.runtime.read(release))!
  return view
}

const commit = (scenario: Scenario, branch = 'one') =>
  scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch, commit: 'c1', author: 'bob' } })

/** A law with a gate that breaks and an arrow that sends its own signal again. */
const strange = defineLifecycle(
  {
    id: 'strange',
    agents: ['clerk'],
    initial: 'OPEN',
    phases: {
      OPEN: { allow: ['clerk'], on: { CLOSE: { to: 'CLOSED', by: ['person'], gate: 'broken' }, AGAIN: { does: ['send_again'] } } },
      CLOSED: { allow: [] },
    },
  },
  {
    gates: {
      broken() {
        throw new Error('the gate is off its hinges')
      },
    },
    actions: {
      send_again: ({ emit }) => emit({ type: 'signal', signal: { type: 'AGAIN', data: {} }, by: 'system' }),
    },
  },
)

/** Signals and the verdicts on them. */
export const signalCases: readonly Case<RuntimePlace>[] = [
  runtimeCase('[L1] a signal without an arrow from the present phase changes nothing but the place in the journal', async (scenario) => {
    await commit(scenario)
    const before = await seen(scenario, 'web/one')
    for (const type of ['ROLLBACK_REQUESTED', 'REVIEW_APPROVED', 'DEPLOYMENT_REQUESTED', 'INCIDENT_RESOLVED']) {
      same((await scenario.ann.send('web/one', { type })).kind, 'refused', type)
    }
    same(await seen(scenario, 'web/one'), before, 'the release')
    same(scenario.did, [], 'what was done')
  }),

  runtimeCase('[L4] a refusal says what was asked by whom and what is allowed, and is journaled', async (scenario) => {
    await commit(scenario)
    const verdict = await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED', id: 'mine' })
    if (verdict.kind !== 'refused') throw new Error(`it was ${verdict.kind}`)
    const { phase, allowed, reason } = verdict
    same([phase, allowed.agents], ['DEVELOPMENT', ['developer-agent', 'test-executor', 'documentation-agent']], 'where, and who may act')
    same(allowed.signals.some(({ type, by }) => type === 'REVIEW_REQUESTED' && by.includes('person')), true, 'what would be allowed')
    same(reason.includes('only STAGING has it'), true, reason)
    const row = (await scenario.rows()).find(({ sequence }) => sequence === verdict.sequence)
    same([row?.type, row?.by, row?.verdict?.kind], ['DEPLOYMENT_REQUESTED', 'person:ann', 'refused'], 'its row')
    const gate = await scenario.git.send('web', { type: 'CODE_MERGED', data: { branch: 'one' } })
    same(gate.kind, 'violation', 'a merge that nobody has reviewed')
  }),

  runtimeCase('[L5] names of the private path are accepted by no door: not sent, not reported, not with a token', async (scenario) => {
    await scenario.live('one', 'v1')
    const before = await seen(scenario, 'web/v1')
    const forged = ['xstate.done.actor.deploy', 'xstate.init', 'xstate.stop', 'xstate.after.acknowledgement.release.INCIDENT']
    const lower = ['operation.settled', 'approval.expired', 'workflow.left', 'measure', 'Deploy', 'SIGNAL ']
    for (const type of forged) same((await scenario.ann.send('web', { type })).kind, 'refused', type)
    for (const type of lower) await rejects(scenario.ann.send('web', { type }), 'input', type)
    await scenario.observe({ signals: [...forged, ...lower].map((type, index) => ({ type, id: `forged-${index}` })) })
    const answers: string[] = []
    scenario.script['documentation-agent.update_readme'] = async (_, context) => {
      const sender = await scenario.runtime.withToken(await tokenOf(context))
      for (const type of forged) answers.push((await sender!.send('web/v1', { type })).kind)
      for (const type of lower) await rejects(sender!.send('web/v1', { type }), 'input', type)
      return {}
    }
    await scenario.ann.send('web', { type: 'OPERATION_REQUESTED', data: { agent: 'documentation-agent', task: 'update_readme' } })
    await scenario.runtime.idle()
    same(answers, forged.map(() => 'refused'), 'with a token')
    same(await seen(scenario, 'web/v1'), before, 'the release')
    const told = (await scenario.rows()).filter(({ kind, by }) => kind === 'problem' && by === 'watcher:logs')
    same(told.length, lower.length, 'reports that were not understood are told')
  }),

  runtimeCase('[L5] a malformed signal is no signal, whatever is wrong with it', async (scenario) => {
    const deep = JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) as never
    const drafts = [{}, { type: 'A', by: 'system' }, { type: 'A', data: { deep } }, { type: 'A', time: -1 }, { type: 'A', severity: 'URGENT' }, null, 'A']
    for (const draft of drafts) await rejects(scenario.ann.send('web', draft as never), 'input', JSON.stringify(draft)?.slice(0, 40) ?? '')
    same(await scenario.rows(), [], 'rows')
  }),

  runtimeCase(
    '[L6] a gate that throws refuses the signal, with its error, and the runtime lives on',
    async (scenario) => {
      const verdict = await scenario.ann.send('web/x', { type: 'CLOSE' })
      same([verdict.kind, verdict.reason.includes('off its hinges')], ['refused', true], verdict.reason)
      same(await scenario.phase('web/x'), 'OPEN', 'the phase')
    },
    { lifecycle: strange, services: null },
  ),

  runtimeCase(
    '[L12] no chain of signals that cause one another is longer than 16',
    async (scenario) => {
      await scenario.ann.send('web/x', { type: 'AGAIN' })
      const kinds = (await scenario.verdicts('AGAIN')).map(({ kind }) => kind)
      same(kinds, [...Array.from({ length: 17 }, () => 'accepted'), 'refused'], 'the first, sixteen after it, and the one too many')
    },
    { lifecycle: strange, services: null },
  ),

  runtimeCase('[L7] what the law did not allow is a violation: shown, answered by a person with adopt, and moving nothing by itself', async (scenario) => {
    await commit(scenario)
    const merged = await scenario.git.send('web', { type: 'CODE_MERGED', data: { branch: 'one', commit: 'm1' } })
    same([merged.kind, await scenario.phase('web/one')], ['violation', 'DEVELOPMENT'], 'merged without a review')
    same((await scenario.runtime.status()).violations, 1, 'violations that nobody has answered')
    const adoption = { to: 'web/one', phase: 'STAGING', reason: 'merged by hand' }
    same((await scenario.runtime.as({ agent: 'developer-agent' }).adopt(adoption)).done, false, 'an agent adopts')
    same((await scenario.git.send('web/one', { type: 'ADOPTED', data: adoption })).kind === 'accepted', false, 'a watcher adopts')
    same((await scenario.ann.adopt(adoption)).done, true, 'a person adopts')
    same([await scenario.phase('web/one'), (await scenario.runtime.status()).violations], ['STAGING', 0], 'the phase, violations')
  }),

  runtimeCase('[L7] a deployment that nobody asked for is a violation; adopted, it is the live release', async (scenario) => {
    await scenario.staged('one', 'v1')
    const verdict = await scenario.git.send('web', { type: 'DEPLOYMENT_COMPLETE', data: { version: 'v1', environment: 'production' } })
    same([verdict.kind, await scenario.phase('web/v1')], ['violation', 'STAGING'], 'the report')
    await scenario.ann.adopt({ to: 'web/v1', phase: 'PRODUCTION', reason: 'it runs' })
    same((await scenario.runtime.read('web'))?.id, 'web/one', 'the live release')
    same((await scenario.ann.adopt({ to: 'web/v0', phase: 'PRODUCTION', reason: 'no, this one' })).done, true, 'one that was not known')
    same([await scenario.phase('web/one'), (await scenario.runtime.read('web'))?.id], ['RETIRED', 'web/v0'], 'the other, the live release')
  }),

  runtimeCase('[D2] a signal that was sent before gets the first verdict, as a duplicate, also after a restart and for a refusal', async (scenario) => {
    const draft: SignalDraft = { type: 'CODE_COMMITTED', id: 'push-1', data: { branch: 'one', commit: 'c1' } }
    const first = await scenario.git.send('web', draft)
    const asked: SignalDraft = { type: 'DEPLOYMENT_REQUESTED', id: 'ask-1' }
    const refused = await scenario.ann.send('web/one', asked)
    const rows = (await scenario.rows()).length
    same(await scenario.git.send('web', draft), { ...first, duplicate: true }, 'the second time')
    await scenario.restart()
    same(await scenario.git.send('web', { ...draft, data: { branch: 'other', commit: 'c2' } }), { ...first, duplicate: true }, 'the third time')
    same(await scenario.ann.send('web/one', asked), { ...refused, duplicate: true }, 'the refusal')
    same((await scenario.rows()).length, rows, 'rows')
  }),

  runtimeCase('[D2] of the same signal sent many times at once, one is decided', async (scenario) => {
    const draft: SignalDraft = { type: 'CODE_COMMITTED', id: 'push-1', data: { branch: 'one', commit: 'c1' } }
    const verdicts: Verdict[] = await Promise.all(Array.from({ length: 8 }, () => scenario.git.send('web', draft)))
    same(verdicts.filter(({ duplicate }) => duplicate !== true).length, 1, 'decided')
    same(new Set(verdicts.map(({ sequence }) => sequence)).size, 1, 'rows that they name')
  }),

  runtimeCase('[D2] nobody uses up the ids of another: a source is its channel’s own', async (scenario) => {
    const agent = scenario.runtime.as({ agent: 'developer-agent' })
    for (const source of ['git', 'watcher:git', 'web/one', 'rule:errors:web']) {
      await agent.send('web', { type: 'NOISE', id: 'push-1', source })
    }
    const draft: SignalDraft = { type: 'CODE_COMMITTED', id: 'push-1', source: 'git', data: { branch: 'one', commit: 'c1' } }
    same((await scenario.git.send('web', draft)).kind, 'accepted', 'the real one')
    same((await scenario.git.send('web', draft)).duplicate, true, 'the real one again')
  }),

  runtimeCase('[L4] a signal for what there is not is unrouted, and journaled', async (scenario) => {
    for (const to of ['shop', 'shop/v1', '', '../etc']) {
      same((await scenario.ann.send(to, { type: 'INCIDENT_DECLARED' })).kind, 'unrouted', `to “${to}”`)
    }
    same((await scenario.ann.send('web/v9', { type: 'INCIDENT_DECLARED' })).kind, 'unrouted', 'a release that there is not')
    same((await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })).kind, 'unrouted', 'a service without a live release')
    same((await scenario.rows()).length, 6, 'rows')
    const nobody = Promise.resolve().then(() => scenario.runtime.as('somebody' as never))
    await rejects(nobody, 'input', 'somebody who is no principal')
  }),

  runtimeCase('[L2] what somebody outside asks for gets a name of ours: it cannot pass for a step of a workflow', async (scenario) => {
    const held = scenario.hold('test-executor.run_integration_tests')
    const merging = scenario.merge('one', 'v1')
    await held.started
    const step = await scenario.operation('run_integration_tests')
    const data = { id: step.id, agent: 'documentation-agent', task: 'update_readme', warrant: step.workflow, until_move: true, input: { forged: true } }
    const verdict = await scenario.runtime.as({ agent: 'documentation-agent' }).send('web/one', { type: 'OPERATION_REQUESTED', data })
    same(verdict.kind, 'accepted', 'asked for, as an operation of its own')
    same((await scenario.runtime.as({ agent: 'test-executor' }).send('web/one', { type: 'OPERATION_REQUESTED', data: { ...data, agent: 'documentation-agent' } })).kind, 'refused', 'another agent’s work')
    held.release()
    await merging
    await scenario.runtime.idle()
    const asked = (await scenario.rows()).filter(({ type, by }) => type === 'OPERATION_REQUESTED' && by === 'agent:documentation-agent')
    const [{ data: given } = { data: null }] = asked
    same((given as { id: string; warrant: null }).id === step.id, false, 'the id that it chose is its own')
    same(scenario.did.filter((name) => name.startsWith('test-executor')).length, 1, 'starts of the step')
    same(await scenario.phase('web/v1'), 'STAGING', 'the phase')
  }),

  runtimeCase('text from outside is shown without what only a terminal would act on', async (scenario) => {
    const bell = String.fromCharCode(7)
    const escape = String.fromCharCode(27)
    await commit(scenario)
    await scenario.ann.send('web/one', { type: 'NOISE', data: { note: `${escape}[2J${escape}]0;title${bell}all is well\nreally` } })
    await scenario.ann.send(`web/${escape}[31mred`, { type: 'NOISE' })
    for (const { text, data } of await scenario.rows()) {
      const plain = !`${text}${JSON.stringify(data)}`.includes(escape) && !/\\u00(?:07|1b)/.test(JSON.stringify(data))
      same(plain, true, JSON.stringify(text))
    }
    const noise = (await scenario.rows()).find(({ type }) => type === 'NOISE')
    same(noise?.data, { note: 'all is well\nreally' }, 'what is kept')
  }),
]
