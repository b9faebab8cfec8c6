// Properties:
//   - A row's hash depends on the row before it and on every member of its own; on nothing else.
//   - Put together from texts it is the same hash.

import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { rowHash, rowHashOfText } from './chain.ts'
import { canonicalJson, type Json } from './json.ts'

const crypto = { sha256: (text: string) => createHash('sha256').update(text).digest('hex') }
const row = {
  sequence: 1,
  actor: 'web/v1',
  version: 1,
  definition: 'd',
  at: 5,
  key: { source: 'git', id: 'c1' },
  entry: { a: 1, b: [2] },
}

describe('[D10] the hash of a row', () => {
  const hash = rowHash(crypto, '', row)

  it('is the SHA-256 of the hash before it and the row as canonical JSON', () => {
    const text =
      '\n{"actor":"web/v1","at":5,"definition":"d","entry":{"a":1,"b":[2]},"key":{"id":"c1","source":"git"},"sequence":1,"version":1}'
    expect(hash).toBe(crypto.sha256(text))
  })

  it('changes with the row before it and with each member', () => {
    const others = [
      rowHash(crypto, 'x', row),
      rowHash(crypto, '', { ...row, sequence: 2 }),
      rowHash(crypto, '', { ...row, actor: 'web/v2' }),
      rowHash(crypto, '', { ...row, version: 2 }),
      rowHash(crypto, '', { ...row, definition: 'e' }),
      rowHash(crypto, '', { ...row, at: 6 }),
      rowHash(crypto, '', { ...row, key: null }),
      rowHash(crypto, '', { ...row, entry: { a: 1, b: [3] } }),
    ]
    expect(new Set([hash, ...others]).size).toBe(others.length + 1)
  })

  it('does not change with the order of members, or with what a store adds', () => {
    expect(rowHash(crypto, '', { ...row, entry: { b: [2], a: 1 } })).toBe(hash)
    expect(rowHash(crypto, '', { ...row, hash: 'h' } as typeof row)).toBe(hash)
  })

  it('is the same put together from the entry’s text', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    const text = units.map((codes) => String.fromCharCode(...codes))
    const rows = fc.record({
      sequence: fc.nat(),
      actor: text,
      version: fc.nat(),
      definition: text,
      at: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      key: fc.option(fc.record({ source: text, id: text })),
      entry: fc.jsonValue() as fc.Arbitrary<Json>,
    })
    fc.assert(
      fc.property(text, rows, (previous, given) => {
        const { entry } = given
        expect(rowHashOfText(crypto, previous, { ...given, entry: canonicalJson(entry) })).toBe(
          rowHash(crypto, previous, given),
        )
      }),
      { numRuns: 300, seed: 1 },
    )
  })
})
