import type { JsonObject } from '@opschart/core'

import { cut, harmlessText } from '../shared/harmless.ts'
import type { Level } from './level.ts'

/** What one line says, before it is known where it stood. Texts are harmless and bounded already. */
export interface ParsedLine {
  /** `text` lines may go on in the next lines; the others are complete. */
  readonly form: 'structured' | 'text'
  /** The line's own time; undefined when it says none. */
  readonly time: number | undefined
  /** Whether a level was said, not only implied. */
  readonly levelled: boolean
  readonly level: Level
  readonly message: string
  readonly status?: number
  readonly method?: string
  readonly route?: string
  readonly duration?: number
  readonly stack?: string
  readonly version?: string
  readonly fields: JsonObject
  /** The line that the program itself wrote, where a container wrapped it, and when it was collected. */
  readonly inner?: string
  readonly collected?: number
}

/** Longest message, in UTF-16 units. */
export const longestMessage = 2_000
/** Longest stack trace, in UTF-16 units. */
export const longestStack = 8_000
const longestRoute = 300

/** An HTTP method in upper case; undefined for what is none. */
export function methodOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z]{3,16}$/u.test(value) ? value.toUpperCase() : undefined
}

/** An HTTP status; undefined for what is none. */
export function statusOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{3}$/u.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 100 && number <= 599
    ? number
    : undefined
}

/** The path of a URL or path: without scheme, host, query and fragment. */
export function routeOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const absolute = /^[a-z][a-z0-9+.-]{0,20}:\/\/[^/?#]*/iu.exec(value.slice(0, 2_000))
  const local = absolute === null ? value : value.slice(absolute[0].length)
  const end = local.search(/[?#]/u)
  const route = harmlessText(end < 0 ? local : local.slice(0, end), longestRoute)
  return route === '' ? '/' : route
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  '': 1,
}

/** Milliseconds out of a number times `unit`, or out of a text such as `12ms`, `1.5s`, `120µs`. */
export function durationOf(value: unknown, unit = 1): number | undefined {
  if (typeof value === 'number') return value >= 0 && Number.isFinite(value) ? value * unit : undefined
  if (typeof value !== 'string') return undefined
  const found = /^(\d{1,15}(?:\.\d{1,15})?) ?(ns|us|µs|μs|ms|s|m)?$/u.exec(value)
  if (found === null) return undefined
  return Number(found[1]) * (found[2] === undefined ? unit : (units[found[2]] ?? 1))
}

/** An object without the members that are undefined. */
export function present<Members extends object>(
  members: Members,
): { [Key in keyof Members]: Exclude<Members[Key], undefined> } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as { [Key in keyof Members]: Exclude<Members[Key], undefined> }
}

/** A short text for a field. */
export function fieldText(value: string): string {
  return cut(harmlessText(value, 200), 200)
}
