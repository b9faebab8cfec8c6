import type { Cancellation, Clock } from '@opschart/core'

/** Lets one sleeper be woken early. */
export interface Alarm {
  /** Wakes the sleeper; when nobody sleeps, the next sleep ends at once. */
  ring(): void
  /** Resolves when `milliseconds` have passed, when the alarm rings (to true), or when cancelled; never rejects. */
  sleep(milliseconds: number): Promise<boolean>
}

/** An alarm on a clock. */
export function createAlarm(clock: Clock, cancel: Cancellation): Alarm {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
    },
    async sleep(milliseconds) {
      if (!rung && !cancel.aborted) {
        await new Promise<void>((resolve) => {
          const done = () => {
            takeBack()
            cancel.removeEventListener('abort', done)
            wake = undefined
            resolve()
          }
          const takeBack = clock.at(clock.now() + milliseconds, done)
          cancel.addEventListener('abort', done)
          wake = done
        })
      }
      const isRung = rung
      rung = false
      return isRung
    },
  }
}
