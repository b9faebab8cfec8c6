// Properties:
//   - What is written of an entry is read as that very entry, whatever it holds.
//   - What the rest of a row says, or says nothing, is not written.

import { describe, expect, it } from 'vitest'

import type { Effect } from './effect.ts'
import { entryOf, takenReason, writtenEntry, type JournalEntry } from './journal.ts'

const row = { actor: 'machine:order/1', version: 3, at: 2, key: { source: 'person:ann', id: 'a' } }
const entry: JournalEntry = {
  kind: 'signal',
  decider: 'machine:order',
  service: '',
  event: { type: 'PAID' },
  by: 'person:ann',
  severity: null,
  facts: null,
  operation: null,
  verdict: { kind: 'accepted', from: 'open', phase: 'paid', reason: 'PAID: open → paid' },
  moved: null,
  effects: [
    { kind: 'cancel_timer', key: 'machine:order/1:3:0', id: 'late' },
    { kind: 'timer', key: 'machine:order/1:3:1', id: 'late', due: 5, event: { type: 'late' } },
    { kind: 'emit', key: 'machine:order/1:3:2', event: { type: 'receipt' } },
  ],
  changes: [],
  cause: null,
}
const read = (given: JournalEntry, of: typeof row | (Omit<typeof row, 'key'> & { key: null }) = row) =>
  entryOf({ ...of, entry: JSON.parse(JSON.stringify(writtenEntry(given, of))) as never })

describe('an entry', () => {
  it('is written without what the rest of its row says', () => {
    expect(writtenEntry(entry, row)).toEqual({
      event: { type: 'PAID' },
      verdict: { kind: 'accepted', from: 'open', phase: 'paid' },
      effects: [
        { kind: 'cancel_timer', id: 'late' },
        { kind: 'timer', id: 'late', in: 3 },
        { kind: 'emit', event: { type: 'receipt' } },
      ],
    })
  })

  const odd: Effect = { kind: 'timer', key: 'another', id: 'late', due: 5, event: { type: 'late', more: 1 } }
  const accepted = { kind: 'accepted', from: 'open', phase: 'open' } as const
  it.each<[string, Partial<JournalEntry>]>([
    ['as it is', {}],
    ['from somebody whom its source does not name', { by: 'watcher:git' }],
    ['from nobody', { by: null }],
    ['of another kind', { kind: 'opened' }],
    ['that another kernel decided', { decider: 'none' }],
    ['with effects under other keys and with other events', { effects: [odd, ...entry.effects] }],
    ['with a timer due at what no time after the row gives', { effects: [{ ...odd, due: 1e-9 }] }],
    ['with a timer overdue', { effects: [{ ...odd, due: -5 }] }],
    ['with a reason of its own', { verdict: { ...accepted, reason: 'PAID noted' } }],
    ['that stays where it is', { verdict: { ...accepted, reason: 'PAID in open' } }],
    ['that names a release', { verdict: { ...accepted, reason: 'PAID in open', lifecycle: 'web/1' } }],
    ['with another verdict', { verdict: { kind: 'ignored', reason: 'nothing here waits for it' } }],
    [
      'with all that there can be',
      { severity: 'HIGH', moved: { from: 'a', to: 'b' }, cause: 'x', service: 'web' },
    ],
  ])('%s is read as it was', (_, part) => {
    const given = { ...entry, ...part }
    expect(read(given)).toEqual(given)
  })

  it.each(['machine:order/1~payment', 'machine:order/1~a/b', 'web/v1', 'ledger:web'])(
    'of %s, whose name tells no kernel, is read as it was',
    (actor) => {
      const given = { ...entry, decider: 'machine:order/payment' }
      expect(read(given, { ...row, actor })).toEqual({ ...given, effects: given.effects })
    },
  )

  it('written before timers were told by their distance is read as it was', () => {
    const effects = [{ kind: 'timer', id: 'late', due: 5 }]
    const written = { ...(writtenEntry(entry, row) as object), effects } as never
    expect(entryOf({ ...row, entry: written }).effects).toEqual(
      [entry.effects[1]].map((effect) => ({ ...effect, key: `${row.actor}:3:0` })),
    )
  })

  it('of a row that no signal began is read as it was', () => {
    const none = { ...row, key: null }
    for (const by of [null, 'person:ann'] as const)
      expect(read({ ...entry, by }, none)).toEqual({ ...entry, by })
  })
})

it('an arrow that was taken is told by where it led', () => {
  expect(takenReason('PAID', { from: 'open', phase: 'paid' })).toBe('PAID: open → paid')
  expect(takenReason('PAID', { from: 'open', phase: 'open' })).toBe('PAID in open')
})
