/** What the system knows of a running process. */
export interface ProcessFacts {
  readonly pid: number
  /** 0 when it has none. */
  readonly parent: number
  /** Numeric id of the user it runs as. */
  readonly user: number
  /** When it was started, in the system's own form: tells a process from a later one with the same number. */
  readonly started: string
  /** Its controlling terminal, in the form that {@link ProcessTable.terminalOf} gives; null when it has none. */
  readonly terminal: string | null
  /** Whether it leads its session: the shell that a terminal was opened with. */
  readonly leadsSession: boolean
  /** Whether it is in the foreground of its terminal: what is typed there goes to it. */
  readonly foreground: boolean
  /** Names it goes by, without folders: its executable's, its own, and the script's that an interpreter runs. */
  readonly programs: readonly string[]
  /** `NAME=value` entries that it was started with; null when they may not be read. */
  readonly environment: readonly string[] | null
}

/** A terminal that can be written to. */
export interface OpenTerminal {
  write(text: string): Promise<void>
  close(): Promise<void>
}

/** Looks at the processes of this machine. */
export interface ProcessTable {
  /** `hidden`: it is there, and another user's, and may not be looked at. Undefined: there is none. */
  read(pid: number): Promise<ProcessFacts | 'hidden' | undefined>
  /** The terminal behind a process's file descriptor; null when it is no terminal. */
  terminalOf(pid: number, descriptor: 0 | 1): Promise<string | null>
  /** Whether the process has this file open. */
  holds(pid: number, file: string): Promise<boolean>
  /** Opens the terminal behind the process's standard output, without making it one's own. */
  openTerminal(pid: number): Promise<OpenTerminal>
}

/**
 * Names under which a program may be known: its own, and, where it is an interpreter, those of the script that it runs
 * (its file and its package, `@anthropic-ai/claude-code`). Folders above do not count: a project may be called anything.
 */
export function programNames(names: readonly string[], argv: readonly string[]): string[] {
  const found = new Set(names.map(plainName))
  const program = argv[0] === undefined ? '' : plainName(argv[0])
  found.add(program)
  if (interpreters.test(program)) {
    const script = argv.slice(1).find((argument) => !argument.startsWith('-')) ?? ''
    found.add(plainName(script))
    const modules = script.slice(0, 4096).split('/node_modules/')
    const [scope = '', name = ''] = modules.length > 1 ? (modules.at(-1) ?? '').split('/') : []
    found.add(scope.startsWith('@') ? `${scope}/${name}` : scope)
  }
  found.delete('')
  return [...found]
}

const interpreters = /^(?:node|nodejs|bun|deno|python[\d.]*|ruby|perl|npx|uv|uvx)$/

/** A program's name without folder and ending; a login shell is called `-bash`. */
function plainName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/^-/, '')
    .replace(/\.(?:exe|[cm]?js|ts|py)$/, '')
}
