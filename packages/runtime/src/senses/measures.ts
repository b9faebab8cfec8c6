import { isFailedRequest, isRequest, type Json, type LogEntry } from '@opschart/core'

/** Requests of one second: when, how many, how many failed. */
export type Bucket = readonly [second: number, requests: number, failed: number]

/** What a window holds. */
export interface Sample {
  /** Failed of all requests, 0 to 1; null when there were none. */
  readonly value: number | null
  readonly samples: number
  /** When the window began, in milliseconds since 1970. */
  readonly since: number
}

/**
 * The counts of a source with new log entries folded in: a new list, so that it can be thrown away when it could not be
 * saved. Entries from before `now - keep` are dropped; a time that is yet to come counts as now, whatever wrote it.
 */
export function foldRequests(
  buckets: readonly Bucket[],
  entries: readonly LogEntry[],
  { now, keep }: { now: number; keep: number },
): readonly Bucket[] {
  const counts = new Map(buckets.map(([second, requests, failed]) => [second, { requests, failed }]))
  for (const entry of entries) {
    if (!isRequest(entry)) continue
    const second = Math.floor(Math.min(entry.time, now) / 1_000)
    const count = counts.get(second) ?? { requests: 0, failed: 0 }
    counts.set(second, count)
    count.requests += 1
    if (isFailedRequest(entry)) count.failed += 1
  }
  const oldest = Math.floor((now - keep) / 1_000)
  return [...counts]
    .filter(([second]) => second >= oldest)
    .sort(([one], [other]) => one - other)
    .map(([second, { requests, failed }]): Bucket => [second, requests, failed])
}

/** The share of failed requests of all sources in the window that ends now, of those that are not older than `from`. */
export function errorRate(
  sources: Iterable<readonly Bucket[]>,
  now: number,
  window: number,
  from = 0,
): Sample {
  const since = Math.max(now - window, from)
  let samples = 0
  let failed = 0
  for (const buckets of sources) {
    for (let index = buckets.length - 1; index >= 0; index -= 1) {
      const [second, requests, bad] = buckets[index]!
      if (second * 1_000 < since) break
      if (second * 1_000 > now) continue
      samples += requests
      failed += bad
    }
  }
  return { value: samples === 0 ? null : failed / samples, samples, since }
}

/** The counts that a checkpoint holds; none of what is not of their form. */
export function savedBuckets(saved: Json | undefined): readonly Bucket[] {
  if (!Array.isArray(saved)) return []
  const buckets = (saved as readonly Json[]).filter(
    (item): item is [number, number, number] =>
      Array.isArray(item) && item.length === 3 && item.every(Number.isFinite),
  )
  return buckets.map(([second, requests, failed]): Bucket => [second, requests, failed])
}
