import { canonicalJson, type Json } from '@opschart/core'

import type { Rehearsal } from '../rehearse.ts'
import { isJson, lookOf, printJson, printLines, type Run, textOption } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { paragraph, type Look } from './_look.ts'
import { renderLine } from './_render-line.ts'
import { visible } from './_text.ts'

/** `opschart rehearse`: what would happen, on a copy, doing nothing. */
export const run: Run = async (context) => {
  const { composition, operands, root, terminal } = context
  const service = textOption(context, 'service')
  const json = isJson(context)
  const rehearsal = await composition.rehearse({
    root,
    fault: operands[0] ?? 'error_spike',
    ...(service === undefined ? {} : { service }),
    ...(json ? {} : { onRow: (row) => terminal.out(renderLine(row, lookOf(context))) }),
  })
  if (json) printJson(context, rehearsal)
  else printLines(context, renderRehearsal(rehearsal, lookOf(context)))
  return exitCodes.done
}

/** What a rehearsal showed: what would have been found, decided and touched. */
export function renderRehearsal(rehearsal: Rehearsal, look: Look): string[] {
  const { paint } = look
  const lines = [
    '',
    paint(
      'bold',
      `Rehearsed on ${visible(rehearsal.service, 60)} ${visible(rehearsal.live, 60)}: nothing was done.`,
    ),
  ]
  const add = (label: string, text: string) =>
    lines.push(...paragraph(look, `  ${paint('gray', `${label}:`)} `, visible(text)))
  add('before it', rehearsal.previous ?? 'nothing: there would be no release to go back to')
  add('triage would find', told(rehearsal.triage, 'cause'))
  add('it would decide', told(rehearsal.decision, 'decision'))
  add('the roll-back would run', rehearsal.command === null ? 'nothing' : canonicalJson(rehearsal.command))
  for (const { task, changes } of rehearsal.heldBack) add('held back', `${task} (changes ${changes})`)
  return lines
}

/** A result in a line: its decision and reason where it has them, else all of it. */
function told(value: Json, member: string): string {
  if (value === null) return 'nothing'
  if (typeof value !== 'object' || Array.isArray(value)) return canonicalJson(value)
  const { [member]: head, reason } = value as Record<string, Json | undefined>
  if (typeof head !== 'string') return canonicalJson(value)
  return typeof reason === 'string' ? `${head}: ${reason}` : head
}
