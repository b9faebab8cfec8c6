import type { Json } from '../json.ts'

// Control characters, line and paragraph separators, and what turns the direction of writing round.
// oxlint-disable-next-line no-control-regex -- they are what it is about
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g

/** A value from outside as it may stand in a reason: a text as one line, anything else as JSON; cut after `limit`. */
export function shownValue(value: Json | undefined, limit = 64): string {
  return plainText(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'), limit)
}

/** A text from outside as it may stand in a reason: one line without control characters, cut after `limit` characters. */
export function plainText(text: string, limit = 300): string {
  const whole = text.length <= limit
  const line = (whole ? text : text.slice(0, limit)).replace(unprintable, ' ')
  return whole ? line : `${line}…`
}
