import { resolve } from 'node:path'

import type { Clock } from '@opschart/core'

import type { Composition } from './_composition.ts'
import { exitCodes, exitOfError, isOpschartError, type ExitCode } from './_exit.ts'
import { renderCommandHelp, renderHelp, usageOf } from './_help.ts'
import { parseLine } from './_parse.ts'
import { findRoot } from './_root.ts'
import { processTerminal, type Terminal } from './_terminal.ts'
import { visible, visibleLines } from './_text.ts'

/** What the command line runs in; each the process's own when absent. */
export interface Surroundings {
  readonly terminal?: Terminal
  readonly clock?: Clock
  readonly directory?: string
  readonly composition?: Composition
}

/**
 * Runs one command line and gives its exit code. Never rejects: what goes wrong is said on standard error. Help and
 * usage errors load nothing but the table of commands.
 */
export async function main(argv: readonly string[], surroundings: Surroundings = {}): Promise<ExitCode> {
  const terminal = surroundings.terminal ?? processTerminal()
  try {
    return await run(argv, terminal, surroundings)
  } catch (error) {
    terminal.progress('')
    terminal.note(`opschart: ${errorText(error)}`)
    return exitOfError(error)
  }
}

async function run(
  argv: readonly string[],
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const line = parseLine(argv)
  const print = (lines: readonly string[]) => lines.forEach((text) => terminal.out(text))
  if ('usage' in line) {
    terminal.note(`opschart: ${line.usage}`)
    terminal.note(
      line.command === undefined
        ? 'Usage: opschart <command> [options]; opschart --help lists the commands'
        : `Usage: ${usageOf(line.command)}; opschart ${line.command.name} --help says more`,
    )
    return exitCodes.usage
  }
  const { command, options, operands } = line
  if (command === undefined) {
    if (options['version'] === true) print([(await import('../package-version.ts')).packageVersion])
    else print(renderHelp(terminal.look(0)))
    // Nothing was asked for: help is an answer only to who asked for it.
    return options['version'] === true || options['help'] === true ? exitCodes.done : exitCodes.usage
  }
  if (options['help'] === true) {
    print(renderCommandHelp(command, terminal.look(0)))
    return exitCodes.done
  }
  const { run: runCommand } = await command.load()
  const { root } = options
  return runCommand({
    root: typeof root === 'string' ? resolve(root) : findRoot(surroundings.directory ?? process.cwd()),
    operands,
    options,
    terminal,
    clock: surroundings.clock ?? (await import('@opschart/runtime')).systemClock,
    composition: surroundings.composition ?? (await import('./_program.ts')).composition,
  })
}

function errorText(error: unknown): string {
  if (isOpschartError(error)) return visibleLines(error.message, 20_000).join('\n')
  if (!(error instanceof Error)) return visible(String(error))
  const place = /^\s+at .*$/m.exec(error.stack ?? '')?.[0].trim()
  return `${visible(error.message)}\n  This is a mistake in opschart${place === undefined ? '' : ` (${visible(place, 200)})`}; please report it.`
}
