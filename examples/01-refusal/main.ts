// Shows: what the law does not allow is refused with the reason and the way out; nothing changes, and it is journaled.

import { deepEqual, equal } from 'node:assert/strict'

import { createRuntime, defineLifecycle } from 'opschart'

const release = defineLifecycle({
  id: 'release',
  agents: ['deployer', 'responder'],
  initial: 'STAGING',
  phases: {
    STAGING: { allow: ['deployer'], on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'] } } },
    PRODUCTION: { allow: ['responder'], on: { ERRORS_ROSE: 'INCIDENT' } },
    INCIDENT: { allow: ['responder'], on: { RESOLVED: 'PRODUCTION' } },
  },
})

await using runtime = await createRuntime({ lifecycle: release })
const responder = runtime.as({ agent: 'responder' })
const deployer = runtime.as({ agent: 'deployer' })

const refused = await responder.send('web/v2', { type: 'DEPLOYED' })
equal(refused.reason, 'DEPLOYED in STAGING: only deployer may send it, not agent:responder')
if (refused.kind !== 'refused') throw new Error(`it was ${refused.kind}`)
deepEqual(refused.allowed.signals, [{ type: 'DEPLOYED', by: ['deployer'] }])
equal((await runtime.read('web/v2'))?.phase, 'STAGING')

const accepted = await deployer.send('web/v2', { type: 'DEPLOYED' })
equal(accepted.reason, 'DEPLOYED: STAGING → PRODUCTION')

// The same signal again is a duplicate: it gets the first answer.
const first = await responder.send('web/v2', { type: 'ERRORS_ROSE', id: 'alert-1' })
const again = await responder.send('web/v2', { type: 'ERRORS_ROSE', id: 'alert-1' })
equal(again.reason, first.reason)
equal(again.duplicate, true)

const rows = await runtime.log()
deepEqual(
  rows.map(({ kind, verdict }) => verdict?.kind ?? kind),
  ['opened', 'refused', 'accepted', 'accepted'],
)
console.log(rows.map(({ text }) => text).join('\n'))
