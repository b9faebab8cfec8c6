/** Largest configuration that is read, in bytes and in characters. */
export const maxConfiguration = 1024 * 1024

const maxFlowDepth = 100
const maxIndentation = 200
const maxCompactDepth = 20

/** Why a text is not handed to the parser, and where. */
export interface Refusal {
  readonly message: string
  /** Position in the text, in code units. */
  readonly offset: number
}

/**
 * Refuses texts that are made to exhaust the parser, which works recursively: brackets, block markers and indentation
 * that nest deeper than any configuration. Brackets in texts and comments count too, so the limits are wide. Linear in
 * the text's length.
 */
export function refusalOfYaml(text: string): Refusal | undefined {
  if (text.length > maxConfiguration)
    return { message: `longer than ${maxConfiguration} characters`, offset: 0 }
  let depth = 0
  let start = 0
  while (start <= text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    let at = start
    while (at < end && (text[at] === ' ' || text[at] === '\t')) at += 1
    if (at - start > maxIndentation)
      return { message: `indented by more than ${maxIndentation} characters`, offset: at }
    const markers = compactMarkers(text, at, end)
    if (markers > maxCompactDepth)
      return { message: `more than ${maxCompactDepth} lists and maps begin on one line`, offset: at }
    for (; at < end; at += 1) {
      const character = text[at]
      if (character === '[' || character === '{') depth += 1
      else if ((character === ']' || character === '}') && depth > 0) depth -= 1
      if (depth > maxFlowDepth) return { message: `brackets nest deeper than ${maxFlowDepth}`, offset: at }
    }
    start = end + 1
  }
  return undefined
}

/** How many `- `, `? ` and `: ` stand in a row at the beginning of a line's text. */
function compactMarkers(text: string, from: number, end: number): number {
  let count = 0
  for (let at = from; at < end; at += 1) {
    const character = text[at]
    if (character === ' ' || character === '\t') continue
    const next = text[at + 1]
    const separated = next === undefined || next === ' ' || next === '\t' || next === '\n' || next === '\r'
    if ((character !== '-' && character !== '?' && character !== ':') || !separated) break
    count += 1
  }
  return count
}
