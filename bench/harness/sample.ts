import { quantile } from './statistics.ts'

/** What one window of one engine gave. */
export interface Sample {
  /** Events acknowledged within the window. */
  readonly count: number
  readonly perSecond: number
  /** Milliseconds from handing an event over to its acknowledgement. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** Processor time of all processes of the engine and of who drives it, in microseconds for each event. */
  readonly cpu: number
  /** The same in seconds, with the warm-up: what of the machine's load was ours. */
  readonly cpuSeconds: number
}

/** Collects what happens within a window; the warm-up before it does not count. */
export interface Window {
  /** Milliseconds of `performance.now()` at which the window ends. */
  readonly until: number
  /** Tells of an event that was handed over then, and is acknowledged now. */
  acknowledged(from: number): void
  sample(): Sample
}

/**
 * Opens a window that begins after the warm-up. `cpuNow` gives the processor seconds used so far. An event belongs to
 * the window in which it is acknowledged, or in which it was due: those that are due at the end and slow must count.
 */
export function openWindow(
  times: { warm: number; seconds: number },
  cpuNow: () => number,
  belongs: 'acknowledged' | 'due' = 'acknowledged',
): Window {
  const opened = performance.now()
  const begin = opened + times.warm * 1_000
  const until = begin + times.seconds * 1_000
  const cpuOpened = cpuNow()
  const latencies: number[] = []
  let cpuBegin: number | undefined
  let cpuEnd: number | undefined
  let last = begin
  return {
    until,
    acknowledged(from) {
      const now = performance.now()
      if (now < begin) return
      cpuBegin ??= cpuNow()
      if (now > until) cpuEnd ??= cpuNow()
      const at = belongs === 'due' ? from : now
      if (at < begin || at > until) return
      latencies.push(now - from)
      last = at
    },
    sample() {
      const cpu = (cpuEnd ?? cpuNow()) - (cpuBegin ?? cpuOpened)
      const count = latencies.length
      if (count < 2)
        throw new Error(`only ${count} events in ${times.seconds} s: nothing can be said of that`)
      return {
        count,
        perSecond: count / ((last - begin) / 1_000),
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
        longest: Math.max(...slices(latencies)),
        cpu: (cpu * 1e6) / count,
        cpuSeconds: cpuNow() - cpuOpened,
      }
    },
  }
}

/** The greatest of each thousand: more arguments than a call may have. */
function* slices(values: readonly number[]): Generator<number> {
  for (let from = 0; from < values.length; from += 1_000) yield Math.max(...values.slice(from, from + 1_000))
}

/** Processor seconds that this process has used. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
