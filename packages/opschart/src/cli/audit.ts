import { OpschartError, type AuditView } from '@opschart/core'

import { withClient } from './_client.ts'
import { isJson, lookOf, printJson, printLines, type Run, textOption } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { fitted, type Look } from './_look.ts'
import { visible } from './_text.ts'

/** `opschart audit`: checks the journal's chain, and replays it. */
export const run: Run = (context) => {
  const head = headOf(textOption(context, 'head'))
  return withClient(context, async ({ client }) => {
    context.terminal.progress('checking the chain and replaying the journal …')
    const audit = await client.audit(head === undefined ? {} : { head })
    context.terminal.progress('')
    if (isJson(context)) printJson(context, audit)
    else printLines(context, renderAudit(audit, head !== undefined, lookOf(context)))
    return audit.sound ? exitCodes.done : exitCodes.failed
  })
}

/** What an audit found, for people. */
export function renderAudit(audit: AuditView, againstHead: boolean, look: Look): string[] {
  const { paint } = look
  const head = [
    ...(audit.pruned > 0 ? [`  begins with row ${audit.pruned + 1}: those before it were pruned`] : []),
    `  head ${audit.head.sequence}:${audit.head.hash}`,
  ]
  if (audit.sound) {
    const against = againstHead ? ', and holds the head that was given' : ''
    return fitted(
      [
        paint(
          'green',
          `✓ sound: ${audit.rows} rows, each chained to the last and replayed to the same state${against}`,
        ),
        ...head,
      ],
      look,
    )
  }
  const { fault } = audit
  const where = fault === null ? 'it is not known where' : `row #${fault.sequence}: ${visible(fault.what)}`
  return fitted(
    [
      paint(['bold', 'red'], `✗ not sound; ${where}`),
      '  Keep a copy of .opschart/ as it is now, before anything else writes to it.',
      ...head,
    ],
    look,
  )
}

function headOf(text: string | undefined): { sequence: number; hash: string } | undefined {
  if (text === undefined) return undefined
  const match = /^#?(\d{1,15}):([0-9a-f]{64})$/.exec(text)
  if (match === null)
    throw new OpschartError(
      'input',
      '--head is what `opschart log --head` printed: a row, a colon, and 64 hexadecimal digits',
    )
  return { sequence: Number(match[1]), hash: match[2]! }
}
