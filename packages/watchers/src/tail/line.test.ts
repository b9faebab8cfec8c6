// Properties:
//   - However a file is cut into blocks, the lines are the same; no character is torn.
//   - A line that is too long is cut between characters, and its rest skipped.

import { Buffer } from 'node:buffer'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLines } from './line.ts'

/** Reads a whole content as a tail does: block by block, going on behind the last line. */
function read(content: Buffer, blockSize: number, longest: number): string[] {
  const texts: string[] = []
  let offset = 0
  let skipping = false
  let size = blockSize
  while (offset < content.length) {
    const block = content.subarray(offset, offset + size)
    const isFinal = offset + block.length >= content.length
    const {
      lines,
      skipped,
      skipping: isSkipping,
    } = splitLines(block, { offset, skipping, longest, final: isFinal })
    for (const line of lines) texts.push(line.text)
    const last = lines.at(-1)
    const end = last?.end ?? offset + skipped
    skipping = last?.open ?? isSkipping
    // A block that held no whole line is read again, larger.
    size = end === offset ? size * 2 : blockSize
    offset = end
  }
  return texts
}

describe('splitting', () => {
  it('gives the same lines whatever the blocks', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', '👋', ' ', '\0', '\r'), maxLength: 20 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.integer({ min: 1, max: 64 }), (lines, blockSize) => {
        const content = Buffer.from(lines.map((text) => `${text}\n`).join(''))
        const wanted = lines.map((text) => text.replace(/^\0+/u, '').replace(/\r$/u, ''))
        expect(read(content, blockSize, 1_000)).toEqual(wanted)
      }),
      { numRuns: 300, seed: 20_260_101 },
    )
  })

  it.each([9, 10, 11, 12, 13])('cuts a long line between characters: at %i bytes', (longest) => {
    const [text = ''] = read(Buffer.from(`${'👋'.repeat(20)}\nnext\n`), 1_000, longest)
    expect(text).toBe('👋'.repeat(Math.floor(longest / 4)))
  })

  it('skips the rest of a long line, over several blocks', () => {
    expect(read(Buffer.from(`${'x'.repeat(500)}\nnext\n`), 30, 20)).toEqual(['x'.repeat(20), 'next'])
  })
})
