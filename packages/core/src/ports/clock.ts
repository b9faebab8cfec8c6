import type { Cancellation } from './cancellation.ts'

/** Where time comes from. Core, runtime, watchers and agents never ask the system themselves. */
export interface Clock {
  /** Milliseconds since 1970. May jump in either direction between two calls. */
  now(): number
  /** Calls back once when the clock has reached `at` (at once when it is past). Returns what takes it back. */
  at(at: number, callback: () => void): () => void
}

/** Resolves when the clock has moved on by `milliseconds`; rejects with the reason when cancelled first. */
export function wait(clock: Clock, milliseconds: number, cancel?: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    if (cancel?.aborted) return reject(cancel.reason as Error)
    const onAbort = () => {
      takeBack()
      reject(cancel?.reason as Error)
    }
    const takeBack = clock.at(clock.now() + milliseconds, () => {
      cancel?.removeEventListener('abort', onAbort)
      resolve()
    })
    cancel?.addEventListener('abort', onAbort)
  })
}
