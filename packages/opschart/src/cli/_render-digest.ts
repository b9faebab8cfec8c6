import type { DigestView } from '@opschart/core'

import { fitted, joined, paragraph, severityStyle, type Look } from './_look.ts'
import { waitingLines } from './_render-status.ts'
import { padTo, visible, type Style } from './_text.ts'
import { dayOf, moment, timeOfDay } from './_time.ts'

/** What each count is called: one, many, and the colour when there is any. */
const names: readonly (readonly [keyof DigestView['counts'], string, string, Style])[] = [
  ['incidents', 'incident', 'incidents', 'red'],
  ['rollbacks', 'roll-back', 'roll-backs', 'magenta'],
  ['violations', 'violation', 'violations', 'red'],
  ['deployments', 'deployment', 'deployments', 'green'],
  ['operations', 'operation', 'operations', 'white'],
  ['failed', 'failed', 'failed', 'red'],
  ['approvals', 'approval', 'approvals', 'white'],
  ['refused', 'refused', 'refused', 'yellow'],
  ['signals', 'signal', 'signals', 'white'],
]

/** The view of `opschart digest`: exact counts, what mattered, and what waits for a person. */
export function renderDigest(digest: DigestView, look: Look): string[] {
  const { paint } = look
  const lines = [paint('bold', `While you were away: since ${moment(digest.since, look)}`)]
  const counted = names
    .filter(([key]) => digest.counts[key] > 0)
    .map(([key, one, many, style]) =>
      paint(style, `${digest.counts[key]} ${digest.counts[key] === 1 ? one : many}`),
    )
  lines.push(...(counted.length === 0 ? [paint('gray', 'Nothing happened.')] : joined(look, counted)))
  let last: string | undefined
  for (const line of digest.lines) {
    const day = dayOf(line.at, look)
    if (day !== last) lines.push('', paint('bold', `── ${day} ──`))
    last = day
    const severity = padTo(line.severity === 'INFO' ? '' : line.severity, 8)
    const head = `${paint('gray', timeOfDay(line.at, look))} ${paint(severityStyle(line.severity), severity)} `
    lines.push(...paragraph(look, head, visible(line.text, 500)))
  }
  if (digest.reports.length > 0) {
    lines.push('', paint('bold', 'Reports'), ...digest.reports.map((report) => `  ${visible(report, 300)}`))
  }
  if (digest.open.length > 0) {
    const open = digest.open.flatMap((line) => paragraph(look, '  ', visible(line, 500)))
    lines.push('', paint('bold', 'Stands open'), ...open)
  }
  if (digest.waiting.length > 0) {
    lines.push(
      '',
      paint('bold', 'Waits for you'),
      ...digest.waiting.flatMap((operation) => waitingLines(operation, look)),
    )
  } else if (counted.length > 0 && digest.open.length === 0) {
    lines.push('', paint('gray', 'Nothing waits for you.'))
  }
  return fitted(lines, look)
}
