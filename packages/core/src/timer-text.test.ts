// Properties:
//   - A timer is told by what happens when its time comes, and what keeps it from happening; never by its id.

import { describe, expect, it } from 'vitest'

import { releaseLifecycle } from './release/release.lifecycle.ts'
import { timerText } from './timer-text.ts'

const { definition } = releaseLifecycle
const told = (id: string, event: object = {}) =>
  timerText(definition, { id, event: { type: id, ...event } }, (operation) =>
    operation === 'web/v2:3:0' ? 'developer-agent.deploy' : undefined,
  )

describe('a timer', () => {
  it.each([
    [
      'xstate.after.acknowledgement.release.INCIDENT',
      {},
      'a person is told, unless somebody has acknowledged the incident or INCIDENT is left',
    ],
    [
      'xstate.after.rollback_time.release.ROLLBACK',
      {},
      'a person is told that the roll-back has not ended, unless ROLLBACK is left',
    ],
    [
      'approval:web/v2:3:0',
      { operation: 'web/v2:3:0' },
      'the approval of developer-agent.deploy expires: unanswered, it is not done, and a person is told',
    ],
    [
      'expiry:web/v2:3:0',
      { operation: 'web/v2:3:0' },
      'developer-agent.deploy is given up, unless a phase admits it',
    ],
    ['expiry:web/v1:3:0', { operation: 'web/v1:3:0' }, 'an operation is given up, unless a phase admits it'],
    [
      'xstate.after.for.rule:error_spike.pending',
      {},
      'error_spike fires, unless the measure falls below its threshold',
    ],
    [
      'xstate.after.backoff.incident_detected.triage.backoff',
      {},
      'triage of incident_detected is tried again',
    ],
    [
      'xstate.after.backoff.post_deployment.parallel_1.running.branch_2.update_readme.backoff',
      {},
      'update_readme of post_deployment is tried again',
    ],
    ['xstate.after.900000.nightly.sweep', {}, 'sweep of nightly runs out of time, unless it ends'],
    ['xstate.after.soon.other.SOMEWHERE', {}, 'soon is over in SOMEWHERE'],
    ['anything', {}, 'anything'],
  ])('%s', (id, event, text) => {
    expect(told(id, event)).toBe(text)
  })

  it('of a law of one’s own is told by the names of its actions', () => {
    const own = {
      ...definition,
      phases: { BAKING: { after: { patience: { does: ['look_again', 'ask_a_person'] } } } },
    }
    const id = 'xstate.after.patience.release.BAKING'
    expect(timerText(own, { id, event: { type: id } }, () => undefined)).toBe(
      'look again, ask a person, unless BAKING is left',
    )
  })
})
