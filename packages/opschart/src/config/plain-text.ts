// Control characters, line and paragraph separators, and the marks that turn the direction of text around: what could
// move a cursor, fake a line or hide a name.
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** A text from outside in one harmless line: unprintable characters become `?` (tabs a space), the rest is cut at `limit` characters. */
export function plainText(text: string, limit = 120): string {
  const line = text
    .slice(0, limit + 1)
    .replaceAll('\t', ' ')
    .replace(unprintable, '?')
  return text.length > limit ? `${line.slice(0, limit - 1)}…` : line
}

/** Whether a text has nothing that {@link plainText} would change, whatever its length. */
export function isPlainText(text: string): boolean {
  return !text.includes('\t') && text.search(unprintable) < 0
}
