import { canonicalJson, type Allowed, type LogEntryView, type TimerView } from '@opschart/core'

import { fitted, paragraph, type Look } from './_look.ts'
import { markOf } from './_render-line.ts'
import { visible } from './_text.ts'
import { moment } from './_time.ts'

/** Longest data that is shown of one row, in characters. */
const longestData = 600

/**
 * The view of `opschart why`: the rows that explain something, oldest first, each with what it knew and what it led to.
 * `due` is what a release waits for now; it stands at the end, in place of the times of each row.
 */
export function renderWhy(
  about: string,
  rows: readonly LogEntryView[],
  look: Look,
  due?: readonly TimerView[],
): string[] {
  const { paint } = look
  if (rows.length === 0) {
    return [
      ...paragraph(look, '', `Nothing in the journal explains ${visible(about, 100)}.`),
      ...paragraph(
        look,
        '',
        'Ask about a release (web/v2), a row (#12), or the id of a signal or an operation; `opschart log` shows them.',
      ),
    ]
  }
  const lines: string[] = []
  for (const row of rows) {
    const { sign, style } = markOf(row)
    if (lines.length > 0) lines.push(paint('gray', '   │'))
    lines.push(
      `${paint('bold', `#${row.sequence}`)} ${paint('gray', moment(row.at, look))} ${paint('gray', visible(row.actor, 60))}`,
    )
    lines.push(...paragraph(look, `   ${paint(style, sign)} `, visible(row.text)))
    lines.push(...details(row, look, due === undefined))
  }
  if (due !== undefined && due.length > 0) {
    lines.push('', paint('bold', 'What it waits for'))
    for (const { due: at, what, since } of due.toSorted((one, other) => one.due - other.due)) {
      const set = since === null ? '' : ` (since #${since})`
      lines.push(
        ...paragraph(look, `   ${paint('gray', '◷')} `, `${moment(at, look)}: ${visible(what, 300)}${set}`),
      )
    }
  }
  return fitted(lines, look)
}

function details(row: LogEntryView, look: Look, timed: boolean): string[] {
  const lines: string[] = []
  const add = (label: string, text: string) =>
    lines.push(...paragraph(look, `     ${look.paint('gray', `${label}:`)} `, text))
  const { verdict } = row
  if (verdict !== null && !row.text.includes(verdict.reason)) add('because', visible(verdict.reason))
  if (verdict !== null && (verdict.kind === 'refused' || verdict.kind === 'violation'))
    for (const [label, text] of allowedHere(verdict.allowed)) add(label, text)
  if (verdict?.kind === 'waiting') {
    const until = verdict.expires === null ? '' : `, until ${moment(verdict.expires, look)}`
    add('waits for', `${verdict.awaiting.replace('awaiting_', '')}${until}`)
  }
  const started = row.effects.filter((effect) => effect.kind === 'spawn').map(({ src }) => src)
  if (started.length > 0) add('starts', visible(started.join(', ')))
  for (const { due, what, pending } of timed ? (row.timers ?? []) : [])
    add(pending ? 'waits for' : 'waited for', `${moment(due, look)}: ${visible(what, 300)}`)
  // The whole input of a step is nothing that anybody reads here; its text says which step it is.
  const tells = row.kind === 'signal' && row.type !== 'OPERATION_REQUESTED'
  if (tells && row.data !== null && Object.keys(row.data).length > 0) {
    add('data', visible(canonicalJson(row.data), longestData))
  }
  if (row.cause !== null) add('caused by', visible(row.cause, 200))
  return lines
}

/** The way out of a refusal: what may be sent here, by whom, and who may act. */
function allowedHere(allowed: Allowed): [string, string][] {
  const signals = allowed.signals.map(
    ({ type, by }) => `${type} by ${by.length === 0 ? 'anyone' : by.join(', ')}`,
  )
  return [
    [`${allowed.phase || 'here'} allows`, signals.length === 0 ? 'no signal' : visible(signals.join('; '))],
    ['agents', allowed.agents.length === 0 ? 'none' : visible(allowed.agents.join(', '))],
  ]
}
