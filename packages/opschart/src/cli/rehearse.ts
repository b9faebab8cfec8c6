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
    lines.push(...paragraph(look, `  ${paint('gray', `${label}:`)} `, visible(text, 600)))
  add('before it', rehearsal.previous ?? 'nothing: there would be no release to go back to')
  const found = triageLines(rehearsal.triage)
  add('triage would find', found[0] ?? 'nothing')
  for (const line of found.slice(1)) lines.push(...paragraph(look, '    ', visible(line, 600)))
  add('it would decide', decisionLine(rehearsal.decision))
  const commands = commandLines(rehearsal.command)
  if (commands.length === 0) add('the roll-back would run', 'nothing')
  for (const command of commands) add('the roll-back would run', command)
  for (const { task, changes } of rehearsal.heldBack) add('held back', `${task} (changes ${changes})`)
  return lines
}

/** Suspects that are shown, and the most evidence of each. */
const shownSuspects = 3
const shownEvidence = 3

/** What failed, the cause, and each suspect with its evidence. */
function triageLines(triage: Json): string[] {
  if (member(triage, 'cause') === undefined) return []
  const [group] = list(triage, 'groups')
  const title = member(group, 'title')
  return [
    `${text(member(triage, 'failed'))} of ${text(member(triage, 'requests'))} requests failed${title === undefined ? '' : `: ${text(title)}`}`,
    `${text(member(member(triage, 'cause'), 'kind'))}, confidence ${text(member(member(triage, 'cause'), 'confidence'))}: ${text(member(member(triage, 'cause'), 'summary'))}`,
    ...list(triage, 'suspects')
      .slice(0, shownSuspects)
      .map((suspect, index) => {
        const evidence = list(suspect, 'evidence').slice(0, shownEvidence)
        const commit = member(suspect, 'commit')
        const name = commit === undefined ? '' : `${text(commit).slice(0, 12)} `
        const why = evidence.map((one) => text(member(one, 'detail'))).join('; ')
        return `${index + 1}. ${name}${text(member(suspect, 'title'))} (${text(member(suspect, 'score'))}): ${why}`
      }),
  ]
}

function decisionLine(decision: Json): string {
  const head = member(decision, 'decision')
  const reason = member(decision, 'reason')
  if (head === undefined) return 'nothing'
  return reason === undefined ? text(head) : `${text(head)}: ${text(reason)}`
}

/** The roll-back's commands as their argument arrays: no shell takes part, so no shell line is shown. */
function commandLines(plan: Json): string[] {
  return list(plan, 'commands').map((command) => canonicalJson(command))
}

const member = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Record<string, Json>)[name]
    : undefined

function list(value: Json | undefined, name: string): readonly Json[] {
  const found = member(value, name)
  return Array.isArray(found) ? found : []
}

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : canonicalJson(value ?? null)
