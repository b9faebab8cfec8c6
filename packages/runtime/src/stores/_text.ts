// UTF-8 has no form for half of a surrogate pair, which a JavaScript string may hold: SQLite would write U+FFFD for each,
// and two ids from outside would become one. Such halves are written as U+FFFF and four hexadecimal digits instead.
const halves = /\uffff|\p{Surrogate}/gu
const written = /\uffff([0-9a-f]{4})/g

/** The text as it is stored: what UTF-8 cannot hold is escaped. Keeps prefixes. */
export function storedText(text: string): string {
  if (text.isWellFormed() && !text.includes('\uffff')) return text
  return text.replace(halves, (half) => `\uffff${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The text that was stored. */
export function textOf(stored: string): string {
  return stored.replace(written, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** The first text, in the order of UTF-8 bytes, that comes after all that begin with `prefix`; undefined for none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return undefined
}

/** The order of ids and names in every store: by code unit, the same on every machine. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** The order of names in what is moved from store to store: that of their bytes as they are stored. */
export function compareStored(one: string, other: string): number {
  return Buffer.compare(Buffer.from(storedText(one)), Buffer.from(storedText(other)))
}
