/** The function (or top-level statement) around a line, found by indentation: it works for any language that is indented. */
export interface CodeBlock {
  /** First and last line, from 1. */
  readonly start: number
  readonly end: number
  /** First lines of the functions and blocks around the line, innermost first. */
  readonly headers: readonly string[]
}

const keywords = new Set(
  (
    'if for while switch catch function return typeof await new throw else do case in of instanceof void delete yield ' +
    'import export from const let var class def elif except with assert lambda not and or async static super this self ' +
    'null undefined true false None True False nil try finally break continue default extends public private'
  ).split(' '),
)
const statementHead =
  /^(?:\}\s*)?(?:if|for|while|switch|catch|try|else|do|return|case|with|elif|except|finally)\b/
const closesOnly = /^[\])};,\s]*(?:catch|finally|else)?[^\w]*$/
const furthest = 400

/** The block that a line is in: from its function's first line to the last line that is indented below it. */
export function blockAround(lines: readonly string[], line: number): CodeBlock {
  const own = (lines[line - 1] ?? '').slice(0, 300)
  const headers: string[] = []
  let indent = indentOf(own)
  let outermost = line
  let functionAt: number | undefined
  // A line that opens a function is part of that function.
  if (/(?:[{(:]|=>)$/.test(own.trim()) && beginsFunction(own.trim())) {
    headers.push(own.trim())
    functionAt = line
  }
  for (let at = line - 1; at >= Math.max(1, line - furthest) && indent > 0; at--) {
    const text = (lines[at - 1] ?? '').slice(0, 300)
    if (text.trim() === '' || indentOf(text) >= indent || closesOnly.test(text.trim())) continue
    indent = indentOf(text)
    outermost = at
    headers.push(text.trim())
    if (functionAt === undefined && beginsFunction(text.trim())) functionAt = at
  }
  const start = functionAt ?? outermost
  const limit = indentOf(lines[start - 1] ?? '')
  let end = line
  for (let at = line + 1; at <= Math.min(lines.length, line + furthest); at++) {
    const text = (lines[at - 1] ?? '').slice(0, 300)
    if (text.trim() === '') continue
    // A closing bracket still belongs to the block that it closes.
    if (indentOf(text) > limit || /^[\])}]/.test(text.trim())) end = at
    if (indentOf(text) <= limit) break
  }
  return { start, end, headers }
}

/** Whether one of the headers makes the function, class, table or member of that name, rather than only using it. */
export function defines(headers: readonly string[], name: string): boolean {
  return headers.some((header) => {
    if (statementHead.test(header)) return false
    const at = wordIndex(header, name)
    if (at < 0) return false
    const before = header.slice(0, at)
    const after = header.slice(at + name.length).trimStart()
    if (/\b(?:function\*?|class|def|func|fn|const|let|var|interface|struct)\s+$/.test(before)) return true
    return (
      /^(?:[A-Za-z_]+\s+){0,4}$/.test(before.trimStart()) && /^[(:=]/.test(after) && !/;\s*$/.test(header)
    )
  })
}

/** Names that are called in a piece of code, in order, each once. */
export function callsIn(code: string): string[] {
  const found = new Set<string>()
  for (const [, name] of code.slice(0, 4000).matchAll(/([A-Za-z_$][\w$]{0,80})\s{0,3}(?:\?\.)?\(/g)) {
    if (name !== undefined && !keywords.has(name)) found.add(name)
  }
  return [...found]
}

/** Names in a piece of code, members included, keywords left out, each once. */
export function namesIn(code: string): string[] {
  const found = new Set<string>()
  for (const [name] of code.slice(0, 4000).matchAll(/[A-Za-z_$][\w$]{1,80}/g)) {
    if (!keywords.has(name)) found.add(name)
  }
  return [...found]
}

/**
 * The names of the expression that a failing access was made on, nearest first: for `order.items.map(...)` and the
 * property `map` these are `items`, `order`. Empty when the line does not show it.
 */
export function receiverOf(line: string, property: string, column: number | null): string[] {
  const text = line.slice(0, 2000)
  const near = column === null ? -1 : text.indexOf(property, Math.max(0, column - 2))
  const places = [near, wordIndex(text, property)].filter((at) => at > 0)
  for (const at of places) {
    let before = text.slice(Math.max(0, at - 300), at).trimEnd()
    if (/\[\s*['"]?$/.test(before)) before = before.replace(/\[\s*['"]?$/, '')
    else if (/\??\.$/.test(before)) before = before.replace(/\??\.$/, '')
    else continue
    const chain = chainBefore(before)
    if (chain.length > 0) return chain
  }
  return []
}

/**
 * What a variable's value was made of, on the lines from `start` up to (not including) `line`: the names called for it,
 * and the member names it was taken from; nearest assignment first.
 */
export function sourcesOf(lines: readonly string[], variable: string, start: number, line: number): string[] {
  const found = new Set<string>()
  for (let at = line; at >= start; at--) {
    const text = (lines[at - 1] ?? '').slice(0, 1000)
    const place = wordIndex(text, variable)
    if (place < 0) continue
    const after = text.slice(place + variable.length)
    const assigned = /^\s{0,5}(?:[,}\]][^=]{0,200})?(?::[^=]{0,100})?=(?!=|>)(.*)$/.exec(after)
    const looped = /^\s{0,5}\)?\s{0,5}(?:of|in)\s+(.*)$/.exec(after)
    const source = assigned?.[1] ?? looped?.[1]
    if (source === undefined) continue
    for (const name of [...callsIn(source), ...namesIn(source)]) if (name !== variable) found.add(name)
    if (assigned !== null) break
  }
  return [...found]
}

/** Where a name stands as a whole word; -1 when nowhere. */
export function wordIndex(text: string, name: string): number {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isWordPart(text[at - 1]) && !isWordPart(text[at + name.length])) return at
  }
  return -1
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /[\w$]/.test(character)
}

function beginsFunction(header: string): boolean {
  return /[({:>]$|=>/.test(header) && header.includes('(') && !statementHead.test(header)
}

function indentOf(line: string): number {
  let width = 0
  for (const character of line) {
    if (character === ' ') width++
    else if (character === '\t') width += 4
    else return width
  }
  return 0
}

// `a.b(c)[d]` read from its end: names of the chain, arguments and indexes passed over.
function chainBefore(text: string): string[] {
  const names: string[] = []
  let at = text.length
  while (at > 0 && names.length < 6) {
    while (at > 0 && (text[at - 1] === ')' || text[at - 1] === ']')) at = openingOf(text, at - 1)
    let begin = at
    while (begin > 0 && isWordPart(text[begin - 1])) begin--
    const name = text.slice(begin, at)
    if (name === '') break
    if (!keywords.has(name) && !/^\d/.test(name)) names.push(name)
    at = begin
    if (text.slice(0, at).endsWith('?.')) at -= 2
    else if (text[at - 1] === '.') at -= 1
    else break
  }
  return names
}

function openingOf(text: string, close: number): number {
  let depth = 0
  for (let at = close; at >= 0; at--) {
    if (text[at] === ')' || text[at] === ']') depth++
    else if (text[at] === '(' || text[at] === '[') depth--
    if (depth === 0) return at
  }
  return 0
}
