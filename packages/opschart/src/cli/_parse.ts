import { parseArgs } from 'node:util'

import { nearestName } from '@opschart/core/nearest-name'
import { commands, optionsOf } from './_commands.ts'
import type { CommandContext } from './_context.ts'
import { commonOptions, type CommandDefinition, type OptionDefinition } from './_definition.ts'
import { visible } from './_text.ts'

/** A command line that was understood. */
export interface ParsedLine {
  /** Undefined: only common options were given. */
  readonly command: CommandDefinition | undefined
  readonly operands: readonly string[]
  readonly options: CommandContext['options']
}

/** A command line that was not: what is wrong with it. `command` is known where its name was right. */
export interface UsageError {
  readonly usage: string
  readonly command: CommandDefinition | undefined
}

/** Understands a command line by the table of commands. */
export function parseLine(argv: readonly string[]): ParsedLine | UsageError {
  const wordAt = commandAt(argv)
  const word = wordAt === undefined ? undefined : argv[wordAt]
  const command = commands.find(({ name }) => name === word)
  if (word !== undefined && command === undefined)
    return {
      usage: unknown(
        'command',
        word,
        commands.map(({ name }) => name),
      ),
      command,
    }
  const rest = argv.filter((_, index) => index !== wordAt)
  const known: Readonly<Record<string, OptionDefinition>> = {
    ...optionsOf(command),
    ...(command === undefined ? { version: versionOption } : {}),
  }
  const parsed = read(rest, known)
  const options: Record<string, string | true | string[]> = {}
  const operands: string[] = []
  for (const token of parsed) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined
    const problem = problemOf(token, option, Object.keys(known))
    if (problem !== undefined) return { usage: problem, command }
    const before = options[token.name]
    const value = token.value ?? true
    options[token.name] =
      option?.many === true && value !== true ? [...(Array.isArray(before) ? before : []), value] : value
  }
  if (options['help'] === true || command === undefined) return { command, operands, options }
  const count = countProblem(command, operands)
  return count === undefined ? { command, operands, options } : { usage: count, command }
}

const versionOption: OptionDefinition = { summary: 'print the version', short: 'V' }

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
}

function read(argv: readonly string[], options: Readonly<Record<string, OptionDefinition>>) {
  const declared = Object.fromEntries(
    Object.entries(options).map(([name, { value, short, bare }]) => [
      name,
      {
        type: value === undefined || bare === true ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  )
  return parseArgs({
    args: withValues(argv, options),
    options: declared,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens
}

/** The words, with each value that an option may do without at the option itself, where one follows it. */
function withValues(argv: readonly string[], options: Readonly<Record<string, OptionDefinition>>): string[] {
  const bare = Object.keys(options).filter((name) => options[name]?.bare === true)
  const words: string[] = []
  for (const word of argv) {
    const last = words.at(-1) ?? ''
    if (bare.includes(last.slice('--'.length)) && last.startsWith('--') && !word.startsWith('-'))
      words[words.length - 1] = `${last}=${word}`
    else words.push(word)
  }
  return words
}

/** Where the command's word stands: the first one that is neither an option nor the value of a common one. */
function commandAt(argv: readonly string[]): number | undefined {
  return read(argv, commonOptions).find(({ kind }) => kind === 'positional')?.index
}

function problemOf(
  token: OptionToken,
  option: OptionDefinition | undefined,
  known: readonly string[],
): string | undefined {
  if (option === undefined)
    return unknown(
      'option',
      token.rawName,
      known.map((name) => `--${name}`),
    )
  if (option.value === undefined)
    return token.value === undefined ? undefined : `${token.rawName} takes no value`
  if (token.value === undefined && option.bare === true) return undefined
  if (token.value === undefined || token.value === '')
    return `${token.rawName} needs a value: ${token.rawName} <${option.value}>`
  if (option.choices !== undefined && !option.choices.includes(token.value)) {
    return `${unknown(option.value, token.value, option.choices)} (${option.choices.join(', ')})`
  }
  return undefined
}

function countProblem(command: CommandDefinition, operands: readonly string[]): string | undefined {
  const missing = command.operands.find(
    ({ optional }, index) => optional !== true && operands[index] === undefined,
  )
  if (missing !== undefined) return `${command.name} needs <${missing.name}>: ${missing.summary}`
  const takesAll = command.operands.some(({ many }) => many === true)
  const surplus = operands[command.operands.length]
  if (surplus === undefined || takesAll) return undefined
  return `${command.name} takes ${command.operands.length === 0 ? 'no operand' : `at most ${command.operands.length}`}; what is ${visible(surplus, 60)}?`
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return `there is no ${kind} ${visible(name, 60)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
}
