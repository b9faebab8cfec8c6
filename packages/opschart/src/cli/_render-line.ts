import type { LogEntryView } from '@opschart/core'

import { phaseStyle, severityStyle, type Look } from './_look.ts'
import { cutTo, padTo, visible, type Style } from './_text.ts'
import { dayOf, shortLength, timeOfDay } from './_time.ts'

interface Mark {
  readonly sign: string
  readonly style: Style
}

const plainMark: Mark = { sign: '·', style: 'gray' }

/** One row of the journal as a line of the timeline: time, what kind of thing it was, and what it says. */
export function renderLine(row: LogEntryView, look: Look, options: { readonly age?: boolean } = {}): string {
  const { paint, columns } = look
  const { sign, style } = markOf(row)
  const time = timeOfDay(row.at, look)
  const age = options.age === true ? ` ${padTo(shortLength(look.now - row.at), 4, 'right')}` : ''
  const number = padTo(`#${row.sequence}`, 6)
  const used = time.length + age.length + 1 + 6 + 3
  const text = visible(row.text)
  const fitted = columns === undefined ? text : cutTo(text, Math.max(10, columns - used))
  return `${paint('gray', `${time}${age} ${number}`)} ${paint(style, sign)} ${paintText(row, fitted, look, style)}`
}

/** Lines of the timeline, oldest first, with a line for each new day. */
export function renderLines(
  rows: readonly LogEntryView[],
  look: Look,
  options: { readonly age?: boolean } = {},
): string[] {
  const lines: string[] = []
  let last: string | undefined
  for (const row of rows) {
    const day = dayOf(row.at, look)
    if (day !== last) lines.push(look.paint('bold', `── ${day} ──`))
    last = day
    lines.push(renderLine(row, look, options))
  }
  return lines
}

/** The sign before a row, and its colour. */
export function markOf(row: Pick<LogEntryView, 'kind' | 'moved' | 'verdict' | 'type'>): Mark {
  const { verdict } = row
  if (row.kind === 'problem') return { sign: '!', style: 'red' }
  if (row.kind === 'act') return { sign: '◆', style: 'magenta' }
  if (verdict !== null) {
    switch (verdict.kind) {
      case 'refused':
        return { sign: '✗', style: 'red' }
      case 'violation':
        return { sign: '!', style: ['bold', 'red'] }
      case 'waiting':
        return { sign: '…', style: 'yellow' }
      case 'unrouted':
        return { sign: '?', style: 'yellow' }
      case 'ignored':
        return plainMark
      case 'accepted':
        return row.moved === null
          ? { sign: '✓', style: 'green' }
          : { sign: '▶', style: phaseStyle(row.moved.to) }
    }
  }
  if (row.moved !== null) return { sign: '▶', style: phaseStyle(row.moved.to) }
  if (row.kind === 'opened') return { sign: '+', style: 'blue' }
  if (row.kind === 'timer') return { sign: '◷', style: 'gray' }
  return plainMark
}

function paintText(row: LogEntryView, text: string, { paint }: Look, style: Style): string {
  if (row.moved !== null) {
    const arrow = `${row.moved.from} → ${row.moved.to}`
    const at = text.indexOf(arrow)
    if (at >= 0) return `${text.slice(0, at)}${paint(style, arrow)}${text.slice(at + arrow.length)}`
  }
  const verdict = row.verdict?.kind
  if (verdict === 'refused' || verdict === 'violation' || row.kind === 'problem') return paint('red', text)
  if (row.severity === 'HIGH' || row.severity === 'CRITICAL') return paint(severityStyle(row.severity), text)
  if (verdict === 'ignored' || row.kind === 'message' || row.kind === 'result' || row.kind === 'opened')
    return paint('gray', text)
  return text
}
