import type { ExitCode } from './_exit.ts'
import type { Run } from './_context.ts'

/** An option of a command. */
export interface OptionDefinition {
  readonly summary: string
  /** What its value is called in help; absent: it is a switch. */
  readonly value?: string
  readonly short?: string
  /** Whether it may stand without its value. */
  readonly bare?: true
  /** Whether it may be given several times. */
  readonly many?: true
  /** The only values it takes. */
  readonly choices?: readonly string[]
}

/** An operand of a command, in its place. */
export interface OperandDefinition {
  readonly name: string
  readonly summary: string
  readonly optional?: boolean
  /** Takes all that follow. */
  readonly many?: boolean
}

/** A command, declared: its help, its checks and its loading all come from here. */
export interface CommandDefinition {
  readonly name: string
  readonly summary: string
  readonly group: 'run' | 'look' | 'decide' | 'try'
  readonly operands: readonly OperandDefinition[]
  readonly options: Readonly<Record<string, OptionDefinition>>
  /** Command lines, with what each does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  readonly exits: readonly ExitCode[]
  /** Words for help below the options. */
  readonly remark?: string
  load(): Promise<{ readonly run: Run }>
}

/** Options of every command. */
export const commonOptions: Readonly<Record<string, OptionDefinition>> = {
  json: { summary: 'print JSON: one document, or one a line while following' },
  root: { summary: 'the project; found from the working directory upwards when absent', value: 'folder' },
  help: { summary: 'show this help', short: 'h' },
}

/** Options by which an inspector is told what to open, for each command that opens one. */
export const inspectorOptions: Readonly<Record<string, OptionDefinition>> = {
  port: { summary: 'of the page; the project’s own when absent', value: 'number' },
  apps: {
    summary: 'show apps, too, that use @statelyai/inspect; they come to port 8080, or this one',
    value: 'port',
    bare: true,
  },
  connect: {
    summary: 'show an XState 4 app, too, that listens with @xstate/inspect; may be repeated',
    value: 'ws://…',
    many: true,
  },
  stately: {
    summary: 'tell Stately’s own inspector what happens; at ws://localhost:8080, or here',
    value: 'ws://…',
    bare: true,
  },
}

/** What a person is asked before their acts, in paragraphs; the same words for each. */
export const personRemark =
  'For a person at a terminal: the daemon writes four digits, and what they stand for, to your terminal, and you type ' +
  'them back. They are good once, for a minute, with three tries. It is refused in a pipe, below a coding agent, and ' +
  'for whatever a runner has started.'

/** The same for acts that one confirmation in five minutes covers. */
export const sessionRemark = `${personRemark}\nFor this command one confirmation in a terminal counts for five minutes; approve, adopt, move, resume and promote ask each time.`
