import { canonicalJson } from '@opschart/core'

import type { ProposedFile, Proposal } from '../config/propose-configuration.ts'
import type { WrittenFile } from '../config/write-proposal.ts'
import { isJson, lookOf, printJson, printLines, type CommandContext, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { fitted, paragraph, type Look } from './_look.ts'
import { padTo, visible, visibleLines } from './_text.ts'

/** `opschart init`: proposes a configuration, shows what would change, and writes what is agreed to. */
export const run: Run = async (context) => {
  const { composition, options, root, terminal } = context
  terminal.progress('looking at this project …')
  const proposal = await composition.propose(root)
  terminal.progress('')
  const open = proposal.files.filter(({ action }) => action !== 'keep')
  const json = isJson(context)
  if (!json) printLines(context, renderProposal(proposal, lookOf(context)))
  const asked = terminal.interactive && options['yes'] !== true && !json && open.length > 0
  const agreed = asked ? await ask(context, open) : open.map(({ path }) => path)
  if (agreed === undefined) {
    terminal.note('broken off: nothing was written')
    return exitCodes.failed
  }
  const files = open.filter(({ path }) => agreed.includes(path))
  const written = await composition.writeProposal({ ...proposal, files })
  if (json) printJson(context, { ...proposal, written })
  else printLines(context, renderWritten(written, proposal, lookOf(context)))
  return written.every(({ outcome }) => outcome !== 'left') ? exitCodes.done : exitCodes.failed
}

/** Which files a person agrees to; undefined when they broke it off. */
async function ask(
  { terminal }: CommandContext,
  open: readonly ProposedFile[],
): Promise<string[] | undefined> {
  const { isCancel, multiselect } = await import('@clack/prompts')
  const answer = await multiselect({
    message: 'Write these files? (space to choose, return to go on)',
    options: open.map(({ path, action }) => ({ value: path, label: visible(path, 100), hint: action })),
    initialValues: open.map(({ path }) => path),
    required: false,
  })
  terminal.out('')
  return isCancel(answer) ? undefined : answer
}

/** What was found and where, and each file that would be written, line by line. */
export function renderProposal({ services, files, notes }: Proposal, look: Look): string[] {
  const { paint } = look
  const lines: string[] = []
  if (services.length === 0) lines.push('No service was found here.', '')
  for (const { name, found, values, missing } of services) {
    lines.push(`${paint('bold', visible(name, 60))} ${paint('gray', `found in ${visible(found, 200)}`)}`)
    const width = Math.max(0, ...values.map(({ key }) => key.length), ...missing.map(({ key }) => key.length))
    for (const { key, value, found: where } of values) {
      const text = visible(typeof value === 'string' ? value : canonicalJson(value), 200)
      lines.push(
        `  ${paint('green', '✓')} ${padTo(key, width)}  ${text} ${paint('gray', `(${visible(where, 200)})`)}`,
      )
    }
    for (const { key, example, why } of missing) {
      const text = `not found: ${visible(why, 300)}; such as ${visible(example, 200)}`
      lines.push(...paragraph(look, `  ${paint('yellow', '?')} ${padTo(key, width)}  `, text, 'gray'))
    }
    lines.push('')
  }
  for (const note of notes) lines.push(...paragraph(look, `${paint('yellow', '!')} `, visible(note)))
  const said = {
    create: paint('green', 'new'),
    append: paint('yellow', 'lines are added'),
    keep: paint('gray', 'stays as it is'),
  }
  for (const { path, action, difference } of files) {
    lines.push('', `${paint('bold', visible(path))} ${said[action]}`)
    if (difference !== '' && action !== 'keep')
      lines.push(...difference.split('\n').map((line) => differenceLine(line, look)))
  }
  return fitted([...lines, ''], look)
}

/** What became of each file, and what to do next. */
export function renderWritten(
  written: readonly WrittenFile[],
  { services, initialised }: Proposal,
  look: Look,
): string[] {
  const { paint } = look
  const lines = written.map(({ path, outcome, reason }) =>
    outcome === 'left'
      ? `${paint('yellow', '!')} ${visible(path)} was left: ${visible(reason ?? '')}`
      : `${paint('green', '✓')} ${visible(path)} ${outcome === 'created' ? 'was made' : 'has the new lines'}`,
  )
  if (written.length === 0)
    lines.push(initialised ? 'This project is set up; nothing to write.' : 'Nothing was written.')
  lines.push('', paint('bold', 'Next'))
  const step = (command: string, does: string) => lines.push(`  ${paint('cyan', command)}`, `      ${does}`)
  step('opschart check', 'reads the configuration as the daemon will')
  step('opschart up', 'starts the daemon: it observes, and does nothing by itself until you promote it')
  for (const { name, adoption } of services) {
    if (adoption === null) continue
    const version = visible(adoption.version, 100)
    const commit = adoption.commit === null ? '' : ` --commit ${adoption.commit}`
    step(
      `opschart adopt ${visible(name, 60)}/${version} PRODUCTION --version ${version}${commit}`,
      `if ${version} is what runs now (${visible(adoption.found, 100)})`,
    )
  }
  return lines
}

function differenceLine(line: string, { paint }: Look): string {
  const [text = ''] = visibleLines(line, 300)
  return paint(line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'gray', `  ${text}`)
}
