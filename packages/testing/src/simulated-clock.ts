import type { Clock } from '@opschart/core'
import { setImmediate as turn } from 'node:timers/promises'

/** A clock that stands still until a test moves it. */
export interface SimulatedClock extends Clock {
  /**
   * Moves on by so many milliseconds, as time does: each callback that becomes due is called when the clock shows its
   * time, the earliest first, and what it sets off is done before the next one. Rejects with what a callback throws.
   */
  advance(milliseconds: number): Promise<void>
  /** Jumps, in either direction, as a clock that is set: what is due then is called at the new time, in order. */
  set(to: number): Promise<void>
}

interface Waiting {
  readonly at: number
  readonly number: number
  readonly callback: () => void
}

/** Turns of the event loop that what a callback set off is given: a commit takes one, and what follows it another. */
const turns = 10

/** A clock for tests, showing `start` (milliseconds since 1970). Nothing but its own functions moves it. */
export function simulatedClock(start: number): SimulatedClock {
  let time = start
  let last = 0
  let waiting: Waiting[] = []

  /** Calls back what is due by then, each at its time; the clock never goes back on the way. */
  async function pass(until: number): Promise<void> {
    for (let next = earliest(until); next; next = earliest(until)) {
      waiting = waiting.filter((item) => item !== next)
      time = Math.max(time, next.at)
      next.callback()
      await settled()
    }
  }

  function earliest(until: number): Waiting | undefined {
    return waiting
      .filter(({ at }) => at <= until)
      .toSorted((one, other) => one.at - other.at || one.number - other.number)[0]
  }

  return {
    now: () => time,
    at(at, callback) {
      last += 1
      const item = { at, number: last, callback }
      waiting.push(item)
      // What is past is due at once, though not within this call. Nobody needs to advance the clock for it.
      if (at <= time) {
        setImmediate(() => {
          if (!waiting.includes(item)) return
          waiting = waiting.filter((other) => other !== item)
          callback()
        })
      }
      return () => {
        waiting = waiting.filter((other) => other !== item)
      }
    },
    async advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError('time goes on by 0 milliseconds or more; set() jumps')
      const until = time + milliseconds
      await settled()
      await pass(until)
      time = Math.max(time, until)
      await settled()
    },
    async set(to) {
      time = to
      await pass(to)
      await settled()
    },
  }
}

async function settled(): Promise<void> {
  for (let left = turns; left > 0; left -= 1) await turn()
}
