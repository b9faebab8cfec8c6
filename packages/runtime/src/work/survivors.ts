import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { endGroup } from './program.ts'

/**
 * Remembers which process groups operations have started, beyond the death of this process: before work is done again
 * under its key, what is left of the attempt before is ended, so that the two never run side by side.
 */
export interface Survivors {
  started(key: string, pid: number): void
  ended(key: string): void
  /** Ends what a dead attempt left running; resolves when it is gone. */
  end(key: string): Promise<void>
}

/** Remembers nothing: for stores in memory, which do not outlive the process either. */
export const noSurvivors: Survivors = { started: () => {}, ended: () => {}, end: () => Promise.resolve() }

/** Milliseconds between two looks whether what was ended is gone. */
const rhythm = 5

/**
 * Remembers in files of a folder, one for each operation that runs. Needs `/proc` to know a process again; where there is
 * none (macOS), nothing is ended, since the number may be another's by now.
 */
export function survivorFiles(folder: string): Survivors {
  const fileOf = (key: string) =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.pids`)
  return {
    started(key, pid) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(fileOf(key), `${pid} ${statOf(pid)?.start ?? ''}\n`, { flag: 'a', mode: 0o600 })
    },
    ended: (key) => rmSync(fileOf(key), { force: true }),
    async end(key) {
      let text: string
      try {
        text = readFileSync(fileOf(key), 'utf8')
      } catch {
        return
      }
      for (const line of text.split('\n')) {
        const [id = '', start = ''] = line.split(' ')
        const group = Number(id)
        if (!Number.isInteger(group) || group <= 1 || start === '') continue
        while (isAlive(group, start, key)) {
          endGroup(group, 'SIGKILL')
          await sleep(rhythm)
        }
      }
      rmSync(fileOf(key), { force: true })
    },
  }
}

/**
 * Whether a process group that an operation has started still has members. The number may be another's by now: its
 * leader is known again by when it was started, and where the leader has ended, a member by the key in its environment.
 */
function isAlive(group: number, start: string, key: string): boolean {
  const leader = statOf(group)
  if (leader !== undefined) return leader.start === start && leader.group === group
  return membersOf(group).some((pid) => keyIn(pid) === key)
}

function membersOf(group: number): number[] {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return []
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.group === group)
}

function keyIn(pid: number): string | undefined {
  try {
    const prefix = 'OPSCHART_KEY='
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return variables.find((variable) => variable.startsWith(prefix))?.slice(prefix.length)
  } catch {
    return undefined
  }
}

/** When a process was started, as the system counts it, and its group; undefined when it is gone (or on systems without /proc). */
function statOf(pid: number): { start: string; group: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything; the fields after it do not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; only its parent has not noticed yet.
    return fields[0] === 'Z' || fields[0] === 'X'
      ? undefined
      : { start: fields[19] ?? '', group: Number(fields[2]) }
  } catch {
    return undefined
  }
}
