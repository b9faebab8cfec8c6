import { styleText } from 'node:util'

/** Styles that text is painted in: names that `util.styleText` knows. */
export type Style = Parameters<typeof styleText>[0]

/** Paints a text, or leaves it as it is where colour is off. */
export type Paint = (style: Style, text: string) => string

/** Paints with the terminal's colours. */
export const colourPaint: Paint = (style, text) =>
  text === '' ? '' : styleText(style, text, { validateStream: false })

/** Paints nothing. */
export const plainPaint: Paint = (_, text) => text

/** Longest piece of outside text that is shown anywhere, in UTF-16 code units. */
const longestShown = 4_000

/** Control and format characters: what moves the cursor, paints, hides a word or turns the reading direction. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`

/** A text of the outside, safe on a terminal and on one line: unsafe characters are escapes, white space is one space. */
export function visible(text: string, longest = longestShown): string {
  return cutAt(text, longest).replace(/\s+/gu, ' ').replace(unsafe, escaped)
}

/** The lines of a text whose columns matter (code, a difference), safe on a terminal: spaces stay as they are. */
export function visibleLines(text: string, longest = longestShown): string[] {
  return cutAt(text, longest)
    .split(/\r?\n/)
    .map((line) => line.replaceAll('\t', '  ').replace(unsafe, escaped))
}

function cutAt(text: string, longest: number): string {
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed()
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const plainAscii = /^[\x20-\x7e]*$/
/** Scripts and signs that take two columns. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\ufe0f/u
const noColumn = /^[\p{Mn}\p{Me}]+$/u

/** Columns that a painted or plain text takes on a terminal. */
export function widthOf(text: string): number {
  const bare = withoutPaint(text)
  if (plainAscii.test(bare)) return bare.length
  let columns = 0
  for (const { segment } of graphemes.segment(bare)) columns += columnsOf(segment)
  return columns
}

/** A plain text cut to a number of columns, the last of which is then an ellipsis. */
export function cutTo(text: string, columns: number): string {
  if (columns <= 0) return ''
  if (text.length <= columns && plainAscii.test(text)) return text
  let used = 0
  let kept = ''
  let fitting = ''
  for (const { segment } of graphemes.segment(text)) {
    const width = columnsOf(segment)
    used += width
    if (used > columns) return `${fitting}…`
    kept += segment
    if (used <= columns - 1) fitting = kept
  }
  return text
}

/** A painted or plain text filled up with spaces to a number of columns. */
export function padTo(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const gap = ' '.repeat(Math.max(0, columns - widthOf(text)))
  return side === 'left' ? text + gap : gap + text
}

/** A plain text on several lines of at most so many columns, broken between words where that is possible. */
export function wrapTo(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (widthOf(joined) <= columns) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (widthOf(line) > columns) {
      const head = takeColumns(line, columns)
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  if (line !== '') lines.push(line)
  return lines
}

function takeColumns(text: string, columns: number): string {
  let used = 0
  let head = ''
  for (const { segment } of graphemes.segment(text)) {
    used += columnsOf(segment)
    if (used > columns && head !== '') break
    head += segment
  }
  return head
}

function columnsOf(grapheme: string): number {
  if (noColumn.test(grapheme)) return 0
  return wide.test(grapheme) ? 2 : 1
}

// oxlint-disable-next-line no-control-regex -- the escapes that colourPaint puts in
const escapes = /(\u001B\[[\d;]*m)/g

function withoutPaint(text: string): string {
  return text.replace(escapes, '')
}

/** A painted line cut to a number of columns; every escape in it is kept, so that no colour stays open. */
export function cutPainted(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line
  let left = columns - 1
  let cut = false
  return line
    .split(escapes)
    .map((piece, index) => {
      if (index % 2 === 1 || piece === '') return piece
      if (cut) return ''
      const width = widthOf(piece)
      if (width <= left) {
        left -= width
        return piece
      }
      cut = true
      return `${left === 0 ? '' : takeColumns(piece, left)}…`
    })
    .join('')
}
