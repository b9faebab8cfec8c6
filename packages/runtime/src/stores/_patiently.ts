import { setTimeout as pause } from 'node:timers/promises'

import { isBusy } from './_sqlite-errors.ts'

/**
 * Tries until the file is free, at most so many milliseconds. SQLite's own waiting would block the process, and sleep ever
 * longer.
 */
export async function patiently<T>(busyTimeout: number, attempt: () => T): Promise<T> {
  for (let waited = 0; ;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || waited >= busyTimeout) throw error
      const milliseconds = waited < 20 ? 1 : 3
      await pause(milliseconds)
      waited += milliseconds
    }
  }
}
