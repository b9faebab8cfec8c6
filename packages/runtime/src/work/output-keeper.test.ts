// Properties of what is kept of an output:
//   - All of it up to the limit; beyond it the beginning and the end, with how much is missing between.
//   - However it comes in pieces, the same text; no character is torn, at the cut or where the halves meet.

import { Buffer } from 'node:buffer'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { outputKeeper } from './output-keeper.ts'

function kept(limit: number, pieces: readonly Buffer[]): { text: string; cut: boolean } {
  const keeper = outputKeeper(limit)
  for (const piece of pieces) keeper.add(piece)
  return { text: keeper.text(), cut: keeper.cut() }
}

describe('what is kept of an output', () => {
  it('is all of it, up to the limit', () => {
    expect(kept(10, [Buffer.from('01234'), Buffer.from('56789')])).toEqual({ text: '0123456789', cut: false })
  })

  it('is its beginning and its end beyond that', () => {
    const text = `${'a'.repeat(50)}${'b'.repeat(50)}`
    expect(kept(10, [Buffer.from(text)])).toEqual({ text: 'aaaaa\n… 90 bytes left out …\nbbbbb', cut: true })
  })

  it('tears no character where the two halves meet', () => {
    expect(kept(8, [Buffer.from('äöüß')]).text).toBe('äöüß')
    expect(kept(9, [Buffer.from('xäöüß')])).toEqual({ text: 'xäöüß', cut: false })
  })

  it('tears no character at the cut', () => {
    const { text } = kept(10, [Buffer.from('€'.repeat(20))])
    expect(text).toBe('€\n… 50 bytes left out …\n€')
  })

  it('is the same however it comes in pieces', () => {
    const pieces = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 200 })
    fc.assert(
      fc.property(pieces, fc.integer({ min: 2, max: 300 }), (texts, limit) => {
        const whole = kept(limit, [Buffer.from(texts.join(''))])
        expect(
          kept(
            limit,
            texts.map((text) => Buffer.from(text)),
          ),
        ).toEqual(whole)
        if (Buffer.from(texts.join('')).length <= limit)
          expect(whole.text).toBe(texts.join('').toWellFormed())
      }),
      { numRuns: 100 },
    )
  })
})
