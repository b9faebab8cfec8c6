import type { Clock } from '@opschart/core'

/** A clock that stands still until it is set forward; what is due then is called in order. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void
  /** How many callbacks wait. */
  waiting(): number
}

/** A clock for tests. */
export function manualClock(start = 1_000_000): ManualClock {
  let now = start
  const waiting = new Map<object, { at: number; callback: () => void }>()
  return {
    now: () => now,
    at(at, callback) {
      const key = {}
      waiting.set(key, { at, callback })
      return () => void waiting.delete(key)
    },
    advance(milliseconds) {
      now += milliseconds
      const due = [...waiting].filter(([, { at }]) => at <= now).sort(([, a], [, b]) => a.at - b.at)
      for (const [key, { callback }] of due) {
        waiting.delete(key)
        callback()
      }
    },
    waiting: () => waiting.size,
  }
}
