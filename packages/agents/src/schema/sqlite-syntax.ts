import { sqlTokens, type SqlToken } from './sql-tokens.ts'

/** SQL whose SQLite-only parts have been blanked out or requoted, every other character at its place. */
export interface MaskedSql {
  readonly text: string
  /** What was taken out, by name, sorted: `AUTOINCREMENT`, `PRAGMA`, ... Empty when nothing was. */
  readonly masked: readonly string[]
}

const conflict = new Set(['ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE'])

/**
 * Takes out what only SQLite knows, so that PostgreSQL's parser can read the rest: AUTOINCREMENT, WITHOUT ROWID, STRICT,
 * PRAGMA, conflict clauses, virtual tables, triggers, and names in back ticks or square brackets. Positions stay.
 */
export function maskSqlite(sql: string): MaskedSql {
  const masked = new Set<string>()
  const text = sql.split('')
  const tokens = sqlTokens(sql).filter((token) => token.kind !== 'comment')
  const word = (index: number) =>
    tokens[index]?.kind === 'word' ? tokens[index]?.text.toUpperCase() : undefined
  const blank = (from: number, to: number, name: string) => {
    masked.add(name)
    for (let at = from; at < to; at++) if (text[at] !== '\n') text[at] = ' '
  }
  const startOf = (index: number) => tokens[index]?.start ?? sql.length
  const endOf = (index: number) => tokens[index]?.end ?? sql.length
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as SqlToken
    const begins = index === 0 || tokens[index - 1]?.text === ';'
    if (token.kind === 'quoted' && token.text.startsWith('`')) {
      masked.add('`name`')
      text[token.start] = '"'
      text[token.end - 1] = '"'
    } else if (token.text === '[' && tokens[index + 1]?.kind === 'word' && tokens[index + 2]?.text === ']') {
      masked.add('[name]')
      text[token.start] = '"'
      text[endOf(index + 2) - 1] = '"'
    } else if (begins && word(index) === 'PRAGMA') {
      index = blankStatement(tokens, index, ';', (end) => blank(token.start, end, 'PRAGMA'))
    } else if (begins && word(index) === 'CREATE' && word(index + 1) === 'VIRTUAL') {
      index = blankStatement(tokens, index, ';', (end) => blank(token.start, end, 'VIRTUAL TABLE'))
    } else if (begins && word(index) === 'CREATE' && isTrigger(word, index)) {
      index = blankStatement(tokens, index, 'END', (end) => blank(token.start, end, 'TRIGGER'))
    } else if (begins && word(index) === 'REPLACE' && word(index + 1) === 'INTO') {
      masked.add('REPLACE INTO')
      text.splice(token.start, 7, ...'INSERT '.split(''))
    } else if (word(index) === 'AUTOINCREMENT') blank(token.start, token.end, 'AUTOINCREMENT')
    else if (word(index) === 'WITHOUT' && word(index + 1) === 'ROWID') {
      const comma = tokens[index - 1]?.text === ',' ? startOf(index - 1) : token.start
      blank(comma, endOf(index + 1), 'WITHOUT ROWID')
    } else if (
      word(index) === 'STRICT' &&
      [')', ','].includes(tokens[index - 1]?.text ?? '') &&
      isLast(tokens, index)
    ) {
      blank(tokens[index - 1]?.text === ',' ? startOf(index - 1) : token.start, token.end, 'STRICT')
    } else if (word(index) === 'OR' && conflict.has(word(index + 1) ?? '') && isInsert(word(index - 1))) {
      blank(token.start, endOf(index + 1), 'OR conflict')
    } else if (
      word(index) === 'ON' &&
      word(index + 1) === 'CONFLICT' &&
      conflict.has(word(index + 2) ?? '')
    ) {
      blank(token.start, endOf(index + 2), 'ON CONFLICT')
    }
  }
  return { text: text.join(''), masked: [...masked].toSorted() }
}

function isInsert(word: string | undefined): boolean {
  return word === 'INSERT' || word === 'UPDATE'
}

function isTrigger(word: (index: number) => string | undefined, index: number): boolean {
  const second = word(index + 1)
  // PostgreSQL's triggers call a function and have no body; those it can read itself.
  if (
    second !== 'TRIGGER' &&
    !((second === 'TEMP' || second === 'TEMPORARY') && word(index + 2) === 'TRIGGER')
  )
    return false
  for (let at = index + 2; at < index + 60; at++) {
    if (word(at) === 'BEGIN') return true
    if (word(at) === 'EXECUTE' || word(at) === undefined) continue
  }
  return false
}

function isLast(tokens: readonly SqlToken[], index: number): boolean {
  const next = tokens[index + 1]?.text
  return next === undefined || next === ';' || next === ','
}

/** Blanks up to and with the semicolon (after `END` where that ends it); gives the index of its last token. */
function blankStatement(
  tokens: readonly SqlToken[],
  from: number,
  ending: ';' | 'END',
  blank: (end: number) => void,
): number {
  let index = from
  while (index < tokens.length - 1) {
    const isEnd = tokens[index]?.text === ';'
    if (isEnd && (ending === ';' || tokens[index - 1]?.text.toUpperCase() === 'END')) break
    index++
  }
  blank(tokens[index]?.end ?? 0)
  return index
}

/** Whether a text has syntax that only SQLite knows, quotes around names left aside (MySQL has those too). */
export function isPlainlySqlite(sql: string): boolean {
  return maskSqlite(sql).masked.some((name) => name !== '`name`' && name !== '[name]')
}

/**
 * What SQLite's own parser says against the syntax of one statement; null when it takes it. The statement is compiled
 * against an empty database and never run, so tables that are not there are no fault.
 */
export async function sqliteSyntaxError(statement: string): Promise<string | null> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(':memory:')
  try {
    database.prepare(statement)
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    return /syntax error|unrecognized token|incomplete input/.test(message) ? message : null
  } finally {
    database.close()
  }
}
