import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

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

/** Remembers in files of a folder, one for each operation that runs. */
export function survivorFiles(folder: string): Survivors {
  const fileOf = (key: string) => join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.pids`)
  return {
    started(key, pid) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(fileOf(key), `${pid} ${startOf(pid) ?? ''}\n`, { flag: 'a', mode: 0o600 })
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
        const [id, start] = line.split(' ')
        const pid = Number(id)
        // The same number may belong to another process by now: its start tells.
        if (!Number.isInteger(pid) || pid <= 1 || start === '' || startOf(pid) !== start) continue
        endGroup(pid, 'SIGKILL')
        while (startOf(pid) === start) await new Promise((resolve) => setImmediate(resolve))
      }
      rmSync(fileOf(key), { force: true })
    },
  }
}

/** When a process was started, as the system counts it; undefined when it is gone (or on systems without /proc). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; only its parent has not noticed yet.
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
