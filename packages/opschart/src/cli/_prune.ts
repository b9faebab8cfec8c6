import { statSync } from 'node:fs'

import { OpschartError, parseDuration, type PruneView } from '@opschart/core'

import { renderAudit } from './audit.ts'
import { isJson, lookOf, printJson, printLines, textOption, type CommandContext } from './_context.ts'
import { exitCodes, type ExitCode } from './_exit.ts'
import { fitted, type Look } from './_look.ts'
import { visible } from './_text.ts'
import { dayOf, lengthOf, timeOfDay } from './_time.ts'

/** `opschart store prune`: lets the journal begin later, once a person has said yes to what goes. */
export async function prune(context: CommandContext, file: string): Promise<ExitCode> {
  const { clock, composition, root, terminal } = context
  const given = textOption(context, 'older-than')
  const age = given === undefined ? undefined : parseDuration(given)
  if (age === undefined) {
    throw new OpschartError(
      'input',
      given === undefined
        ? 'store prune needs --older-than <duration>: rows that are older go, such as --older-than 90d'
        : `--older-than is a length of time, such as 90d or 12h, not ${visible(given, 40)}`,
    )
  }
  const before = clock.now() - age
  const onLine = (line: string) => terminal.note(visible(line))
  const local = await composition.openLocal({ root, onLine })
  const sizeBefore = sizeOf(file)
  let view: PruneView
  try {
    view = await local.prune({
      before,
      onProgress: ({ phase, rows }) => terminal.progress(`${words[phase]} … ${rows}`),
      async by(plan) {
        terminal.progress('')
        const look = lookOf(context)
        const time = `${dayOf(before, look)} ${timeOfDay(before, look).slice(0, 5)}`
        const shown = [
          `prune the journal: ${plan.rows} rows go, those older than ${lengthOf(age)} (before ${time})`,
          `it begins with row ${plan.begins} then; the audit found it sound; nothing brings them back`,
        ]
        const act = { method: 'prune', body: { before, ...plan } }
        return `person:${await composition.confirm({ root, clock, terminal, act, shown })}` as const
      },
    })
  } finally {
    terminal.progress('')
    await local.close()
  }
  const freed = Math.max(0, sizeBefore - sizeOf(file))
  if (isJson(context)) printJson(context, { ...view, freed })
  else printLines(context, renderPrune(view, freed, lookOf(context)))
  return view.audit.sound ? exitCodes.done : exitCodes.failed
}

const words = {
  audit: 'checking and replaying row',
  cut: 'keeping what was there at row',
  sweep: 'giving back',
}

/** What came of it, for people. */
export function renderPrune(view: PruneView, freed: number, look: Look): string[] {
  const { paint } = look
  const { audit, pruned, begins, told, unknown } = view
  if (!audit.sound)
    return [
      ...renderAudit(audit, false, look),
      '  Nothing was pruned: a journal that is not sound is kept whole.',
    ]
  if (pruned === 0)
    return fitted([`nothing to prune: no row is that old; the journal begins with row ${begins}`], look)
  const lines = [
    paint(
      'green',
      `✓ pruned ${pruned} rows: the journal begins with row ${begins}, and row ${told} tells of it`,
    ),
  ]
  if (freed >= 1024) lines.push(`  the file gave back ${sizeText(freed)}`)
  if (unknown > 0)
    lines.push(
      `  ${unknown} actors were last decided by what is not in this configuration; they are audited by the chain alone until their next whole state`,
    )
  return fitted(lines, look)
}

function sizeText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${(bytes / 1024 / 1024).toFixed(1)} MB` : `${Math.round(bytes / 1024)} kB`
}

function sizeOf(file: string): number {
  return ['', '-wal'].reduce(
    (sum, end) => sum + (statSync(`${file}${end}`, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
