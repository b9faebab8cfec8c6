import { allowanceFor, allowances } from './allow-comments.ts'
import type { Catalog } from './catalog.ts'
import { foldStatement } from './catalog-fold.ts'
import type { ChangeFinding } from './change-finding.ts'
import { inner, relationName, text } from './sql-names.ts'
import type { SqlReading } from './sql-statements.ts'
import { flatSql } from './sql-tokens.ts'
import { statementFindings } from './statement-rules.ts'

/** A finding with its place in the file. */
export interface ClassifiedChange extends ChangeFinding {
  /** From 1. */
  readonly at: { readonly line: number; readonly column: number }
  /** The statement in one line, cut at 300 characters. */
  readonly statement: string
  /** Why a person let it through; null when nobody did. */
  readonly allowed: string | null
}

/**
 * Classifies all statements of a text, each against the schema as the statements before it left it.
 *
 * `allowAnywhere`: a leave holds for the whole text, not only for the statement it stands at (for schema files, which
 * hold no statement that drops what is gone).
 */
export function classifyChanges(
  reading: SqlReading,
  before: Catalog,
  dialect: SqlReading['dialect'],
  allowAnywhere: string | null = null,
): { changes: ClassifiedChange[]; after: Catalog } {
  const leaves = allowances(allowAnywhere ?? reading.text)
  const created = new Set<string>()
  const changes: ClassifiedChange[] = []
  let catalog = before
  let inTransaction = false
  let previousEnd = 0
  for (const statement of reading.statements) {
    const lineEnd = reading.text.indexOf('\n', statement.end)
    const to = lineEnd < 0 ? reading.text.length : lineEnd
    if (statement.kind === 'TransactionStmt') {
      inTransaction = /BEGIN|START/.test(text(statement.node, 'kind'))
    }
    const scope = { before: catalog, created, dialect, inTransaction }
    for (const found of statementFindings(reading, statement, scope)) {
      const leave = allowanceFor(
        leaves,
        found.rule,
        allowAnywhere === null ? previousEnd : 0,
        allowAnywhere === null ? to : Infinity,
      )
      changes.push({
        ...found,
        at: { line: statement.line, column: statement.column },
        statement: flatSql(statement.text.slice(0, 2000)).slice(0, 300),
        allowed: found.level === 'safe' ? null : (leave?.reason ?? null),
      })
    }
    if (statement.kind === 'CreateStmt' && isNewTable(statement.node, catalog)) {
      created.add(relationName(inner(statement.node, 'relation')))
    }
    catalog = foldStatement(catalog, reading, statement)
    previousEnd = to
  }
  return { changes, after: catalog }
}

function isNewTable(node: Parameters<typeof text>[0], catalog: Catalog): boolean {
  return !catalog.tables.has(relationName(inner(node, 'relation')))
}
