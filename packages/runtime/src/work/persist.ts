import { OpschartError, wait, type Clock } from '@opschart/core'

/** Milliseconds between two tries to write. */
const patience = 500

/** Writes what must not be lost: tries again while the store has no room, until it is written. */
export type Persist = <Answer>(write: () => Promise<Answer>, until?: AbortSignal) => Promise<Answer>

/**
 * Makes it. The first failure of each thing to be written is told.
 *
 * It rejects with the store's error only when the runtime closes, or `until` is aborted; and with any other at once. Then it
 * was not written.
 */
export function createPersist(sources: {
  clock: Clock
  closing: AbortSignal
  problem: (text: string) => void
}): Persist {
  const { clock, closing, problem } = sources
  return async (write, until) => {
    const given = until === undefined ? closing : AbortSignal.any([closing, until])
    for (let tries = 0; ; tries += 1) {
      try {
        return await write()
      } catch (error) {
        if (given.aborted || !canPass(error)) throw error
        if (tries === 0) {
          problem(
            `an outcome could not be written yet: ${error instanceof Error ? error.message : String(error)}`,
          )
        }
        await wait(clock, patience, given).catch(() => {
          throw error
        })
      }
    }
  }
}

/** Whether trying again can help: what is wrong with the outcome itself, or with the code, stays so. */
function canPass(error: unknown): boolean {
  return error instanceof OpschartError && ['storage', 'busy', 'conflict'].includes(error.code)
}
