import type { ActAnswer, Verdict } from '@opschart/core'

import { type CommandContext, isJson, lookOf, printJson } from './_context.ts'
import { exitOfAnswer, exitOfVerdict, type ExitCode } from './_exit.ts'
import { fitted, paragraph, phaseStyle, type Look } from './_look.ts'
import { visible } from './_text.ts'
import { moment } from './_time.ts'

/** Prints what became of a signal, and gives the exit code for it. */
export function printVerdict(context: CommandContext, verdict: Verdict): ExitCode {
  if (isJson(context)) printJson(context, verdict)
  else for (const line of renderVerdict(verdict, lookOf(context))) context.terminal.out(line)
  return exitOfVerdict(verdict)
}

/** Prints what became of a person's act, and gives the exit code for it. */
export function printAnswer(context: CommandContext, answer: ActAnswer): ExitCode {
  const look = lookOf(context)
  if (isJson(context)) printJson(context, answer)
  else if (answer.verdict !== undefined)
    for (const line of renderVerdict(answer.verdict, look)) context.terminal.out(line)
  else
    context.terminal.out(
      `${answer.done ? look.paint('green', '✓') : look.paint('red', '✗')} ${visible(answer.reason)}`,
    )
  return exitOfAnswer(answer)
}

const signs = {
  accepted: ['✓', 'green'],
  waiting: ['…', 'yellow'],
  refused: ['✗', 'red'],
  violation: ['!', 'red'],
  ignored: ['·', 'gray'],
  unrouted: ['?', 'yellow'],
} as const

/** A verdict for people: what was decided, why, and what would be allowed. */
export function renderVerdict(verdict: Verdict, look: Look): string[] {
  const { paint } = look
  const [sign, style] = signs[verdict.kind]
  const again = verdict.duplicate === true ? ' (known already; this was the first answer)' : ''
  const [first = '', ...rest] = paragraph(
    look,
    ' '.repeat(verdict.kind.length + 4),
    `${visible(verdict.reason)}${again}`,
  )
  // What follows stands under the sign, not under the reason: a reason may be long.
  const lines = [
    `${paint(style, `${sign} ${verdict.kind}`)}: ${first.trimStart()}`,
    ...rest.map((line) => `  ${line.trimStart()}`),
  ]
  const add = (label: string, text: string) =>
    lines.push(...paragraph(look, `  ${paint('gray', `${label}:`)} `, text))
  if (verdict.lifecycle !== undefined) {
    const phase =
      'phase' in verdict && verdict.phase !== undefined && verdict.phase !== ''
        ? ` is in ${paint(phaseStyle(verdict.phase), verdict.phase)}`
        : ''
    lines.push(`  ${visible(verdict.lifecycle, 100)}${phase}`)
  }
  if (verdict.kind === 'waiting') {
    add(
      'waits for',
      `${verdict.awaiting.replace('awaiting_', '')}${verdict.expires === null ? '' : `, until ${moment(verdict.expires, look)}`}`,
    )
  }
  if (verdict.kind === 'refused' || verdict.kind === 'violation') {
    const { signals, agents } = verdict.allowed
    if (signals.length > 0)
      add(
        'here',
        visible(
          signals.map(({ type, by }) => `${type} (${by.length === 0 ? 'anyone' : by.join(', ')})`).join('; '),
        ),
      )
    if (agents.length > 0) add('agents', visible(agents.join(', ')))
  }
  if (verdict.sequence !== undefined && verdict.sequence > 0)
    lines.push(paint('gray', `  opschart why ${verdict.sequence}`))
  return fitted(lines, look)
}
