// Shows: what would come of signals, now and after an earlier row, and who may send which; nothing comes of the asking.

import { deepEqual, equal } from 'node:assert/strict'

import { createRuntime } from 'opschart'

await using runtime = await createRuntime()
const ann = runtime.as({ person: 'ann' })
await ann.adopt({ to: 'web/v1', phase: 'PRODUCTION', reason: 'it runs already' })
const { sequence: before } = (await runtime.past({ actor: 'web/v1' }))!
await ann.send('web/v1', { type: 'INCIDENT_DECLARED', data: { reason: 'it is slow' } })
await runtime.idle()
const { head } = await runtime.status()

// One after the other: once the incident is resolved, nobody can acknowledge it.
const supposed = await runtime.whatIf({
  actor: 'web/v1',
  signals: [
    { by: 'agent:developer-agent', type: 'INCIDENT_RESOLVED' },
    { by: 'person:ann', type: 'INCIDENT_RESOLVED' },
    { by: 'person:ann', type: 'INCIDENT_ACKNOWLEDGED' },
  ],
})
deepEqual(
  supposed!.outcomes.map(({ verdict, state }) => [verdict.kind, state.value]),
  [
    ['refused', 'INCIDENT'],
    ['accepted', 'PRODUCTION'],
    ['refused', 'PRODUCTION'],
  ],
)

// Had the performance been reported instead, this would have been written, and this asked for.
const instead = await runtime.whatIf({
  actor: 'web/v1',
  sequence: before,
  signals: [{ by: 'watcher:logs', type: 'PERFORMANCE_DEGRADED' }],
})
const [outcome] = instead!.outcomes
equal(instead!.before.value, 'PRODUCTION')
console.log(outcome!.steps.map(({ text }) => text).join('\n'))

// Who may send what is the law's own answer, gates and all.
const { signals, principals } = (await runtime.whoMay({ actor: 'web/v1' }))!
const resolved = signals.find(({ type }) => type === 'INCIDENT_RESOLVED')!
deepEqual(
  principals.filter((_, index) => resolved.answers[index]!.kind === 'accepted'),
  ['person:any'],
)

equal((await runtime.status()).head.hash, head.hash)
