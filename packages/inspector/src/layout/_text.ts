import type { Measure } from './measure.ts'
import type { TextPiece, TextRole } from './layout.ts'

/** A piece of text that has no place yet. */
export interface Run {
  readonly role: TextRole
  readonly text: string
}

/** Text that was broken into lines; its pieces are placed from its own top left corner. */
export interface TextBlock {
  readonly width: number
  readonly height: number
  readonly pieces: readonly TextPiece[]
}

/** How each kind of text is written. The drawing writes it the same way. */
export const lettering: Readonly<
  Record<TextRole, { readonly size: number; readonly weight: 'normal' | 'bold' }>
> = {
  title: { size: 14, weight: 'bold' },
  event: { size: 12, weight: 'bold' },
  guard: { size: 11, weight: 'normal' },
  action: { size: 11, weight: 'normal' },
  by: { size: 11, weight: 'normal' },
  starts: { size: 11, weight: 'bold' },
  description: { size: 11, weight: 'normal' },
  keyword: { size: 11, weight: 'bold' },
  name: { size: 11, weight: 'normal' },
  tag: { size: 11, weight: 'bold' },
}

export const lineHeight = 16
const baseLine = 12
const space = 4

/** Characters that are not drawn, or that change what stands beside them: a name must not hide anything. Those of
 * pictures (emoji) that are made of several characters are harmless. */
const unseen =
  /(?!\u200D|\uFE0E|\uFE0F)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\p{Default_Ignorable_Code_Point}\u{FFFE}\u{FFFF}]/gu
/** A name longer than this is cut before it is measured. */
const longest = 300

/** A text on one line, in which whatever could not be seen is a �. */
export function seen(text: string): string {
  const line = visible(text.slice(0, longest).replaceAll(/[\t\n\r]+/g, ' '))
  return text.length > longest ? `${line}…` : line
}

interface FlowOptions {
  readonly width: number
  /** The most lines that are written. */
  readonly lines: number
  readonly measure: Measure
  /** How far lines after the first are moved in. */
  readonly hanging?: number
}

/** A text in which whatever could not be seen is a �. */
export function visible(text: string): string {
  return text.replaceAll(unseen, '�')
}

/** Breaks runs into lines of a width, between words; a word that is wider ends in `…`, and so does the last line if cut. */
export function flow(
  runs: readonly Run[],
  { width: most, lines, measure, hanging = 0 }: FlowOptions,
): TextBlock {
  const pieces: TextPiece[] = []
  const wide = (text: string, role: TextRole) => measure(text, lettering[role].size, lettering[role].weight)
  let [x, line, left] = [0, 0, 0]
  for (const { role, text } of runs) {
    for (const word of seen(text)
      .split(' ')
      .filter((one) => one !== '')) {
      const cut = clipped(word, most - (line === 0 && x === 0 ? 0 : hanging), (part) => wide(part, role))
      let start = x === left ? left : x + space
      if (start + wide(cut, role) > most && x > left) {
        if (line + 1 >= lines) return block(withEnd(pieces, most, wide), line)
        line += 1
        left = hanging
        start = left
      }
      const last = pieces.at(-1)
      const joined = start > left && last?.role === role
      const whole = joined ? `${last.text} ${cut}` : cut
      const piece = {
        role,
        text: whole,
        x: joined ? last.x : start,
        y: line * lineHeight + baseLine,
        width: wide(whole, role),
      }
      if (joined) pieces.pop()
      pieces.push(piece)
      x = piece.x + piece.width
    }
  }
  return block(pieces, line)
}

function block(pieces: readonly TextPiece[], line: number): TextBlock {
  const width = Math.max(0, ...pieces.map((piece) => piece.x + piece.width))
  return { width: Math.ceil(width), height: pieces.length === 0 ? 0 : (line + 1) * lineHeight, pieces }
}

/** The pieces with a `…` after the last, which gives up some of its end for it where there is no room. */
function withEnd(
  pieces: readonly TextPiece[],
  most: number,
  wide: (text: string, role: TextRole) => number,
): TextPiece[] {
  const last = pieces.at(-1)!
  const text = clipped(`${last.text}…`, most - last.x, (part) => wide(part, last.role))
  return [...pieces.slice(0, -1), { ...last, text, width: wide(text, last.role) }]
}

function clipped(text: string, most: number, wide: (text: string) => number): string {
  if (wide(text) <= most) return text
  const characters = Array.from(text)
  let [fits, fails] = [0, characters.length]
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1
    if (wide(`${characters.slice(0, middle).join('')}…`) <= most) fits = middle
    else fails = middle
  }
  return `${characters.slice(0, fits).join('')}…`
}

/** Blocks below one another. */
export function stacked(blocks: readonly TextBlock[]): TextBlock {
  const pieces: TextPiece[] = []
  let [width, height] = [0, 0]
  for (const block of blocks) {
    pieces.push(...moved(block.pieces, 0, height))
    width = Math.max(width, block.width)
    height += block.height
  }
  return { width, height, pieces }
}

/** Pieces at another place. */
export function moved(pieces: readonly TextPiece[], x: number, y: number): TextPiece[] {
  return pieces.map((piece) => ({ ...piece, x: piece.x + x, y: piece.y + y }))
}
