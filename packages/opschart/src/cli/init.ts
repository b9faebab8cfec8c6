import { canonicalJson } from '@opschart/core'

import type { ProposedFile, Proposal } from '../config/propose-configuration.ts'
import type { WrittenFile } from '../config/write-proposal.ts'
import { isJson, lookOf, printJson, printLines, type CommandContext, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { fitted, paragraph, type Look } from './_look.ts'
import { offerAdoptions } from './_offer-adoption.ts'
import { padTo, visible, visibleLines } from './_text.ts'

/** `opschart init`: proposes a configuration, shows what would change, writes what is agreed to, and offers to adopt what runs. */
export const run: Run = async (context) => {
  const { composition, options, root, terminal } = context
  terminal.progress('looking at this project …')
  const proposal = await composition.propose(root)
  terminal.progress('')
  const open = proposal.files.filter(({ action }) => action !== 'keep')
  const json = isJson(context)
  if (!json) printLines(context, renderProposal(proposal, lookOf(context)))
  const asks = terminal.interactive && options['yes'] !== true && !json
  const agreed = asks && open.length > 0 ? await ask(context, open) : open.map(({ path }) => path)
  if (agreed === undefined) {
    terminal.note('broken off: nothing was written')
    return exitCodes.failed
  }
  const files = open.filter(({ path }) => agreed.includes(path))
  const written = await composition.writeProposal({ ...proposal, files })
  const code = written.every(({ outcome }) => outcome !== 'left') ? exitCodes.done : exitCodes.failed
  if (json) {
    printJson(context, { ...proposal, written })
    return code
  }
  printLines(context, renderWritten(written, proposal, lookOf(context)))
  const offered = asks ? await offerAdoptions(context, proposal) : undefined
  printLines(context, renderNext(proposal, offered?.settled ?? new Set(), lookOf(context)))
  return code === exitCodes.done ? (offered?.code ?? code) : code
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

/** What became of each file. */
function renderWritten(written: readonly WrittenFile[], { initialised }: Proposal, look: Look): string[] {
  const { paint } = look
  const lines = written.map(({ path, outcome, reason }) =>
    outcome === 'left'
      ? `${paint('yellow', '!')} ${visible(path)} was left: ${visible(reason ?? '')}`
      : `${paint('green', '✓')} ${visible(path)} ${outcome === 'created' ? 'was made' : 'has the new lines'}`,
  )
  if (written.length === 0)
    lines.push(initialised ? 'This project is set up; nothing to write.' : 'Nothing was written.')
  return lines
}

/** What to do next. `settled` names the services whose running release need not be adopted any more. */
function renderNext({ services }: Proposal, settled: ReadonlySet<string>, { paint }: Look): string[] {
  const lines = ['', paint('bold', 'Next')]
  const step = (command: string, does: string) => lines.push(`  ${paint('cyan', command)}`, `      ${does}`)
  step('opschart check', 'reads the configuration as the daemon will')
  step('opschart up', 'starts the daemon: it observes, and does nothing by itself until you promote it')
  for (const { name, adoption } of services) {
    if (adoption === null || settled.has(name)) continue
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
