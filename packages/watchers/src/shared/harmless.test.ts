// Properties:
//   - What was made harmless has no control, terminal or invisible characters, is well-formed and bounded.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { harmlessJson, harmlessLines, harmlessText } from './harmless.ts'

describe('harmless text', () => {
  it('has nothing in it that a terminal or a model would act on', () => {
    expect(
      harmlessText('\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u001b\\link\u0007\r\nnext\tone', 100),
    ).toBe('red link next one')
    expect(harmlessText('a\u202eb\u200bc\u{e0041}d\u{e0042}e\u2028f', 100)).toBe('abcde f')
    expect(harmlessLines('a\r\n\tb\u0000\u001b[2Jc\n', 100)).toBe('a\n  bc')
  })

  it('keeps what people write', () => {
    const text = 'Grüße, 你好, नमस्ते, می‌خواهم, 👩‍👩‍👧 e\u0301'
    expect(harmlessText(text, 100)).toBe(text)
  })

  it('is bounded and well-formed, whatever it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 2, max: 60 }),
        (text, limit) => {
          for (const clean of [harmlessText(text, limit), harmlessLines(text, limit)]) {
            expect(clean.length).toBeLessThanOrEqual(limit)
            expect(clean.isWellFormed()).toBe(true)
            expect(clean.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
          }
        },
      ),
      { numRuns: 300, seed: 20_260_101 },
    )
    expect(harmlessText('x\ud800y', 10)).toBe('x\ufffdy')
    expect(harmlessText('ab👋👋', 5)).toBe('ab👋…')
  })

  it('is all the text of harmless JSON', () => {
    const value = JSON.parse(
      '{"a\\u0007":["\\u001b[2Jx",{"__proto__":1,"constructor":2}],"n":1,"z":null}',
    ) as never
    expect(harmlessJson(value)).toEqual({ a: ['x', {}], n: 1, z: null })
  })
})
