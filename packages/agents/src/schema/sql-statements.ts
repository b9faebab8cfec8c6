import { OperationError } from '@opschart/core'
import type * as LibpgQuery from 'libpg-query'

import { oneLine } from '../project/plain-text.ts'
import { sqlTokens, statementRanges } from './sql-tokens.ts'
import { maskSqlite, sqliteSyntaxError } from './sqlite-syntax.ts'

/** A node of PostgreSQL's syntax tree. */
export type SqlNode = { readonly [name: string]: unknown }

/** One statement of an SQL file. */
export interface SqlStatement {
  /** The tree's name for it: `CreateStmt`, `AlterTableStmt`, ...; `UnreadStmt` for SQLite's own that has no tree. */
  readonly kind: string
  readonly node: SqlNode
  /** As written, without the semicolon and the comments before it. */
  readonly text: string
  /** Where it begins in the file's text, and its line and column, from 1. */
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
  /** A position of the tree as one of the file's text. */
  readonly positionOf: (location: unknown) => number
}

/** What an SQL text holds. */
export interface SqlReading {
  /** `sqlite` when it has syntax that only SQLite knows. */
  readonly dialect: 'postgresql' | 'sqlite'
  readonly text: string
  readonly statements: readonly SqlStatement[]
  /** SQLite-only syntax that was set aside to read the rest: it was not classified. */
  readonly masked: readonly string[]
}

/** Longest SQL text that is parsed, in characters. */
export const maxSqlLength = 1_000_000

type Parser = typeof LibpgQuery
let parser: Promise<Parser> | undefined

/** PostgreSQL's own parser, loaded at first use (a WASM module). */
async function loaded(): Promise<Parser> {
  parser ??= import('libpg-query').then(async (module) => {
    await module.loadModule()
    return module
  })
  return parser
}

/**
 * Parses SQL with PostgreSQL's own grammar; where that fails, with SQLite's additions set aside. `file` is named in
 * errors. In a project that is known to use SQLite (`sqlite`), a statement that only SQLite's own parser takes is kept
 * as an `UnreadStmt`.
 *
 * @throws OperationError `sql_syntax` with file, line and column when nothing can read it.
 */
export async function readSql(
  text: string,
  file: string,
  options: { sqlite?: boolean } = {},
): Promise<SqlReading> {
  if (text.length > maxSqlLength) {
    throw new OperationError({
      code: 'file_too_large',
      message: `${file} has ${text.length} characters of SQL; ${maxSqlLength} are the most that is parsed`,
    })
  }
  const { parse } = await loaded()
  try {
    return { dialect: 'postgresql', text, statements: await statementsOf(text, parse), masked: [] }
  } catch (error) {
    const masked = maskSqlite(text)
    if (masked.masked.length === 0 && options.sqlite !== true) throw syntaxError(error, text, file)
    try {
      return {
        dialect: 'sqlite',
        text,
        statements: await statementsOf(masked.text, parse, text),
        masked: masked.masked,
      }
    } catch (second) {
      if (options.sqlite !== true) throw syntaxError(second, text, file)
      const statements = await oneByOne(masked.text, parse, text, file)
      return { dialect: 'sqlite', text, statements, masked: masked.masked }
    }
  }
}

async function statementsOf(text: string, parse: Parser['parse'], written = text): Promise<SqlStatement[]> {
  // The parser takes an empty text for a mistake.
  if (sqlTokens(text).every((token) => token.kind === 'comment' || token.text === ';')) return []
  const tree = await parse(text)
  const characterAt = byteOffsets(text)
  return (tree.stmts ?? []).flatMap((raw) => {
    const [kind, node] = Object.entries(raw.stmt ?? {})[0] ?? []
    if (kind === undefined) return []
    const from = characterAt(raw.stmt_location ?? 0)
    const end = raw.stmt_len ? characterAt((raw.stmt_location ?? 0) + raw.stmt_len) : text.length
    const first = sqlTokens(text, from, end).find((token) => token.kind !== 'comment')
    const start = first?.start ?? from
    const positionOf = (location: unknown) => characterAt(typeof location === 'number' ? location : 0)
    const statement = {
      kind,
      node: node as SqlNode,
      text: written.slice(start, end).trim(),
      start,
      end,
      positionOf,
    }
    return [{ ...statement, ...placeOf(text, start) }]
  })
}

/** Parses statement by statement; what PostgreSQL's grammar does not take, SQLite must. */
async function oneByOne(
  text: string,
  parse: Parser['parse'],
  written: string,
  file: string,
): Promise<SqlStatement[]> {
  const statements: SqlStatement[] = []
  for (const { start, end } of statementRanges(text)) {
    try {
      const alone = await statementsOf(text.slice(start, end), parse, written.slice(start, end))
      for (const { positionOf, ...found } of alone) {
        const moved = {
          start: found.start + start,
          end: found.end + start,
          ...placeOf(text, found.start + start),
        }
        statements.push({ ...found, ...moved, positionOf: (location) => positionOf(location) + start })
      }
    } catch (error) {
      const token = await sqliteSyntaxError(text.slice(start, end))
      if (token !== null) throw syntaxError(error, text, file, start)
      const own = {
        kind: 'UnreadStmt',
        node: {},
        text: written.slice(start, end).trim(),
        start,
        end,
        positionOf: () => start,
      }
      statements.push({ ...own, ...placeOf(text, start) })
    }
  }
  return statements
}

/** Line and column, both from 1, of a position. */
export function placeOf(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++
  return { line, column: position - lineStart + 1 }
}

/** PostgreSQL counts bytes of UTF-8; texts here count UTF-16 units. */
function byteOffsets(text: string): (bytes: number) => number {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\u0000-\u007f]*$/.test(text)) return (bytes) => bytes
  const units = new Map<number, number>()
  let bytes = 0
  let unit = 0
  for (const character of text) {
    units.set(bytes, unit)
    const code = character.codePointAt(0) as number
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    unit += character.length
  }
  units.set(bytes, unit)
  return (offset) => units.get(offset) ?? text.length
}

function syntaxError(error: unknown, text: string, file: string, from = 0): OperationError {
  const details = (error as { sqlDetails?: { message?: string; cursorPosition?: number } }).sqlDetails
  if (details === undefined) throw error
  // The parser's cursor counts characters, not units.
  const position = unitsOf(text, from, details.cursorPosition ?? 0)
  const { line, column } = placeOf(text, position)
  const reason = oneLine(details.message, 200)
  return new OperationError({
    code: 'sql_syntax',
    message: `${file}:${line}:${column}: ${reason}`,
    detail: { file, line, column, reason },
  })
}

/** The position that lies so many characters after another, in units; a pair of surrogates is one character. */
function unitsOf(text: string, from: number, characters: number): number {
  let at = from
  for (let left = characters; left > 0 && at < text.length; left--)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}
