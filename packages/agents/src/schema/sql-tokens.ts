/** One piece of an SQL text. Comments are pieces of their own; white space is left out. */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'punctuation' | 'comment'
  /** As written. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/**
 * Cuts SQL of PostgreSQL or SQLite into pieces, in one pass and linear time. Quoted names may stand in double quotes or
 * back ticks; strings may be dollar-quoted. What is not closed ends with the text; nothing throws.
 */
export function sqlTokens(sql: string, from = 0, to = sql.length): SqlToken[] {
  const tokens: SqlToken[] = []
  let at = from
  const push = (kind: SqlToken['kind'], end: number) => {
    const last = Math.min(end, to)
    tokens.push({ kind, text: sql.slice(at, last), start: at, end: last })
    at = last
  }
  while (at < to) {
    const character = sql[at] as string
    if (character <= ' ') at++
    else if (character === '-' && sql[at + 1] === '-') push('comment', until(sql, '\n', at, 0))
    else if (character === '/' && sql[at + 1] === '*') push('comment', blockCommentEnd(sql, at))
    else if (character === "'") push('string', quoteEnd(sql, at, "'", isEscapeString(sql, at)))
    else if (character === '"' || character === '`') push('quoted', quoteEnd(sql, at, character, false))
    else if (character === '$') {
      const tag = /^\$(?:[A-Za-z_]\w{0,60})?\$/.exec(sql.slice(at, at + 64))?.[0]
      if (tag === undefined) push('punctuation', at + 1)
      else push('string', until(sql, tag, at + tag.length, tag.length))
    } else if (/[A-Za-z_\u0080-\uffff]/.test(character)) {
      let end = at + 1
      while (end < to && /[\w$\u0080-\uffff]/.test(sql[end] as string)) end++
      push('word', end)
    } else if (character >= '0' && character <= '9') {
      let end = at + 1
      while (end < to && /[\w.]/.test(sql[end] as string)) end++
      push('number', end)
    } else push('punctuation', at + 1)
  }
  return tokens
}

function until(sql: string, part: string, from: number, extra: number): number {
  const found = sql.indexOf(part, from)
  return found < 0 ? sql.length : found + extra
}

function blockCommentEnd(sql: string, from: number): number {
  let depth = 0
  for (let at = from; at < sql.length; at++) {
    if (sql[at] === '/' && sql[at + 1] === '*') {
      depth++
      at++
    } else if (sql[at] === '*' && sql[at + 1] === '/') {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  return sql.length
}

function isEscapeString(sql: string, at: number): boolean {
  return /[eE]/.test(sql[at - 1] ?? '') && !/[\w$]/.test(sql[at - 2] ?? '')
}

function quoteEnd(sql: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from + 1; at < sql.length; at++) {
    if (escapes && sql[at] === '\\') at++
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1
      at++
    }
  }
  return sql.length
}

/** SQL in one line: comments out, white space folded, everything else as written. */
export function flatSql(sql: string, from = 0, to = sql.length): string {
  let result = ''
  let end = from
  for (const token of sqlTokens(sql, from, to)) {
    if (token.kind === 'comment') continue
    if (result !== '' && token.start > end) result += ' '
    result += token.text
    end = token.end
  }
  return result
}

/** SQL in a form in which equal definitions are equal: one line, plain names unquoted, lower case outside strings. */
export function comparableSql(sql: string): string {
  return sqlTokens(sql)
    .filter((token) => token.kind !== 'comment')
    .map((token) => {
      if (token.kind === 'string') return token.text
      if (token.kind !== 'quoted') return token.text.toLowerCase()
      const name = token.text.slice(1, -1)
      return /^[A-Za-z_]\w*$/.test(name) ? name.toLowerCase() : `"${name}"`
    })
    .join(' ')
}

/** SQL with one name put in place of another, wherever it stands as a word of its own; strings stay. */
export function renameWord(sql: string, from: string, to: string): string {
  let result = ''
  let at = 0
  for (const token of sqlTokens(sql)) {
    const name =
      token.kind === 'quoted'
        ? token.text.slice(1, -1)
        : token.kind === 'word'
          ? token.text.toLowerCase()
          : null
    if (name !== from) continue
    result += sql.slice(at, token.start) + (/^[a-z_][a-z0-9_]*$/.test(to) ? to : `"${to}"`)
    at = token.end
  }
  return result + sql.slice(at)
}

/** Where the list item that begins at `from` ends: before the next comma, closing bracket or semicolon of its level. */
export function itemEnd(sql: string, from: number, to = sql.length): number {
  let depth = 0
  for (const token of sqlTokens(sql, from, to)) {
    if (token.kind !== 'punctuation') continue
    if (token.text === '(') depth++
    else if (token.text === ')' && --depth < 0) return token.start
    else if ((token.text === ',' || token.text === ';') && depth === 0) return token.start
  }
  return to
}

/** The items between the first opening bracket of a text and its partner, and what stands before and after them. */
export function bracketItems(sql: string): { before: string; items: string[]; after: string } | undefined {
  const tokens = sqlTokens(sql)
  const open = tokens.find((token) => token.text === '(')
  if (open === undefined) return undefined
  const items: string[] = []
  let at = open.end
  for (;;) {
    const end = itemEnd(sql, at)
    items.push(sql.slice(at, end))
    if (sql[end] !== ',') return { before: sql.slice(0, open.start), items, after: sql.slice(end + 1) }
    at = end + 1
  }
}

/** Where each statement of a text begins and ends, its semicolon left out; empty ones are none. */
export function statementRanges(sql: string): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = []
  let start = -1
  let end = 0
  for (const token of sqlTokens(sql)) {
    if (token.kind === 'comment') continue
    if (token.text === ';' && token.kind === 'punctuation') {
      if (start >= 0) ranges.push({ start, end })
      start = -1
    } else {
      if (start < 0) start = token.start
      end = token.end
    }
  }
  if (start >= 0) ranges.push({ start, end })
  return ranges
}
