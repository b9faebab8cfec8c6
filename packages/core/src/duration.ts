/** A length of time with its unit, so that no bare number is ever mistaken for one: `15m`, `24h`, `500ms`, `2 days`. */
export type Duration =
  `${number}${'' | ' '}${'ms' | 's' | 'm' | 'h' | 'd' | 'second' | 'seconds' | 'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days'}`

const form = /^(\d{1,12}(?:\.\d{1,6})?) ?(ms|seconds?|minutes?|hours?|days?|s|m|h|d)$/

/** Milliseconds of a duration; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const unit = match[2]!
  const factor =
    unit === 'ms' ? 1 : { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit[0] as 's' | 'm' | 'h' | 'd']
  return Math.round(Number(match[1]) * factor)
}

/**
 * Milliseconds of a duration.
 *
 * @throws TypeError when the text is none.
 */
export function milliseconds(duration: Duration): number {
  const parsed = parseDuration(duration)
  if (parsed === undefined)
    throw new TypeError(`"${duration}" is no duration; write 500ms, 30s, 15m, 24h or 2d`)
  return parsed
}
