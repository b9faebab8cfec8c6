// Properties:
//   - The carets stand under what is meant, whatever the line's length and ending.
//   - Nothing in the file reaches the terminal but harmless characters.

import { describe, expect, it } from 'vitest'
import { codeFrame } from './code-frame.ts'

describe('codeFrame', () => {
  it('shows the line between its neighbours', () => {
    expect(codeFrame('one\ntwo\nthree\nfour', { line: 2, column: 2, length: 2 })).toBe(`1 | one
2 | two
  |  ^^
3 | three`)
  })

  it('pads numbers, and shows no line after the last', () => {
    const text = `${Array.from({ length: 10 }, (_, index) => `l${index + 1}`).join('\r\n')}\r\n`
    expect(codeFrame(text, { line: 10, column: 1, length: 99 })).toBe(` 9 | l9
10 | l10
   | ^^^`)
  })

  it('cuts a long line around the place', () => {
    const line = `${'a'.repeat(500)}HERE${'b'.repeat(500)}`
    const [, shown, carets] = /^1 \| (.*)\n {2}\| (.*)$/.exec(
      codeFrame(line, { line: 1, column: 501, length: 4 }),
    )!
    expect(shown!.length).toBeLessThanOrEqual(100)
    expect(shown!.slice(carets!.indexOf('^'), carets!.lastIndexOf('^') + 1)).toBe('HERE')
  })

  it('shows tabs and control characters as one character each', () => {
    expect(codeFrame('\tkey\u001b[31m: 1', { line: 1, column: 2, length: 3 })).toBe(
      '1 |  key?[31m: 1\n  |  ^^^',
    )
  })

  it('is empty where there is no such line', () => {
    expect(codeFrame('one', { line: 7, column: 1, length: 1 })).toBe('')
  })
})
