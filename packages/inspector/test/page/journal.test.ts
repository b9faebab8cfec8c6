// Properties:
//   - The timeline is the journal from its newest row to its oldest, whatever of it is here; what is not is known by its page.
//   - While it is read, what comes is not put before it.
//   - A search finds what its filter lets through, however often it goes on.

import { inspect, nothingInspected, type InspectionMessage, type InspectionStep } from '@opschart/core'
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'

import { lets, noFilter, type Filter } from '../../page/filter.ts'
import { missingPages, pageOf, pageSize, rowAt, rowsOf, searched, withPage } from '../../page/journal.ts'
import { firstModel, type Model } from '../../page/model.ts'

const step = (sequence: number, more: Partial<InspectionStep> = {}): InspectionStep => ({
  actor: 'web/v1',
  sequence,
  at: sequence,
  event: { type: `EVENT_${sequence}` },
  from: 'person:ann',
  ...more,
})
const source: InspectionMessage = {
  kind: 'source',
  source: 'journal',
  protocol: 1,
  name: 'journal',
  at: 0,
  answers: true,
}
/** A page that has heard of the rows from there on, of a journal of so many. */
function modelOf(head: number, heardFrom = head + 1, first = 1): Model {
  const steps = Array.from({ length: Math.max(0, head - heardFrom + 1) }, (_, place) => ({
    kind: 'step' as const,
    source: 'journal',
    ...step(heardFrom + place),
  }))
  return {
    ...firstModel,
    source: 'journal',
    first,
    head,
    inspected: inspect(nothingInspected, [source, ...steps]),
  }
}
const pageRows = (page: number, head: number): InspectionStep[] =>
  Array.from({ length: pageSize }, (_, place) => page * pageSize + place + 1)
    .filter((sequence) => sequence <= head)
    .map((sequence) => step(sequence))

describe('the timeline', () => {
  it('is every row once, the newest first, when the pages that are missing were read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 1, max: 500 }),
        (head, heard, begins) => {
          const first = Math.min(begins, head)
          let model = modelOf(head, Math.max(first, head - heard + 1), first)
          for (const page of missingPages(model, 0, head)) model = withPage(model, page, pageRows(page, head))
          const rows = rowsOf(model)
          const shown = Array.from({ length: rows.count }, (_, place) => rows.at(place)?.sequence)
          expect(shown).toEqual(Array.from({ length: head - first + 1 }, (_, place) => head - place))
          for (const place of [0, rows.count - 1]) expect(rows.indexOf(shown[place]!)).toBe(place)
          expect(missingPages(model, 0, head)).toEqual([])
        },
      ),
    )
  })

  it('asks only for the pages that are seen', () => {
    const model = modelOf(1_000_000, 999_999)
    expect(missingPages(model, 0, 1)).toEqual([])
    expect(missingPages(model, 500_000, 500_020)).toEqual(
      [pageOf(500_000), pageOf(499_980)].filter((page, place, all) => all.indexOf(page) === place),
    )
  })

  it('stays where it is while it is read, and forgets the page that was not used for the longest time', () => {
    const read: Model = { ...modelOf(10, 1), frozen: 8 }
    expect([rowsOf(read).count, rowsOf(read).at(0)?.sequence]).toEqual([8, 8])
    let model = modelOf(100_000)
    for (let page = 0; page < 300; page += 1) model = withPage(model, page, pageRows(page, 100_000))
    expect(model.pages.size).toBe(200)
    expect(rowAt(model, [], 1)).toBeUndefined()
    expect(rowAt(model, [], 299 * pageSize + 1)?.sequence).toBe(299 * pageSize + 1)
  })

  it('of an app that has no journal is what was heard of it, filtered', () => {
    const { answers: _, ...other } = source
    const known = inspect(nothingInspected, [
      other,
      { kind: 'step', source: 'journal', ...step(1, { actor: 'a' }) },
      { kind: 'step', source: 'journal', ...step(2, { actor: 'b' }) },
    ])
    const model: Model = { ...firstModel, source: 'journal', inspected: known, actor: 'a' }
    expect(rowsOf(model).count).toBe(2)
    const own = rowsOf({ ...model, filter: { ...noFilter, own: true } })
    expect([own.count, own.at(0)?.actor]).toEqual([1, 'a'])
  })
})

describe('a search', () => {
  it('shows what comes only when it is no longer read', () => {
    const found = [5, 4, 2].map((sequence) => step(sequence))
    const search = { id: 1, filter: noFilter, actor: null, found, next: 1, top: 5, seen: 5, isWaiting: false }
    const model: Model = { ...modelOf(5), search }
    expect(rowsOf(model).count).toBe(3)
    expect(rowsOf({ ...model, frozen: 4 }).at(0)?.sequence).toBe(4)
    expect(rowsOf({ ...model, frozen: 1 }).count).toBe(0)
  })

  const filter: Filter = { own: false, kinds: new Set(['refused']), text: 'ann' }
  it('finds the same however it is cut into looks', () => {
    const refused = {
      kind: 'refused' as const,
      reason: 'no',
      phase: 'X',
      allowed: { phase: 'X', signals: [], agents: [] },
    }
    const all = fc.array(
      fc.record({ isRefused: fc.boolean(), from: fc.constantFrom('person:ann', 'agent:x', null) }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(all, fc.integer({ min: 1, max: 50 }), (rows, stride) => {
        const steps = rows
          .map(({ isRefused, from }, place) =>
            step(place + 1, { from, ...(isRefused ? { verdict: refused } : {}) }),
          )
          .toReversed()
        let search = {
          id: 1,
          filter,
          actor: null,
          found: [],
          next: steps.length,
          seen: 0,
          top: steps.length,
          isWaiting: true,
        } as Parameters<typeof searched>[0]
        for (let at = 0; at < steps.length; at += stride)
          search = searched(search, steps.slice(at, at + stride), steps.length - at - stride)
        expect(search.found).toEqual(
          steps.filter((one) => one.from === 'person:ann' && one.verdict !== undefined),
        )
        expect(search.seen).toBe(steps.length)
      }),
    )
  })

  it('looks at all that is told of a row', () => {
    const row = step(7, { event: { type: 'PAID', order: { id: 'A-17' } }, text: 'is Paid' })
    for (const text of ['paid', 'a-17', '#7', 'web/v1', 'PERSON:ANN'])
      expect([text, lets({ ...noFilter, text }, null, row)]).toEqual([text, true])
    expect(lets({ ...noFilter, text: 'refund' }, null, row)).toBe(false)
    expect(lets({ ...noFilter, kinds: new Set(['other']) }, null, row)).toBe(true)
  })
})
