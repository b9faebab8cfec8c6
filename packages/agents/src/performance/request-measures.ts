import { isFailedRequest, isRequest, type LogEntry } from '@opschart/core'

import { compare } from '../project/project-files.ts'
import { oneLine } from '../project/plain-text.ts'
import { percentile } from './statistics.ts'

/** What requests measured; latencies in milliseconds, null where no entry says how long it took. */
export interface Measures {
  readonly requests: number
  readonly errors: number
  /** 0 to 1; null without requests. */
  readonly error_rate: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** Requests of one route, `GET /users/:id`, with the sorted latencies of those that say how long they took. */
export interface RouteRequests {
  readonly route: string
  readonly requests: number
  readonly errors: number
  readonly durations: readonly number[]
}

/** Most routes that are told apart; the rest, the rarest, go together as `other`. */
export const maxRoutes = 50

/** The measures of some requests. */
export function measures(requests: number, errors: number, sorted: readonly number[]): Measures {
  return {
    requests,
    errors,
    error_rate: requests === 0 ? null : round(errors / requests, 5),
    p50: rounded(percentile(sorted, 0.5)),
    p95: rounded(percentile(sorted, 0.95)),
    p99: rounded(percentile(sorted, 0.99)),
  }
}

/** The measures of log entries; those that are no requests do not count. */
export function measuresOf(entries: readonly LogEntry[]): Measures {
  const requests = entries.filter(isRequest)
  return measures(requests.length, requests.filter(isFailedRequest).length, durationsOf(requests))
}

/** Requests by route, the busiest first. Parts of a path that look like ids are taken for one parameter. */
export function byRoute(entries: readonly LogEntry[]): RouteRequests[] {
  const groups = new Map<string, LogEntry[]>()
  for (const entry of entries.filter(isRequest)) {
    const route = routeName(entry)
    const group = groups.get(route)
    if (group === undefined) groups.set(route, [entry])
    else group.push(entry)
  }
  const sorted = [...groups].toSorted(
    ([a, first], [b, second]) => second.length - first.length || compare(a, b),
  )
  const shown = sorted.slice(0, maxRoutes)
  const rest = sorted.slice(maxRoutes).flatMap(([, group]) => group)
  if (rest.length > 0) shown.push(['other', rest])
  return shown.map(([route, group]) => ({
    route,
    requests: group.length,
    errors: group.filter(isFailedRequest).length,
    durations: durationsOf(group),
  }))
}

/** A request's route: method and path, ids in the path replaced by `:id`. */
export function routeName(entry: LogEntry): string {
  const path = (entry.route ?? '(no route)')
    .slice(0, 300)
    .split('/')
    .map((part) =>
      /^(?:\d{1,30}|[0-9a-f]{8}-[0-9a-f-]{20,40}|[0-9a-f]{16,64}|[0-9A-HJKMNP-TV-Z]{26})$/i.test(part)
        ? ':id'
        : part,
    )
    .join('/')
  return oneLine(`${entry.method ?? ''} ${path}`, 200)
}

function durationsOf(entries: readonly LogEntry[]): number[] {
  return entries
    .flatMap(({ duration }) =>
      duration !== undefined && duration >= 0 && Number.isFinite(duration) ? [duration] : [],
    )
    .toSorted((a, b) => a - b)
}

function rounded(value: number | null): number | null {
  return value === null ? null : round(value, 3)
}

/** A number with so many digits after the point. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
