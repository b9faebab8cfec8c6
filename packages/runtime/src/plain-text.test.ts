// Properties of text from outside, made plain:
//   - Nothing is left that only a terminal, or only a reader who sees less than there is, would act on. It is bounded.
//   - Whatever comes, the time it takes grows with its length, and what is plain already stays as it is.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { plainJson, plainLine } from './plain-text.ts'

const escape = '\u001b'

describe('a plain line', () => {
  it.each([
    ['all is well', 'all is well'],
    [`${escape}[31mred${escape}[0m`, 'red'],
    [`${escape}]0;title\u0007text`, 'text'],
    [`${escape}]8;;http://x${escape}\\link`, 'link'],
    ['one\r\ntwo\tthree', 'one two three'],
    ['a\u0000b\u0008c\u009bd', 'abcd'],
    ['abc\u202edcba\u2069', 'abcdcba'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['  around  ', 'around'],
  ])('of %j is %j', (text, plain) => expect(plainLine(text, 100)).toBe(plain))

  it('is at most as long as it may be, and says where it was cut', () => {
    expect(plainLine('abcdef', 6)).toBe('abcdef')
    expect(plainLine('abcdefg', 6)).toBe('abcde…')
    expect(plainLine('x'.repeat(10_000_000), 10)).toHaveLength(10)
  })

  it('has no control character and no lone surrogate, whatever it was made of', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (text, most) => {
          const plain = plainLine(text, most)
          expect(plain).not.toMatch(/\p{Cc}/u)
          expect([plain.isWellFormed(), plain.length <= most, plainLine(plain, most)]).toEqual([
            true,
            true,
            plain,
          ])
        },
      ),
    )
  })

  it.each([`${escape}]`, `${escape}[`, escape, '\u009b', `${escape}[0;`])(
    'of many %j takes no longer than it is long',
    (part) => {
      expect(plainLine(part.repeat(200_000), 1_000_000)).not.toContain(escape)
    },
  )
})

describe('plain JSON', () => {
  it('keeps line feeds and tabs, and is plain in every text, keys too', () => {
    const given = { [`a${escape}[2J`]: ['x\u0000', { b: 'line\n\tnext\u0007' }], n: 1, t: true, z: null }
    expect(plainJson(given)).toEqual({ a: ['x', { b: 'line\n\tnext' }], n: 1, t: true, z: null })
  })

  it('has no member that would be another’s prototype', () => {
    const plain = plainJson(JSON.parse('{"__proto__": {"forged": true}, "a": {"__proto__": 1}}') as never)
    expect(JSON.stringify(plain)).toBe('{"a":{}}')
    expect((plain as { forged?: boolean }).forged).toBeUndefined()
  })
})
