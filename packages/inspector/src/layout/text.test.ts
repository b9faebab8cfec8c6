// Properties:
//   - Broken text stays within its width and its number of lines, and loses nothing without saying so by a `…`.
//   - What could not be seen is a �; pictures made of several characters stay whole.
//   - Widths are those that a browser measures in the font, without kerning.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { flow, lineHeight, seen } from './_text.ts'
import { measureSans } from './measure.ts'

const runs = fc.array(
  fc.record({
    role: fc.constantFrom('event' as const, 'guard' as const, 'by' as const),
    text: fc
      .array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 8 })
      .map((words) => words.join(' ')),
  }),
  { maxLength: 4 },
)

describe('broken text', () => {
  it('stays in its place, and says what it leaves out', () => {
    fc.assert(
      fc.property(
        runs,
        fc.integer({ min: 60, max: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (given, width, lines) => {
          const block = flow(given, { width, lines, measure: measureSans, hanging: 10 })
          expect(block.width).toBeLessThanOrEqual(width)
          expect(block.height).toBeLessThanOrEqual(lines * lineHeight)
          for (const { x, y, text, width: wide } of block.pieces) {
            expect(x + wide).toBeLessThanOrEqual(block.width)
            expect(y).toBeLessThan(block.height)
            expect(text).not.toBe('')
          }
          const written = block.pieces.map(({ text }) => text).join(' ')
          const whole = given
            .flatMap(({ text }) =>
              seen(text)
                .split(' ')
                .filter((word) => word !== ''),
            )
            .join(' ')
          if (!written.includes('…')) expect(written).toBe(whole)
        },
      ),
    )
  })

  it('begins lines after the first further in, and ends a cut one in …', () => {
    const text = flow([{ role: 'by', text: 'one two three four five' }], {
      width: 60,
      lines: 2,
      measure: measureSans,
      hanging: 10,
    })
    expect(text.pieces.map(({ text: piece, x }) => [piece, x])).toEqual([
      ['one two', 0],
      ['three fo…', 10],
    ])
  })
})

describe('what is seen of a name', () => {
  it.each([
    ['a\u202Eb', 'a�b'],
    ['a\u0000\u001B[1m', 'a��[1m'],
    ['a\nb\r\n\tc', 'a b c'],
    ['a\u3164\u200Bb', 'a��b'],
    ['\uD800', '�'],
    ['👩\u200D🚀 ❤\uFE0F', '👩\u200D🚀 ❤\uFE0F'],
    ['x'.repeat(301), `${'x'.repeat(300)}…`],
  ])('of %j is %j', (name, shown) => {
    expect(seen(name)).toBe(shown)
  })
})

describe('the width of a text', () => {
  it.each([
    ['STAGING', 100, 'normal', 450.05],
    ['STAGING', 100, 'bold', 455.57],
    ['漢字', 10, 'normal', 20],
    ['e\u0301', 10, 'normal', 5.6],
  ] as const)('%s at %i, %s', (text, size, weight, width) => {
    expect(measureSans(text, size, weight)).toBeCloseTo(width, 0)
  })
})
