/** Paths whose changes wait until they have come to rest. */
export interface Due {
  /** A change of this path now: the wait begins anew, but not for ever. False when too many wait already. */
  add(path: string, now: number, rest?: number): boolean
  /** Takes out at most `most` paths whose wait is over. */
  take(now: number, most: number): string[]
  /** Milliseconds until the next wait is over; undefined when none waits. */
  nextIn(now: number): number | undefined
}

const debounce = 100
/** A path that changes without a pause is looked at all the same. */
const longestWait = 2_000
const mostWaiting = 5_000

/** Nothing waits at first. Times are of one clock, in milliseconds; a change rests 100 of them unless told otherwise. */
export function createDue(): Due {
  const waiting = new Map<string, { readonly at: number; readonly latest: number }>()
  return {
    add(path, now, rest = debounce) {
      const before = waiting.get(path)
      if (before === undefined && waiting.size >= mostWaiting) return false
      const latest = before?.latest ?? now + Math.max(longestWait, rest)
      waiting.set(path, { at: Math.min(now + rest, latest), latest })
      return true
    },
    take(now, most) {
      const ripe: string[] = []
      for (const [path, { at }] of waiting) {
        if (ripe.length >= most) break
        // A wait that seems longer than any is one of a clock that was set back.
        if (at <= now || at - now > longestWait) ripe.push(path)
      }
      for (const path of ripe) waiting.delete(path)
      return ripe
    },
    nextIn(now) {
      let next: number | undefined
      for (const { at } of waiting.values()) next = Math.min(next ?? at, at)
      return next === undefined ? undefined : Math.min(Math.max(0, next - now), longestWait)
    },
  }
}
