// Properties:
//   - Equal values give equal text, in whatever order their members were written; different values give different text.
//   - The text is JSON that reads back as the value.
//   - A copy is what reading the text would give, and shares nothing with the value.
//   - What JSON cannot hold is refused, hostile depth too, in linear time.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { canonicalJson, copiedJson, notJson } from './json.ts'

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).toReversed()
  // Through JSON text, so that `__proto__` stays a member.
  return JSON.parse(
    `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(shuffled(member))}`).join(',')}}`,
  )
}

describe('canonical JSON', () => {
  it('is the same for the same value, whatever the order of its members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown
        expect(canonicalJson(shuffled(plain))).toBe(canonicalJson(plain))
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('sorts by code unit, leaves absent members out and writes no white space', () => {
    expect(
      canonicalJson({ b: 1, a: [1, undefined, null], Z: undefined, é: 'x', '\u{1F600}': 0, '\uFFFD': 1 }),
    ).toBe('{"a":[1,null,null],"b":1,"é":"x","\u{1F600}":0,"\uFFFD":1}')
    expect(canonicalJson({ 10: 'x', 9: 'y' })).toBe('{"10":"x","9":"y"}')
    expect(canonicalJson(-0)).toBe('0')
    // oxlint-disable-next-line no-sparse-arrays -- a hole must not make text that is no JSON
    expect(canonicalJson([1, , 2])).toBe('[1,null,2]')
  })

  it('writes each text as JSON does', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes)
        expect(canonicalJson([text, { [text]: 1 }])).toBe(
          `[${JSON.stringify(text)},{${JSON.stringify(text)}:1}]`,
        )
      }),
      { numRuns: 300, seed: 1 },
    )
    // Each one by itself, too: most of the above hold one that needs escaping.
    for (let code = 0; code <= 0xffff; code += 1) {
      const text = `a${String.fromCharCode(code)}`
      if (canonicalJson(text) !== JSON.stringify(text))
        expect.fail(`U+${code.toString(16)} is written otherwise`)
    }
  })

  it('writes `__proto__` as the member that it is', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}')
  })

  it.each([
    ['a function', () => 0],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['nothing', undefined],
    ['NaN', Number.NaN],
    ['infinity', { a: [Number.POSITIVE_INFINITY] }],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  })

  it('refuses a value that contains itself, and takes one that stands there twice', () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = [loop]
    expect(() => canonicalJson(loop)).toThrow('a value that contains itself has no JSON form')
    const twice = { a: 1 }
    expect(canonicalJson([twice, twice])).toBe('[{"a":1},{"a":1}]')
    const itself = { toJSON: (): unknown => itself }
    expect(() => canonicalJson(itself)).toThrow('a value that contains itself has no JSON form')
  })

  it('refuses hostile depth as an error, not as an overflow of the stack', () => {
    const deep = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown
    expect(canonicalJson(deep(500))).toHaveLength(1_000)
    expect(() => canonicalJson(deep(501))).toThrow('more than 500 levels')
    expect(() => canonicalJson(deep(100_000))).toThrow(TypeError)
  })
})

describe('what is no JSON', () => {
  class Money {}
  const self: Record<string, unknown> = {}
  self['inner'] = { self }
  let deep: unknown = 0
  for (let level = 0; level < 600; level += 1) deep = [deep]

  it.each([
    [{ a: { when: new Set() } }, 'a.when is a Set, which has no JSON form'],
    [{ a: [1, new Map()] }, 'a[1] is a Map, which has no JSON form'],
    [{ price: new Money() }, 'price is a Money, which has no JSON form'],
    [{ a: () => 1 }, 'a is a function, which has no JSON form'],
    [{ a: 1n }, 'a is a bigint, which has no JSON form'],
    [{ a: Number.NaN }, 'a is NaN, which has no JSON form'],
    [self, 'inner.self contains itself, which has no JSON form'],
  ])('is said with its place: %#', (value, said) => {
    expect(notJson(value)).toBe(said)
  })

  it('is nothing that comes back from a round trip as it was', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        if (notJson(value) !== undefined || value === undefined) return
        const back: unknown = JSON.parse(JSON.stringify(value))
        expect(canonicalJson(back)).toBe(canonicalJson(value))
      }),
      { numRuns: 500, seed: 1 },
    )
  })

  it('is nested without end', () => {
    expect(notJson({ deep })).toMatch(/… has more than 500 levels of nesting/)
    expect(() => copiedJson({ deep })).toThrow(/more than 500 levels of nesting/)
  })

  it('is not what a round trip gives back, absent members aside', () => {
    const twice = { a: 1 }
    expect(notJson({ a: null, b: undefined, c: [twice, twice, 'x', false, -0.5] })).toBeUndefined()
    expect(notJson(Object.assign(Object.create(null) as object, { a: 1 }))).toBeUndefined()
  })
})

describe('a copy', () => {
  it('is what reading the text of the value would give', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(canonicalJson(copiedJson(value))).toBe(canonicalJson(value))
      }),
    )
    const odd = { a: undefined, b: [undefined, 1, , 2], c: { d: [] } } // eslint-disable-line no-sparse-arrays
    expect(Object.keys(copiedJson(odd))).toEqual(['b', 'c'])
    expect(JSON.stringify(copiedJson(odd))).toBe(JSON.stringify(odd))
  })

  it('has no member that would be its prototype', () => {
    const hostile = JSON.parse('{"__proto__":{"admin":true}}') as { admin?: boolean }
    const copy = copiedJson(hostile)
    expect(copy.admin).toBeUndefined()
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}')
  })

  it('shares nothing with the value', () => {
    const value = { list: [{ a: 1 }] }
    const copy = copiedJson(value)
    copy.list[0]!.a = 2
    expect(value).toEqual({ list: [{ a: 1 }] })
  })
})
