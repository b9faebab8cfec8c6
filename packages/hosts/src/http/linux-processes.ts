import { constants } from 'node:fs'
import { open, readFile, readdir, readlink, realpath, stat } from 'node:fs/promises'

import { programNames, type ProcessFacts, type ProcessTable } from './process-table.ts'

/** The process table of Linux, read from `/proc`. */
export const linuxProcesses: ProcessTable = {
  async read(pid) {
    try {
      return await factsOf(pid)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      // Gone between two reads (ESRCH), never there (ENOENT), or hidden by the mount's `hidepid`.
      if (code === 'ENOENT' || code === 'ESRCH') return isThere(pid) ? 'hidden' : undefined
      if (code === 'EACCES' || code === 'EPERM') return 'hidden'
      throw error
    }
  },

  async terminalOf(pid, descriptor) {
    const facts = await stat(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined)
    return facts?.isCharacterDevice() === true ? String(facts.rdev) : null
  },

  async holds(pid, file) {
    const wanted = await realpath(file)
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors.slice(0, 4096)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined)
      if (target === wanted) return true
    }
    return false
  },

  async openTerminal(pid) {
    // Through the process's own descriptor, so that it is its terminal even where another mount has one of that name.
    // O_NOCTTY: a daemon without a terminal would get this one as its own. O_NONBLOCK: a stopped terminal is an error.
    const flags = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK
    const handle = await open(`/proc/${pid}/fd/1`, flags)
    return {
      write: (text) => handle.writeFile(text),
      close: () => handle.close(),
    }
  },
}

async function factsOf(pid: number): Promise<ProcessFacts> {
  const folder = `/proc/${pid}`
  const [line, owner, commandLine, executable, environment] = await Promise.all([
    readFile(`${folder}/stat`, 'latin1'),
    stat(folder),
    readFile(`${folder}/cmdline`, 'latin1'),
    readlink(`${folder}/exe`).catch(() => ''),
    readFile(`${folder}/environ`, 'latin1').catch(() => null),
  ])
  const { name, fields } = parseStat(line)
  const field = (position: number) => Number(fields[position - 3])
  const terminal = field(7)
  return {
    pid,
    parent: field(4),
    user: owner.uid,
    started: fields[22 - 3] ?? '',
    terminal: terminal === 0 ? null : String(terminal),
    leadsSession: field(6) === pid,
    foreground: terminal !== 0 && field(8) === field(5),
    programs: programNames([name, executable.replace(/ \(deleted\)$/, '')], commandLine.split('\0')),
    environment: environment === null ? null : environment.split('\0').filter((entry) => entry !== ''),
  }
}

/** Name and fields 3 to 52 of `/proc/<pid>/stat`. The name is in parentheses and may itself hold spaces and parentheses. */
export function parseStat(line: string): { name: string; fields: string[] } {
  const close = line.lastIndexOf(')')
  return {
    name: line.slice(line.indexOf('(') + 1, close),
    fields: line
      .slice(close + 2)
      .trim()
      .split(' '),
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
