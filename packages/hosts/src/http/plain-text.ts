/**
 * A text of the outside on one line, for a terminal: control and format characters (which could move the cursor, hide a
 * word or turn the reading direction) become visible escapes, and what is longer than `length` characters is cut.
 */
export function plainText(text: string, length = 200): string {
  // Cut first: a megabyte is not looked through for two hundred characters.
  const cut = text.length > length ? `${text.slice(0, Math.max(0, length - 1))}…` : text
  return cut
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
