// Properties:
//   - An operation is found by its plan's first digits, its id, or its task; the only one needs no name.
//   - One that is not found is told with those that wait, and with the nearest; one that needs no answer, with its state.

import type { OperationView, StatusView } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { operation, status } from '../../test/views.ts'
import { findOperation } from './_operation.ts'

function statusOf(...operations: readonly OperationView[]): StatusView {
  const view = status()
  const [service] = view.services
  const [lifecycle] = service!.lifecycles
  return { ...view, services: [{ ...service!, lifecycles: [{ ...lifecycle!, operations }] }] }
}

const waiting = operation()
const running = operation({
  id: 'web/v2~rollback:s1:2:0',
  task: 'verify_recovery',
  plan: 'a'.repeat(64),
  status: 'running',
})
const find = (wanted: string | undefined) =>
  findOperation(statusOf(waiting, running), wanted, ['awaiting_approval'])

describe('an operation that waits', () => {
  it.each([undefined, waiting.plan.slice(0, 4), waiting.id, `${waiting.agent}.${waiting.task}`])(
    'is found by %s',
    (wanted) => {
      expect(find(wanted).id).toBe(waiting.id)
    },
  )
})

describe('what is not found', () => {
  it.each([
    [
      'incident-response-agent.rol_back',
      'no operation is incident-response-agent.rol_back: 4f2a9c11 incident-response-agent.roll_back for web/v2.3.1; did you mean incident-response-agent.roll_back?',
    ],
    [
      '4f2a9c12',
      'no operation is 4f2a9c12: 4f2a9c11 incident-response-agent.roll_back for web/v2.3.1; did you mean 4f2a9c11?',
    ],
    [
      'incident-response-agent.verify_recovery',
      'incident-response-agent.verify_recovery is running, and needs no answer: 4f2a9c11 incident-response-agent.roll_back for web/v2.3.1',
    ],
  ])('is told with what waits: %s', (wanted, message) => {
    expect(() => find(wanted)).toThrow(message)
  })

  it('is told where nothing waits', () => {
    expect(() => findOperation(statusOf(running), 'abcd', ['awaiting_approval'])).toThrow(
      'no operation is abcd; none waits for you',
    )
    expect(() => findOperation(statusOf(), undefined, ['awaiting_approval'])).toThrow(
      'no operation waits for you',
    )
  })
})
