import { seen, visible } from '../layout/_text.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Text that cannot become anything else: what XML would read is escaped, and what it may not hold, or what a reader would
 * not see, is a �. It is on one line, and not without end.
 */
export function escaped(text: string): string {
  return withEntities(seen(text))
}

/** The same for the value of an attribute that a program reads, which is never cut. */
export function attribute(text: string): string {
  return withEntities(visible(text))
}

function withEntities(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
