// Properties:
//   - What comes out moves no cursor, hides nothing and stays on one line, whatever went in.

import { describe, expect, it } from 'vitest'

import { plainText } from './plain-text.ts'

describe('plain text', () => {
  it.each([
    ['a\tb\n c', 'a b c'],
    ['\u001B]0;title\u0007x', '\\u{1b}]0;title\\u{7}x'],
    ['safe\u202Eevil', 'safe\\u{202e}evil'],
    ['zero\u200Bwidth', 'zero\\u{200b}width'],
    ['half \uD800', 'half \uFFFD'],
    ['\u009B2J', '\\u{9b}2J'],
    ['größe 漢字', 'größe 漢字'],
  ])('%j reads %j', (text, expected) => {
    expect(plainText(text)).toBe(expected)
  })

  it('is cut before it is looked through', () => {
    expect(plainText('x'.repeat(10_000_000), 5)).toBe('xxxx…')
  })
})
