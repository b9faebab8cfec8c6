/** One piece of a JavaScript or TypeScript source. */
export interface SourceToken {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'punctuation' | 'pattern'
  /** A string's value; the text as written for everything else. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A comment, its delimiters left out. */
export interface SourceComment {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A source cut into pieces. Broken sources give as many pieces as can be told apart; nothing throws. */
export interface TokenizedSource {
  readonly tokens: readonly SourceToken[]
  readonly comments: readonly SourceComment[]
  /** For each bracket the index of its partner; -1 for everything else and for brackets without one. */
  readonly partner: readonly number[]
}

const beforePattern = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await'.split(' '),
)
const operators = [
  '===',
  '!==',
  '**=',
  '...',
  '>>>',
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '?.',
  '++',
  '--',
]

/**
 * Cuts a source into words, strings, numbers and punctuation, in one pass and linear time, with no grammar behind it: it
 * reads half-written code, and needs no compiler. Template strings without `${}` are strings.
 */
export function tokenize(source: string): TokenizedSource {
  const tokens: SourceToken[] = []
  const comments: SourceComment[] = []
  // For each open `${` how many braces are open inside it.
  const templates: number[] = []
  let at = 0
  const push = (kind: SourceToken['kind'], end: number, text = source.slice(at, end)) => {
    tokens.push({ kind, text, start: at, end })
    at = end
  }
  while (at < source.length) {
    const character = source[at] as string
    const next = source[at + 1]
    if (character <= ' ') at++
    else if (character === '/' && next === '/') {
      const end = lineEnd(source, at)
      comments.push({ text: source.slice(at + 2, end), start: at, end })
      at = end
    } else if (character === '/' && next === '*') {
      const close = source.indexOf('*/', at + 2)
      const end = close < 0 ? source.length : close + 2
      comments.push({ text: source.slice(at + 2, close < 0 ? end : close), start: at, end })
      at = end
    } else if (character === '"' || character === "'") {
      const end = stringEnd(source, at, character)
      push('string', end, unescaped(source.slice(at + 1, source[end - 1] === character ? end - 1 : end)))
    } else if (character === '`' || (character === '}' && templates.at(-1) === 0)) {
      const begins = character === '`'
      if (!begins) templates.pop()
      const { end, opens } = templateEnd(source, at + 1)
      if (opens) templates.push(0)
      if (begins && !opens) push('string', end, unescaped(source.slice(at + 1, end - 1)))
      else push('template', end)
    } else if (isWordStart(character)) push('word', wordEnd(source, at))
    else if (character >= '0' && character <= '9') push('number', numberEnd(source, at))
    else if (character === '/' && patternMayBegin(tokens.at(-1))) push('pattern', patternEnd(source, at))
    else {
      const operator = operators.find((candidate) => source.startsWith(candidate, at)) ?? character
      if (templates.length > 0 && operator === '{') templates.push((templates.pop() as number) + 1)
      if (templates.length > 0 && operator === '}') templates.push((templates.pop() as number) - 1)
      push('punctuation', at + operator.length)
    }
  }
  return { tokens, comments, partner: partners(tokens) }
}

function partners(tokens: readonly SourceToken[]): number[] {
  const partner = Array.from<number>({ length: tokens.length }).fill(-1)
  const open: number[] = []
  const closes: Record<string, string> = { ')': '(', ']': '[', '}': '{' }
  tokens.forEach((token, index) => {
    if (token.kind !== 'punctuation') return
    if (token.text === '(' || token.text === '[' || token.text === '{') open.push(index)
    else if (Object.hasOwn(closes, token.text)) {
      // A bracket that fits nothing is skipped; the ones around it still find each other.
      const last = open.at(-1)
      if (last === undefined || tokens[last]?.text !== closes[token.text]) return
      open.pop()
      partner[last] = index
      partner[index] = last
    }
  })
  return partner
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from)
  return end < 0 ? source.length : end
}

function stringEnd(source: string, from: number, quote: string): number {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === quote) return at + 1
    else if (source[at] === '\n') return at
  }
  return source.length
}

function templateEnd(source: string, from: number): { end: number; opens: boolean } {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '`') return { end: at + 1, opens: false }
    else if (source[at] === '$' && source[at + 1] === '{') return { end: at + 2, opens: true }
  }
  return { end: source.length, opens: false }
}

function patternMayBegin(previous: SourceToken | undefined): boolean {
  if (previous === undefined) return true
  if (previous.kind === 'word') return beforePattern.has(previous.text)
  return previous.kind === 'punctuation' && ![')', ']', '}', '++', '--'].includes(previous.text)
}

function patternEnd(source: string, from: number): number {
  let inClass = false
  for (let at = from + 1; at < source.length; at++) {
    const character = source[at]
    if (character === '\n') return from + 1
    if (character === '\\') at++
    else if (character === '[') inClass = true
    else if (character === ']') inClass = false
    else if (character === '/' && !inClass) return wordEnd(source, at + 1)
  }
  return from + 1
}

function isWordStart(character: string): boolean {
  return /[A-Za-z_$#@\u00aa-\uffff]/.test(character)
}

function wordEnd(source: string, from: number): number {
  let end = from
  while (end < source.length && /[\w$#@\u00aa-\uffff]/.test(source[end] as string)) end++
  return end
}

function numberEnd(source: string, from: number): number {
  let end = from
  while (end < source.length && /[\w.]/.test(source[end] as string)) end++
  return end
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\n|[^])/g, (escape) => {
    const known: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\n': '' }
    const letter = escape[1] as string
    if ((letter === 'u' || letter === 'x') && escape.length > 2) {
      const code = Number.parseInt(escape.replace(/[^0-9a-fA-F]/g, ''), 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : ''
    }
    return known[letter] ?? letter
  })
}
