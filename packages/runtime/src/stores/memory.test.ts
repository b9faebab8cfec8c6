// Properties (those of every store are the cases of @opschart/testing, run in the root's test/stores.test.ts):
//   - Text keeps apart what is apart, keeps prefixes, and comes back as it was.
//   - An ordered list is always in order.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { orderedList } from './_ordered-list.ts'
import { afterPrefix, storedText, textOf } from './_text.ts'

const text = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xffff, 0xd800, 0xdc00, 0x30)))
  .map((units) => String.fromCharCode(...units))

describe('stored text', () => {
  it('is well-formed, and comes back as it was', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(storedText(any).isWellFormed()).toBe(true)
        expect(textOf(storedText(any))).toBe(any)
      }),
    )
  })

  it('of a beginning is the beginning of the stored text, unless a character is cut in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (prefix, rest) => {
        expect(storedText(prefix + rest).startsWith(storedText(prefix))).toBe(true)
      }),
    )
  }, 60_000)

  it('that begins so lies between the beginning and what comes after it, and no other does', () => {
    const bytes = (stored: string) => Buffer.from(stored, 'utf8')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const after = afterPrefix(one)
        for (const candidate of [other, one + other]) {
          const within =
            Buffer.compare(bytes(candidate), bytes(one)) >= 0 &&
            (after === undefined || Buffer.compare(bytes(candidate), bytes(after)) < 0)
          expect(within).toBe(candidate.startsWith(one))
        }
      }),
    )
  })

  it.each([
    ['a', 'b'],
    ['a\u{10ffff}', 'b'],
    ['\ud7ff', '\ue000'],
    ['\u{10ffff}', undefined],
    ['', undefined],
  ])('after %j comes %j', (prefix, after) => {
    expect(afterPrefix(prefix)).toBe(after)
  })
})

describe('an ordered list', () => {
  it('holds what was added and not removed, in order', () => {
    const change = fc.record({ add: fc.boolean(), value: fc.nat(20) })
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const list = orderedList<number>((one, other) => one - other)
        const model = new Set<number>()
        for (const { add, value } of changes) {
          if (add && !model.has(value)) list.add(value)
          if (!add) list.remove(value)
          if (add) model.add(value)
          else model.delete(value)
          expect(list.items).toEqual([...model].toSorted((one, other) => one - other))
        }
      }),
    )
  })
})
