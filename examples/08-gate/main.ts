// Shows: a gate of one's own. It is synchronous and pure: what it may look at is the release's context and the signal
// with its time and facts, so that replaying the journal gives the same answer.

import { equal } from 'node:assert/strict'

import { createRuntime, defineLifecycle } from 'opschart'
import { simulatedClock } from 'opschart/testing'

const lifecycle = defineLifecycle(
  {
    id: 'release',
    agents: ['deployer'],
    initial: 'STAGING',
    phases: {
      STAGING: {
        allow: ['deployer'],
        on: { RELEASED: { to: 'PRODUCTION', by: ['deployer', 'person'], gate: 'not_on_friday' } },
      },
      PRODUCTION: { allow: [] },
    },
  },
  {
    gates: {
      not_on_friday({ event }) {
        const friday = new Date(event.now).getUTCDay() === 5
        return friday ? 'nothing is released on a Friday (UTC)' : true
      },
    },
  },
)

const friday = Date.UTC(2026, 0, 2)
const clock = simulatedClock(friday)
await using runtime = await createRuntime({ lifecycle, clock })
const ann = runtime.as({ person: 'ann' })

const refused = await ann.send('web/v2', { type: 'RELEASED' })
equal(refused.reason, 'RELEASED in STAGING: gate not_on_friday: nothing is released on a Friday (UTC)')

await clock.set(Date.UTC(2026, 0, 5))
equal((await ann.send('web/v2', { type: 'RELEASED' })).kind, 'accepted')

// A gate that throws refuses the signal with its error; it never stops the process.
equal((await runtime.audit()).sound, true)
console.log(refused.reason)
