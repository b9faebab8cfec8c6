// Properties:
//   - Persons and agents stand before whatever reports; of a kind, whoever may do most stands first.
//   - Words leave out whom they do not name, or, where they name nobody, what they do not name.

import type { WhoMayView } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { columnsOf, rowsOf } from '../../page/who-may.ts'

const answers = (...kinds: ('accepted' | 'refused')[]) => kinds.map((kind) => ({ kind, reason: kind }))
const view: WhoMayView = {
  actor: 'web/one',
  sequence: 1,
  state: { status: 'active', value: 'REVIEW' },
  principals: ['watcher:any', 'agent:tester', 'agent:reviewer-agent', 'system', 'person:ann'],
  signals: [
    {
      type: 'REVIEW_APPROVED',
      here: true,
      answers: answers('accepted', 'refused', 'accepted', 'refused', 'refused'),
    },
    {
      type: 'SUPERSEDED',
      here: true,
      answers: answers('accepted', 'refused', 'refused', 'accepted', 'refused'),
    },
  ],
}
const names = (text: string) => columnsOf(view, text).map(({ by }) => by)

describe('who may do what', () => {
  it('has persons and agents first, and of them whoever may do most', () => {
    expect(names('')).toEqual(['person:ann', 'agent:reviewer-agent', 'agent:tester', 'watcher:any', 'system'])
    expect(columnsOf(view, '').map(({ isFirst }) => isFirst)).toEqual([true, true, false, true, true])
    expect(columnsOf(view, '').map(({ place }) => view.principals[place])).toEqual(names(''))
  })

  it('is found by who, or by what', () => {
    expect(names('Reviewer')).toEqual(['agent:reviewer-agent'])
    expect(rowsOf(view, 'Reviewer')).toEqual(view.signals)
    expect(names('superseded')).toHaveLength(5)
    expect(rowsOf(view, 'superseded').map(({ type }) => type)).toEqual(['SUPERSEDED'])
    expect([names('nothing'), rowsOf(view, 'nothing')]).toEqual([[], []])
  })
})
