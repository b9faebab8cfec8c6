/** A fenced block of a document, with the comment that says what becomes of it. */
export interface Block {
  readonly document: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly language: string
  /** The words of the comment above it: `<!-- session exits 3 -->`; empty when there is none. */
  readonly mark: string
  readonly text: string
}

/** The fenced blocks of a Markdown text, in order. */
export function blocksOf(document: string, markdown: string): Block[] {
  const lines = markdown.split('\n')
  const found: Block[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^```(\S*)$/.exec(lines[at]!)
    if (fence === null) continue
    const end = lines.indexOf('```', at + 1)
    if (end < 0) throw new Error(`${document}:${at + 1}: the block is not closed`)
    const before = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? ''
    const mark = /^<!-- (.*) -->$/.exec(before)?.[1] ?? ''
    found.push({
      document,
      line: at + 1,
      language: fence[1]!,
      mark,
      text: lines.slice(at + 1, end).join('\n'),
    })
    at = end
  }
  return found
}

/** Where a block stands, for messages. */
export function placeOf({ document, line }: Block): string {
  return `${document}:${line}`
}

/** The words of a command line; quotes keep words together. There is no shell: nothing else means anything. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare!,
  )
}

const changing: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '‹id›'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/g, '‹id›'],
  [/\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?/g, '‹time›'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2} \d{4}/g, '‹day›'],
  [/\b\d\d:\d\d(?::\d\d)?\b/g, '‹time›'],
  [/\b(process|daemon) \d+/g, '$1 ‹number›'],
  [/\b127\.0\.0\.1:\d+/g, '‹address›'],
  [/(?<=^|\s)\/(?:[\w.-]+\/)*greeter\b/g, '‹project›'],
  [/\b\d+(?:\.\d+)? ?(?:ms|s|min|h|d)\b(?: ago)?/g, '‹span›'],
  [/[ \t]+/g, ' '],
]

/** A line without what is another in each run: ids, times, numbers of processes, spans, spaces. */
export function steady(line: string): string {
  return changing.reduce((text, [form, place]) => text.replace(form, place), line).trim()
}

/**
 * Where an output is not what a document shows; undefined when it is. A line `…` stands for any lines, none included;
 * what changes from run to run is not compared.
 */
export function differenceOf(shown: string, given: string): string | undefined {
  const expected = linesOf(shown)
  const actual = linesOf(given)
  let at = 0
  let skips = false
  for (const line of expected) {
    if (line === '…') {
      skips = true
      continue
    }
    const found = skips ? actual.indexOf(line, at) : actual[at] === line ? at : -1
    if (found < 0)
      return `expected ${JSON.stringify(line)}, got\n${actual.slice(at).join('\n') || '(nothing more)'}`
    at = found + 1
    skips = false
  }
  return skips || at === actual.length ? undefined : `expected no more, got\n${actual.slice(at).join('\n')}`
}

const linesOf = (text: string) => text.trim().split('\n').map(steady)
