import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { OpschartError, type Clock } from '@opschart/core'
import { systemClock } from '@opschart/runtime'

import type { Composition } from './_composition.ts'
import { exitCodes, exitOfError, type ExitCode } from './_exit.ts'
import { renderCommandHelp, renderHelp, usageOf } from './_help.ts'
import { parseLine } from './_parse.ts'
import { findRoot } from './_root.ts'
import { processTerminal, type Terminal } from './_terminal.ts'
import { visible } from './_text.ts'

/** What the command line runs in; each the process's own when absent. */
export interface Surroundings {
  readonly terminal?: Terminal
  readonly clock?: Clock
  readonly directory?: string
  readonly composition?: Composition
}

/** Runs one command line and gives its exit code. Never rejects: what goes wrong is said on standard error. */
export async function main(argv: readonly string[], surroundings: Surroundings = {}): Promise<ExitCode> {
  const clock = surroundings.clock ?? systemClock
  const terminal = surroundings.terminal ?? processTerminal(() => clock.now())
  try {
    return await run(argv, { ...surroundings, clock, terminal })
  } catch (error) {
    terminal.progress('')
    terminal.note(`opschart: ${errorText(error)}`)
    return exitOfError(error)
  }
}

async function run(argv: readonly string[], { terminal, clock, directory, composition }: Surroundings & { clock: Clock; terminal: Terminal }): Promise<ExitCode> {
  const line = parseLine(argv)
  const print = (lines: readonly string[]) => lines.forEach((text) => terminal.out(text))
  if ('usage' in line) {
    terminal.note(`opschart: ${line.usage}`)
    terminal.note(line.command === undefined ? 'Usage: opschart <command> [options]; opschart --help lists the commands' : `Usage: ${usageOf(line.command)}; opschart ${line.command.name} --help says more`)
    return exitCodes.usage
  }
  const { command, options, operands } = line
  if (command === undefined) {
    if (options['version'] === true) print([version()])
    else print(renderHelp(terminal.look()))
    // Nothing was asked for: help is an answer only to who asked for it.
    return options['version'] === true || options['help'] === true ? exitCodes.done : exitCodes.usage
  }
  if (options['help'] === true) {
    print(renderCommandHelp(command, terminal.look()))
    return exitCodes.done
  }
  const { run: runCommand } = await command.load()
  const root = typeof options['root'] === 'string' ? findRoot(options['root']) : findRoot(directory ?? process.cwd())
  return runCommand({
    root,
    operands,
    options,
    terminal,
    clock,
    composition: composition ?? (await import('./_compose.ts')).composition,
  })
}

/** The package's version, from its manifest. */
export function version(): string {
  const manifest = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function errorText(error: unknown): string {
  if (error instanceof OpschartError) return visible(error.message)
  if (error instanceof Error) return `${visible(error.message)}\n${(error.stack ?? '').split('\n').slice(1, 6).map((frame) => visible(frame)).join('\n')}`
  return visible(String(error))
}
