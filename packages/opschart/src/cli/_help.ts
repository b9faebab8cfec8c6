import { commands } from './_commands.ts'
import { commonOptions, type CommandDefinition, type OptionDefinition } from './_definition.ts'
import { exitMeanings } from './_exit.ts'
import type { Look } from './_look.ts'
import { padTo, wrapTo } from './_text.ts'

const groups = { run: 'Run it', look: 'Look', decide: 'Decide', try: 'Try it' } as const

/** Help for all commands. */
export function renderHelp({ paint }: Look): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = [
    'Operational agents that run themselves, inside a law.',
    '',
    `${paint('bold', 'Usage')}  opschart <command> [options]`,
  ]
  for (const [group, title] of Object.entries(groups)) {
    lines.push('', paint('bold', title))
    for (const command of commands.filter((candidate) => candidate.group === group)) {
      lines.push(`  ${paint('cyan', padTo(command.name, width))}  ${command.summary}`)
    }
  }
  lines.push(
    '',
    paint('bold', 'Options'),
    ...optionLines({ ...commonOptions, version: { summary: 'print the version', short: 'V' } }),
  )
  lines.push('', 'opschart <command> --help shows its options and an example.')
  return lines
}

/** Help for one command. */
export function renderCommandHelp(command: CommandDefinition, look: Look): string[] {
  const { paint } = look
  const lines = [sentence(command.summary), '', `${paint('bold', 'Usage')}  ${usageOf(command)}`]
  if (command.operands.length > 0) {
    const width = Math.max(...command.operands.map(({ name }) => name.length))
    lines.push('', ...command.operands.flatMap(({ name, summary }) => row(padTo(name, width), summary)))
  }
  lines.push('', paint('bold', 'Options'), ...optionLines({ ...command.options, ...commonOptions }))
  lines.push('', paint('bold', command.examples.length === 1 ? 'Example' : 'Examples'))
  for (const [line, does] of command.examples) lines.push(`  ${paint('cyan', line)}`, `      ${does}`)
  if (command.remark !== undefined)
    lines.push('', ...command.remark.split('\n').flatMap((line) => wrapTo(line, 80)))
  lines.push(
    '',
    `${paint('bold', 'Exit codes')}  ${command.exits.map((code) => `${code} ${exitMeanings[code]}`).join(' · ')}`,
  )
  return lines
}

/** `opschart move <release> <PHASE> [options]`. */
export function usageOf({ name, operands }: CommandDefinition): string {
  const words = operands.map((operand) => {
    const word = operand.optional === true ? `[${operand.name}` : `<${operand.name}`
    return `${word}${operand.many === true ? '...' : ''}${operand.optional === true ? ']' : '>'}`
  })
  return ['opschart', name, ...words, '[options]'].join(' ')
}

function optionLines(options: Readonly<Record<string, OptionDefinition>>): string[] {
  const heads = Object.entries(options).map(([name, { value, short, bare }]) => {
    const head = `--${name}${value === undefined ? '' : bare === true ? ` [${value}]` : ` <${value}>`}`
    return short === undefined ? `    ${head}` : `-${short}, ${head}`
  })
  const width = Math.max(...heads.map((head) => head.length))
  return Object.values(options).flatMap(({ summary, choices }, index) =>
    row(
      padTo(heads[index] ?? '', width),
      choices === undefined ? summary : `${summary}: ${choices.join(', ')}`,
    ),
  )
}

/** A word with its explanation beside it, within 80 columns. */
function row(head: string, text: string): string[] {
  const indent = head.length + 4
  return wrapTo(text, 80 - indent).map((line, index) =>
    index === 0 ? `  ${head}  ${line}` : ' '.repeat(indent) + line,
  )
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
