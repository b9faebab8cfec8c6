import { redact } from '@opschart/core'

// eslint-disable-next-line no-control-regex -- these are the characters that must not pass
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
// eslint-disable-next-line no-control-regex -- a terminal's colours and cursor movements
const escapes = /\u001b(?:\[[0-9;?]{0,32}[A-Za-z]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)?|[@-_])/g

/** Outside text as harmless text: terminal sequences, control and invisible characters out; lines and tabs stay. */
export function cleanText(text: string): string {
  return text.replace(escapes, '').replace(/\r\n?/g, '\n').replace(controls, '')
}

/** Outside text as one bounded line: clean, without secrets, white space folded. `limit` in characters, 200 by default. */
export function oneLine(value: unknown, limit = 200): string {
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  // Cut before cleaning, so that a megabyte costs no more than what is kept could need.
  const line = redact(
    cleanText(text.slice(0, limit * 8))
      .replace(/\s+/g, ' ')
      .trim(),
  )
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line
}

/** The last lines of a program's output, clean and without secrets, at most `limit` characters (4,000 by default). */
export function outputTail(text: string, limit = 4000): string {
  const clean = redact(cleanText(text.slice(-limit * 4))).trimEnd()
  if (clean.length <= limit) return clean
  const cut = clean.slice(-limit)
  const lineStart = cut.indexOf('\n')
  return lineStart >= 0 && lineStart < 200 ? cut.slice(lineStart + 1) : cut
}

/** Outside text inside a Markdown line or table cell: one bounded line that is neither markup, a comment nor a cell border. */
export function markdownText(value: unknown, limit = 200): string {
  return oneLine(value, limit)
    .replace(/\\/g, '\\\\')
    .replace(/[|`*_[\]#]/g, (character) => `\\${character}`)
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
}

/** Outside text as a Markdown code span in one line: back ticks become quotes, so that the span cannot be left. */
export function markdownCode(value: unknown, limit = 200): string {
  const text = oneLine(value, limit).replace(/`/g, "'").replace(/\|/g, '\\|').replace(/<!--/g, '<! --')
  return text === '' ? '' : `\`${text}\``
}

/** A name as part of a file's name: lower case letters, digits, dots and dashes, at most 80; never empty, never hidden. */
export function fileName(text: string): string {
  const name = text
    .slice(0, 300)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 80)
  return name === '' ? 'unnamed' : name
}
