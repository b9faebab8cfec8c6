import type { Severity } from '@opschart/core'

import { cutPainted, widthOf, wrapTo, type Paint, type Style } from './_text.ts'
import type { TimePlace } from './_time.ts'

/** What a view is drawn for: colours, columns and the present time. */
export interface Look extends TimePlace {
  readonly paint: Paint
  /** Columns of the terminal; undefined: nothing is cut, for files and pipes. */
  readonly columns: number | undefined
}

const phaseStyles: Readonly<Record<string, Style>> = {
  DEVELOPMENT: 'blue',
  REVIEW: 'cyan',
  STAGING: 'yellow',
  PRODUCTION: 'green',
  INCIDENT: ['bold', 'red'],
  ROLLBACK: ['bold', 'magenta'],
  OPTIMIZATION: 'cyan',
  RETIRED: 'gray',
}

/** The colour of a phase: the same wherever it stands. Phases of a law of one's own are bold. */
export function phaseStyle(phase: string): Style {
  return Object.hasOwn(phaseStyles, phase) ? phaseStyles[phase]! : 'bold'
}

const severityStyles: Readonly<Record<Severity, Style>> = {
  INFO: 'gray',
  LOW: 'white',
  MEDIUM: 'yellow',
  HIGH: 'red',
  CRITICAL: ['bold', 'inverse', 'red'],
}

/** The colour of a severity. */
export function severityStyle(severity: Severity): Style {
  return severityStyles[severity]
}

/** Lines cut to the terminal's columns; as they are where nothing is cut. */
export function fitted(lines: readonly string[], { columns }: Look): string[] {
  return columns === undefined ? [...lines] : lines.map((line) => cutPainted(line, columns))
}

/** A plain text as a paragraph behind a head, broken at the terminal's end and set under its own beginning. */
export function paragraph(look: Look, head: string, text: string, style?: Style): string[] {
  const indent = widthOf(head)
  const lines = look.columns === undefined ? [text] : wrapTo(text, Math.max(20, look.columns - indent))
  return (lines.length === 0 ? [''] : lines).map((line, index) => {
    const painted = style === undefined ? line : look.paint(style, line)
    return (index === 0 ? head : ' '.repeat(indent)) + painted
  })
}

/** Pieces in a row with a mark between them, on as many lines as they need. */
export function joined(look: Look, pieces: readonly string[], mark = ' · '): string[] {
  const lines: string[] = []
  for (const piece of pieces) {
    const last = lines.at(-1)
    const together = last === undefined ? piece : `${last}${mark}${piece}`
    if (last === undefined) lines.push(piece)
    else if (look.columns === undefined || widthOf(together) <= look.columns)
      lines[lines.length - 1] = together
    else lines.push(piece)
  }
  return lines
}
