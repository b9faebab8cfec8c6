import { isFailedRequest, isRequest, type Json, type LogEntry } from '@opschart/core'

/** Requests of one second: when, how many, how many failed. */
type Bucket = [second: number, requests: number, failed: number]

/** What a window holds. */
export interface Sample {
  /** Failed of all requests, 0 to 1; null when there were none. */
  readonly value: number | null
  readonly samples: number
  /** When the window began, in milliseconds since 1970. */
  readonly since: number
}

/** Counts a service's requests by second, as far back as the longest window. Bounded, and savable. */
export interface Measures {
  add(entries: readonly LogEntry[]): void
  errorRate(now: number, window: number): Sample
  save(): Json
}

/** Starts counting, or goes on from what was saved. Entries older than `keep` milliseconds are dropped. */
export function createMeasures(keep: number, saved?: Json): Measures {
  let buckets: Bucket[] = Array.isArray(saved) ? (saved as unknown as Bucket[]).map(([a, b, c]) => [a, b, c]) : []
  return {
    add(entries) {
      for (const entry of entries) {
        if (!isRequest(entry)) continue
        const second = Math.floor(entry.time / 1_000)
        let bucket = buckets.findLast(([at]) => at === second)
        if (bucket === undefined) {
          bucket = [second, 0, 0]
          // Entries come nearly in order: what is late goes to its place.
          const place = buckets.findLastIndex(([at]) => at < second) + 1
          buckets.splice(place, 0, bucket)
        }
        bucket[1] += 1
        if (isFailedRequest(entry)) bucket[2] += 1
      }
      const newest = buckets.at(-1)?.[0] ?? 0
      if (buckets.length > 0) buckets = buckets.filter(([second]) => second > newest - keep / 1_000 - 1)
    },
    errorRate(now, window) {
      const since = now - window
      let samples = 0
      let failed = 0
      for (const [second, requests, bad] of buckets) {
        if (second * 1_000 < since || second * 1_000 > now) continue
        samples += requests
        failed += bad
      }
      return { value: samples === 0 ? null : failed / samples, samples, since }
    },
    save: () => buckets as unknown as Json,
  }
}
