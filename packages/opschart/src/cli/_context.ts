import type { Clock } from '@opschart/core'

import type { Composition } from './_composition.ts'
import type { ExitCode } from './_exit.ts'
import type { Look } from './_look.ts'
import type { Terminal } from './_terminal.ts'

/** What a command is run with. */
export interface CommandContext {
  /** The project's root, an absolute path. */
  readonly root: string
  readonly operands: readonly string[]
  /** Options by name: a text, or several; true for a switch that is on, or an option without its value. */
  readonly options: Readonly<Record<string, string | true | readonly string[] | undefined>>
  readonly terminal: Terminal
  readonly clock: Clock
  /** The rest of the program, loaded when first asked for. */
  readonly composition: Composition
}

/** Runs a command to its end. */
export type Run = (context: CommandContext) => Promise<ExitCode>

/** Whether the command's answer is to be JSON. */
export function isJson({ options }: CommandContext): boolean {
  return options['json'] === true
}

/** A text option; undefined when it was not given. */
export function textOption({ options }: CommandContext, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** All values of an option that may be given several times. */
export function textsOption({ options }: CommandContext, name: string): readonly string[] {
  const values = options[name]
  return Array.isArray(values) ? (values as readonly string[]) : []
}

/** How views are drawn now. */
export function lookOf({ clock, terminal }: CommandContext): Look {
  return terminal.look(clock.now())
}

/** Prints one JSON document. */
export function printJson({ terminal }: CommandContext, value: unknown): void {
  terminal.out(JSON.stringify(value, undefined, 2))
}

/** Prints lines. */
export function printLines({ terminal }: CommandContext, lines: readonly string[]): void {
  for (const line of lines) terminal.out(line)
}
