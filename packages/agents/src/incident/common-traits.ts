import { isFailedRequest, isRequest, type LogEntry } from '@opschart/core'

import { compare } from '../project/project-files.ts'

/** What failing requests have in common that succeeding ones do not. */
export interface CommonTrait {
  /** `route`, `method`, `version`, or the name of a member of the entries. */
  readonly what: string
  readonly value: string
  /** How many failing and succeeding requests have it. */
  readonly failing: number
  readonly succeeding: number
  /** Share of the failing that have it, divided by the share of the succeeding that have it. */
  readonly lift: number
  /** How far that is from chance (the G statistic; 10.8 is one in a thousand). */
  readonly weight: number
}

const leastWeight = 10.8
const leastLift = 1.5
const fewestFailing = 3

// They say that a request failed, not what it had in common with others that failed.
const sayingNothing = new Set(
  (
    'status status_code statusCode code level severity err error exception stack msg message time timestamp ts ' +
    'duration latency pid hostname route method version'
  ).split(' '),
)

/**
 * Compares failing with succeeding requests, trait by trait, and gives those that failing ones have far more often than
 * chance allows; strongest first, at most `limit` (8). Without succeeding requests there is nothing to compare with, and
 * the answer is empty.
 */
export function commonTraits(entries: readonly LogEntry[], limit = 8): CommonTrait[] {
  const requests = entries.filter(isRequest)
  const failed = requests.filter(isFailedRequest).length
  const succeeded = requests.length - failed
  if (failed < fewestFailing || succeeded < fewestFailing) return []

  const counts = new Map<string, { what: string; value: string; failing: number; succeeding: number }>()
  for (const request of requests) {
    for (const [what, value] of traitsOf(request)) {
      const key = `${what}\n${value}`
      let count = counts.get(key)
      if (count === undefined) {
        // Ids and free text make a value of their own for each request; there is no common trait among those.
        if (counts.size >= 20_000) continue
        counts.set(key, (count = { what, value, failing: 0, succeeding: 0 }))
      }
      if (isFailedRequest(request)) count.failing++
      else count.succeeding++
    }
  }

  return [...counts.values()]
    .map((count) => {
      const inFailing = (count.failing + 0.5) / (failed + 1)
      const inSucceeding = (count.succeeding + 0.5) / (succeeded + 1)
      const weight = gStatistic(count.failing, failed, count.succeeding, succeeded)
      return { ...count, lift: inFailing / inSucceeding, weight }
    })
    .filter(
      (trait) =>
        trait.failing >= Math.max(fewestFailing, failed * 0.3) &&
        trait.lift >= leastLift &&
        trait.weight >= leastWeight,
    )
    .toSorted((a, b) => b.weight - a.weight || compare(a.what, b.what) || compare(a.value, b.value))
    .slice(0, limit)
}

function traitsOf(entry: LogEntry): [string, string][] {
  const traits: [string, string][] = []
  if (entry.route !== undefined) traits.push(['route', entry.route])
  if (entry.method !== undefined) traits.push(['method', entry.method])
  if (entry.version !== undefined) traits.push(['version', entry.version])
  for (const [name, value] of Object.entries(entry.fields)) {
    if (sayingNothing.has(name)) continue
    if (typeof value === 'string' && value.length <= 80) traits.push([name, value])
    else if (typeof value === 'number' || typeof value === 'boolean') traits.push([name, String(value)])
    else if (value === null) traits.push([name, 'null'])
  }
  return traits
}

function gStatistic(
  failingWith: number,
  failing: number,
  succeedingWith: number,
  succeeding: number,
): number {
  const all = failing + succeeding
  const having = failingWith + succeedingWith
  const cells = [
    [failingWith, (failing * having) / all],
    [failing - failingWith, (failing * (all - having)) / all],
    [succeedingWith, (succeeding * having) / all],
    [succeeding - succeedingWith, (succeeding * (all - having)) / all],
  ] as const
  return (
    2 *
    cells.reduce((sum, [seen, expected]) => (seen === 0 ? sum : sum + seen * Math.log(seen / expected)), 0)
  )
}
