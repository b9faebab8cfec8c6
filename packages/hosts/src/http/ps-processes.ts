import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { promisify } from 'node:util'

import { programNames, type ProcessFacts, type ProcessTable } from './process-table.ts'

const run = promisify(execFile)
const limits = {
  timeout: 5_000,
  maxBuffer: 4 * 1024 * 1024,
  env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
}

/** How a system's `ps` is asked to show the environment that a process was started with. */
export type EnvironmentFlags = readonly string[]

/**
 * The process table of systems without `/proc` (macOS), read through `ps` and `lsof`. `ps` puts the environment behind
 * the arguments in one line, so every word counts as both: a marker that stands among the arguments refuses as well.
 */
export function psProcesses(environment: EnvironmentFlags = ['-E']): ProcessTable {
  return {
    async read(pid) {
      const columns = 'pid=,ppid=,uid=,stat=,tty=,lstart='
      const [row, words] = await Promise.all([
        output('ps', ['-o', columns, '-p', String(pid)]),
        output('ps', [...environment, '-ww', '-o', 'command=', '-p', String(pid)]),
      ])
      return row.trim() === '' ? undefined : parseRow(row, words)
    },

    terminalOf,

    async holds(pid, file) {
      const wanted = `n${await realpath(file)}`
      return (await output('lsof', ['-a', '-p', String(pid), '-F', 'n'])).split('\n').includes(wanted)
    },

    async openTerminal(pid) {
      const path = await terminalOf(pid, 1)
      if (path === null) throw new Error('its standard output is no terminal')
      const handle = await open(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK)
      return { write: (text) => handle.writeFile(text), close: () => handle.close() }
    },
  }
}

async function terminalOf(pid: number, descriptor: 0 | 1): Promise<string | null> {
  const lines = (await output('lsof', ['-a', '-p', String(pid), '-d', String(descriptor), '-F', 'tn'])).split(
    '\n',
  )
  const name = lines.find((line) => line.startsWith('n/dev/'))
  return lines.includes('tCHR') && name !== undefined ? name.slice(1) : null
}

/** Reads one row of `ps -o pid=,ppid=,uid=,stat=,tty=,lstart=` and the words of the command with its environment. */
export function parseRow(row: string, command: string): ProcessFacts {
  const [pid, parent, user, state = '', terminal = '', ...started] = row.trim().split(/\s+/)
  const words = command.trim().split(/\s+/)
  return {
    pid: Number(pid),
    parent: Number(parent),
    user: Number(user),
    started: started.join(' '),
    terminal: /^\?+$|^-$/.test(terminal) ? null : `/dev/${terminal}`,
    leadsSession: state.includes('s'),
    foreground: state.includes('+'),
    programs: programNames([], words),
    environment: words.filter((word) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(word)),
  }
}

/** What the program printed; nothing when it found nothing, which both say with exit code 1. */
async function output(program: string, argv: readonly string[]): Promise<string> {
  try {
    return (await run(program, argv, limits)).stdout
  } catch (error) {
    const failure = error as { code?: number | string; stdout?: string }
    if (failure.code === 1) return failure.stdout ?? ''
    throw error
  }
}
