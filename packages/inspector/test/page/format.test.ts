// Properties:
//   - Who a step came from is told by name; what an actor's own work or time tells is told to be its own.
//   - A filter says where it found what a row does not show.

import { describe, expect, it } from 'vitest'

import { isInData, noFilter } from '../../page/filter.ts'
import { fromText } from '../../page/format.ts'

const step = (type: string, from: string | null = null, data = {}) => ({
  actor: 'web/one',
  sequence: 7,
  at: 0,
  event: { ...data, type },
  from,
  text: `${type} of web/one`,
})

describe('a row', () => {
  it.each([
    ['operation.settled', null, 'its own work'],
    ['xstate.done.actor.check', null, 'its own work'],
    ['xstate.after.600.x', null, 'its own time'],
    ['GO', null, 'not known'],
    ['GO', 'person:ann', 'person:ann'],
  ])('%s of %s comes from %s', (type, from, told) => {
    expect(fromText(step(type, from))).toBe(told)
  })

  it('is found by what it shows, or by its data', () => {
    const found = (text: string) =>
      isInData({ ...noFilter, text }, step('ASKED', 'rule:x', { because: 'ERROR' }))
    expect([found(''), found('asked'), found('#7'), found('rule:X'), found('error')]).toEqual([
      false,
      false,
      false,
      false,
      true,
    ])
  })
})
