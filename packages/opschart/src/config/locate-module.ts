import type { Place } from './code-frame.ts'
import type { Finding } from './problem.ts'

/**
 * Where a finding most likely stands in the text of `opschart.config.ts`: its names are looked for one after the other,
 * each behind the one before. Where a name is not written out (it was computed), the last one that is.
 */
export function locateInModule({ path }: Finding, text: string): Place {
  let offset = 0
  let length = 1
  let from = 0
  let position = 0
  for (const part of path) {
    if (typeof part === 'number') {
      position = part
      continue
    }
    // The items of a list mostly have the same keys, so the third item's key is the third of its name.
    let at = wordAt(text, part, from)
    for (let next = at; position > 0 && next >= 0; position -= 1) {
      next = wordAt(text, part, next + part.length)
      if (next >= 0) at = next
    }
    position = 0
    if (at < 0) break
    offset = at
    length = part.length
    from = at + part.length
  }
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1, length }
}

/** The next place where a word stands as a whole word. */
function wordAt(text: string, word: string, from: number): number {
  const inWord = (character: string | undefined) =>
    character !== undefined && /[A-Za-z0-9_$-]/.test(character)
  let at = text.indexOf(word, from)
  while (at >= 0 && (inWord(text[at - 1]) || inWord(text[at + word.length]))) at = text.indexOf(word, at + 1)
  return at
}
