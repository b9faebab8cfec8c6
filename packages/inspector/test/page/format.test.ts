// Properties:
//   - Who a step came from is told by name; what an actor's own work or time tells is told to be its own.
//   - A filter says where it found what a row does not show.

import type { InspectedSource } from '@opschart/core'
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

  it('comes from an actor of its source by its name', () => {
    const actors = new Map([['x:0', { name: 'door' }]]) as unknown as InspectedSource['actors']
    expect(fromText(step('OPEN', 'x:0'), actors)).toBe('door')
    expect(fromText(step('OPEN', 'x:1'), actors)).toBe('x:1')
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
