// Properties:
//   - Width, cutting, padding and wrapping count columns as a terminal does, and never cut a character apart.
//   - Paint takes no column, survives cutting, and is closed again.
//   - What is hostile is made visible; what is code keeps its columns.

import { describe, expect, it } from 'vitest'

import { colourPaint, cutPainted, cutTo, padTo, visible, visibleLines, widthOf, wrapTo } from './_text.ts'

describe('width', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['größe', 5],
    ['e\u0301', 1],
    ['漢字', 4],
    ['한글', 4],
    ['👩‍👩‍👧', 2],
    ['▶ → ●', 5],
    [colourPaint(['bold', 'red'], 'ab'), 2],
  ])('%j takes %i columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns)
  })
})

describe('cutting', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字漢字', 4, '漢…'],
    ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
    ['abc', 0, ''],
    ['abc', 1, '…'],
  ])('%j to %i columns is %j', (text, columns, expected) => {
    expect(cutTo(text, columns)).toBe(expected)
    expect(widthOf(cutTo(text, columns))).toBeLessThanOrEqual(columns)
    expect(cutPainted(text, columns === 0 ? 1 : columns)).toBe(columns === 0 ? '…' : expected)
  })

  it('keeps the paint that ends later', () => {
    const line = `${colourPaint('red', 'abcdef')} ${colourPaint('green', 'ghi')}`
    const cut = cutPainted(line, 5)
    expect(widthOf(cut)).toBe(5)
    expect(cut.replaceAll('\u001B', '␛')).toBe('␛[31mabcd…␛[39m␛[32m␛[39m')
    expect(cutPainted(line, 10)).toBe(line)
  })
})

describe('padding and wrapping', () => {
  it('fill up to a column', () => {
    expect(padTo('漢', 4)).toBe('漢  ')
    expect(padTo(colourPaint('red', 'a'), 3, 'right').replaceAll('\u001B', '␛')).toBe('  ␛[31ma␛[39m')
    expect(padTo('abc', 2)).toBe('abc')
  })

  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['unbreakable', 4, ['unbr', 'eaka', 'ble']],
    ['漢字漢字', 5, ['漢字', '漢字']],
    ['', 5, []],
  ])('%j in %i columns is %j', (text, columns, lines) => {
    expect(wrapTo(text, columns)).toEqual(lines)
  })
})

describe('text of the outside', () => {
  it.each([
    ['a\u001B[31mb\u0007', 'a\\u{1b}[31mb\\u{7}'],
    ['one\r\ntwo\tthree', 'one two three'],
    ['safe\u202Eevil\u2066', 'safe\\u{202e}evil\\u{2066}'],
    ['half \uD800', 'half \uFFFD'],
  ])('%j is %j', (text, expected) => {
    expect(visible(text)).toBe(expected)
  })

  it('is cut before it is looked through', () => {
    expect(visible('x'.repeat(50_000_000), 4)).toBe('xxx…')
  })

  it('keeps its columns where they matter', () => {
    expect(visibleLines('1 |  a:\r\n  |  ^\u001B[2J\n\tb')).toEqual(['1 |  a:', '  |  ^\\u{1b}[2J', '  b'])
  })
})
