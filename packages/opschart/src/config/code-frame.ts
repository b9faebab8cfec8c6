import { plainText } from './plain-text.ts'

/** Longest part of a line that is shown, in characters. */
const maxWidth = 100

/** A place in a text: line and column from 1, and how much is meant. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly length: number
}

/**
 * The line of a place between its neighbours, each with its number, and carets under what is meant. Control characters
 * are taken out and long lines are cut around the place, so that a frame is harmless in a terminal whatever the file
 * holds.
 */
export function codeFrame(text: string, place: Place): string {
  const lines = text.split(/\r\n|\n|\r/)
  const line = lines[place.line - 1]
  if (line === undefined) return ''
  const last = lines.length > 1 && lines.at(-1) === '' ? lines.length - 1 : lines.length
  // A long line is shown from some way before the place.
  const start = place.column > maxWidth - 20 ? place.column - 30 : 0
  const show = (shown: string) => plainText(shown.slice(start, start + maxWidth), maxWidth)
  const digits = String(Math.min(place.line + 1, last)).length
  const numbered = (number: number) =>
    `${String(number).padStart(digits)} | ${show(lines[number - 1]!)}`.trimEnd()
  const column = place.column - 1 - start
  const carets = Math.max(1, Math.min(place.length, line.length - (place.column - 1), maxWidth - column))
  return [
    ...(place.line > 1 ? [numbered(place.line - 1)] : []),
    numbered(place.line),
    `${' '.repeat(digits)} | ${' '.repeat(column)}${'^'.repeat(carets)}`,
    ...(place.line < last ? [numbered(place.line + 1)] : []),
  ].join('\n')
}
