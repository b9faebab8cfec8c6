/** A time that a text begins with, and what follows it. */
export interface LeadingTime {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly rest: string
}

const latest = 8.64e15
const iso =
  /^(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?(Z|[+-]\d{2}:?\d{2})(?![A-Za-z]))?/u
const syslog = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?= )/u
const access = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-]\d{2}:?\d{2})$/u
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * The time that a value says: milliseconds, or seconds, micro- or nanoseconds since 1970 (told apart by their size), or
 * an ISO 8601 text. A text without a zone is in this process's own. Undefined for anything else.
 */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    if (/^\d{9,19}(?:\.\d{1,9})?$/u.test(value)) return timeOf(Number(value))
    return leadingIsoTime(value)?.time
  }
  if (typeof value !== 'number' || !(value > 1e8)) return undefined
  if (value < 1e11) return Math.round(value * 1000)
  if (value < 1e14) return Math.round(value)
  if (value < 1e17) return Math.round(value / 1e3)
  return value < 1e20 ? Math.round(value / 1e6) : undefined
}

/** The ISO 8601 time that a text begins with, perhaps in brackets; also with slashes and a comma before the fraction. */
export function leadingIsoTime(text: string): LeadingTime | undefined {
  const bracket = text.startsWith('[') ? 1 : 0
  const found = iso.exec(bracket === 1 ? text.slice(1, 64) : text.slice(0, 64))
  if (found === null) return undefined
  const [all, year, month, day, hour, minute, second = '0', fraction = '0', zone] = found
  const milliseconds = Math.floor(Number(`0.${fraction}`) * 1000)
  const parts = [
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ] as const
  const time = toTime(parts, milliseconds, zone)
  if (time === undefined) return undefined
  const after = text.slice(bracket + all.length)
  return { time, rest: bracket === 1 && after.startsWith(']') ? after.slice(1) : after }
}

/** The time of a syslog line (`Jan  2 03:04:05 `), which has no year: the one that makes it no later than a day after `arrival`. */
export function leadingSyslogTime(text: string, arrival: number): LeadingTime | undefined {
  const found = syslog.exec(text)
  if (found === null) return undefined
  const [all, name = '', day, hour, minute, second] = found
  const month = months.indexOf(name) + 1
  const year = new Date(arrival).getFullYear()
  const at = (year: number) =>
    toTime([year, month, Number(day), Number(hour), Number(minute), Number(second)], 0, undefined)
  const time = at(year)
  const past = time !== undefined && time > arrival + 86_400_000 ? at(year - 1) : time
  return past === undefined ? undefined : { time: past, rest: text.slice(all.length) }
}

/** The time of an access log: `10/Oct/2026:13:55:36 -0700`. */
export function accessLogTime(text: string): number | undefined {
  const found = access.exec(text)
  if (found === null) return undefined
  const [, day, name = '', year, hour, minute, second, zone] = found
  const month = months.indexOf(name) + 1
  return toTime([Number(year), month, Number(day), Number(hour), Number(minute), Number(second)], 0, zone)
}

type Parts = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number]

function toTime(parts: Parts, milliseconds: number, zone: string | undefined): number | undefined {
  const [year, month, day, hour, minute, second] = parts
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60)
    return undefined
  const time =
    zone === undefined
      ? new Date(year, month - 1, day, hour, minute, second, milliseconds).getTime()
      : Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - zoneOffset(zone)
  return time >= 0 && time <= latest ? time : undefined
}

function zoneOffset(zone: string): number {
  if (zone === 'Z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  const digits = zone.slice(1).replace(':', '')
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
}
