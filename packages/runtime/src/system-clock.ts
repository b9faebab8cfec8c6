import type { Clock } from '@opschart/core'

/**
 * Longest sleep between two looks at the time, in milliseconds. A timer of the system stands still while the machine is
 * suspended and knows nothing of a clock that was set, so a long wait looks up once in a minute. (It also keeps delays
 * far below the 2^31-1 milliseconds at which `setTimeout` overflows and fires at once.)
 */
const longestSleep = 60_000

/**
 * The machine's clock. What waits keeps the process alive, and nothing else does. A callback never comes before the
 * clock shows its time, never within the call to `at`, and at most a minute late after the machine was suspended or the
 * clock was set forward.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(at, callback) {
    let timer: NodeJS.Timeout
    const sleep = () => {
      const rest = at - Date.now()
      timer = setTimeout(look, Math.max(0, Math.min(rest, longestSleep)))
    }
    const look = () => {
      if (Date.now() < at) sleep()
      else callback()
    }
    sleep()
    return () => clearTimeout(timer)
  },
}
