import {
  hostPrograms,
  hostVariables,
  runnerVariables,
  sharedTerminals,
  terminalMakers,
  terminalScripts,
} from './agent-marks.ts'
import type { ProcessFacts, ProcessTable } from './process-table.ts'

/** What a process must be for a person to be believed to sit before it. */
export interface PersonCheck {
  readonly processes: ProcessTable
  /** The user that the daemon runs as. */
  readonly user: number
  /** Whether a process is one that a runner started. */
  isOurs(pid: number): boolean
}

/** The terminal session that a person sits at: the same for every command typed into one shell. */
export interface TerminalSession {
  readonly session: string
}

/** Processes looked at upwards from the asking one, at most: a longer line of ancestors is no person's. */
const longestLine = 128

/** Programs that adopt what was cut off from its parent. */
const adopters = new Set([
  'systemd',
  'init',
  'launchd',
  'tini',
  'docker-init',
  'dumb-init',
  'runit',
  's6-svscan',
])

/**
 * Looks whether a person sits at the terminal of a process: it has a controlling terminal, reads from and writes to it,
 * in its foreground, and neither it nor any ancestor was started by a runner or by an agent's host. Gives the terminal
 * session, or the reason why not.
 */
export async function checkPerson(
  pid: number,
  check: PersonCheck,
): Promise<TerminalSession | { readonly refusal: string }> {
  const { processes } = check
  const asking = await processes.read(pid)
  if (asking === undefined || asking === 'hidden') return no(`process ${pid} cannot be seen`)
  if (asking.user !== check.user) return no(`process ${pid} is another user’s`)

  // Ancestors first: of an agent’s process it matters more that it is one than that it has no terminal.
  const line = await ancestors(asking, processes)
  if (line === undefined) return no('its parents changed while they were looked at; try again')
  for (const process of line) {
    const refusal = refusalOfProcess(process, check)
    if (refusal !== undefined) return no(refusal)
  }

  if (asking.terminal === null) return no('it has no terminal')
  for (const descriptor of [0, 1] as const) {
    if ((await processes.terminalOf(pid, descriptor)) !== asking.terminal) {
      return no(
        `its standard ${descriptor === 0 ? 'input' : 'output'} is not its terminal (a pipe or a file)`,
      )
    }
  }
  if (!asking.foreground) return no('it is not in the foreground of its terminal')
  const leader = line.findIndex((process) => process.leadsSession)
  const first = line[leader]
  if (first === undefined || first.terminal !== asking.terminal) {
    return no('it was cut off from the shell that its terminal was opened with')
  }
  if (isOrphanedMaker(line, leader))
    return no('its terminal was made by a program that nobody’s shell started')
  return { session: `${first.terminal} ${first.pid} ${first.started}` }
}

const no = (refusal: string) => ({ refusal })

/** The process and its ancestors, nearest first; undefined when the line broke while it was read. */
async function ancestors(from: ProcessFacts, processes: ProcessTable): Promise<ProcessFacts[] | undefined> {
  const line = [from]
  let next = from.parent
  while (next > 0) {
    if (line.length >= longestLine) return undefined
    const process = await processes.read(next)
    if (process === undefined) return undefined
    // Another user's, who may not be looked at: what it was started by cannot be one of this user's runners' children.
    if (process === 'hidden') break
    line.push(process)
    next = process.parent
  }
  return line
}

function refusalOfProcess(process: ProcessFacts, check: PersonCheck): string | undefined {
  const { pid, environment } = process
  const what = `process ${pid}${process.programs[0] === undefined ? '' : ` (${process.programs[0]})`}`
  if (check.isOurs(pid)) return `${what} was started by a runner`
  for (const entry of environment ?? []) {
    const equals = entry.indexOf('=')
    const name = entry.slice(0, equals)
    if (equals < 1 || equals === entry.length - 1) continue
    if ((runnerVariables as readonly string[]).includes(name))
      return `${what} was started by a runner (${name} is set)`
    if (Object.hasOwn(hostVariables, name))
      return `${what} was started by ${hostVariables[name]} (${name} is set)`
  }
  const host = process.programs.find((program) => Object.hasOwn(hostPrograms, program))
  if (host !== undefined) return `${what} is ${hostPrograms[host]}`
  const shared = process.programs.find((program) => Object.hasOwn(sharedTerminals, program))
  return shared === undefined
    ? undefined
    : `it runs in ${sharedTerminals[shared]}, where any program can type and read; use a terminal outside of it`
}

/** Whether what holds the terminal makes terminals for programs, and was cut off from whoever started it. */
function isOrphanedMaker(line: readonly ProcessFacts[], leader: number): boolean {
  const keeper = line[leader + 1]
  if (keeper === undefined || keeper.pid <= 1) return false
  const above = line[leader + 2]
  const adopted =
    keeper.parent <= 1 || (above !== undefined && above.programs.some((name) => adopters.has(name)))
  // One in a terminal of its own counts, too: whoever started it there need not have been a shell.
  if (!adopted) return false
  if (keeper.programs.some((name) => terminalScripts.includes(name))) return false
  return keeper.programs.some((name) => terminalMakers.some((maker) => maker.test(name)))
}
