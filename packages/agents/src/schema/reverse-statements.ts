import { constraintName, type Catalog } from './catalog.ts'
import { foldStatement, indexDefinition } from './catalog-fold.ts'
import { tableConstraint } from './definitions.ts'
import type { Blocked } from './schema-difference.ts'
import { droppedNames, inner, list, qualified, quoteName, relationName, strings, text } from './sql-names.ts'
import { columnSql, createIndexSql, createTableSql, namedConstraintSql } from './sql-render.ts'
import type { SqlNode, SqlReading, SqlStatement } from './sql-statements.ts'

/** The way back of a text of SQL. */
export interface Reversal {
  /** In the order in which they run, without semicolons. */
  readonly statements: readonly string[]
  /** What the way back cannot bring: said as comments, because the schema is put back all the same. */
  readonly notes: readonly string[]
  readonly blocked: readonly Blocked[]
}

/**
 * Writes the statements that undo a text, last first. The schema is put back as it was; rows that were dropped are not,
 * and that is noted. What has no way back (changed rows, code blocks) is blocked.
 */
export function reverseStatements(reading: SqlReading, before: Catalog): Reversal {
  const statements: string[] = []
  const notes: string[] = []
  const blocked: Blocked[] = []
  let catalog = before
  for (const statement of reading.statements) {
    const undone = undo(reading, statement, catalog)
    if ('blocked' in undone) {
      blocked.push({
        subject: `line ${statement.line}`,
        reason: undone.blocked,
        safer: 'write the way back by hand',
      })
    } else {
      statements.unshift(...undone.statements)
      if (undone.note !== undefined) notes.push(undone.note)
    }
    catalog = foldStatement(catalog, reading, statement)
  }
  return { statements, notes, blocked }
}

type Undone =
  | { readonly statements: readonly string[]; readonly note?: string }
  | { readonly blocked: string }

function undo(reading: SqlReading, statement: SqlStatement, catalog: Catalog): Undone {
  const { node } = statement
  const relation = relationName(inner(node, 'relation'))
  switch (statement.kind) {
    case 'CreateStmt':
      return catalog.tables.has(relation) ? nothing : one(`DROP TABLE ${quoteName(relation)}`)
    case 'IndexStmt': {
      const how = node['concurrent'] === true ? 'CONCURRENTLY ' : ''
      return one(`DROP INDEX ${how}${quoteName(indexDefinition(reading, statement).name)}`)
    }
    case 'CreateEnumStmt':
      return one(`DROP TYPE ${quoteName(qualified(strings(list(node, 'typeName'))))}`)
    case 'ViewStmt': {
      const name = relationName(inner(node, 'view'))
      const old = catalog.views.get(name)
      return one(
        old === undefined
          ? `DROP VIEW ${quoteName(name)}`
          : `CREATE OR REPLACE VIEW ${quoteName(name)} AS ${old}`,
      )
    }
    case 'RenameStmt':
      return undoRename(node, relation)
    case 'DropStmt':
      return undoDrop(node, catalog)
    case 'AlterTableStmt':
      return undoAlterTable(reading, statement, catalog, relation)
    case 'AlterEnumStmt':
      return text(node, 'oldVal') === ''
        ? { statements: [], note: `the enum value ${text(node, 'newVal')} stays: it cannot be taken out` }
        : one(
            `ALTER TYPE ${quoteName(qualified(strings(list(node, 'typeName'))))} RENAME VALUE ${value(node, 'newVal')} TO ${value(node, 'oldVal')}`,
          )
    case 'TransactionStmt':
    case 'VariableSetStmt':
    case 'SelectStmt':
    case 'CommentStmt':
      return nothing
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'TruncateStmt':
      return { blocked: 'it changes rows, and how they were is not written anywhere' }
    default:
      return { blocked: `there is no way back for ${statement.kind.replace(/Stmt$/, '')}` }
  }
}

const nothing: Undone = { statements: [] }

function one(statement: string, note?: string): Undone {
  return { statements: [statement], ...(note === undefined ? {} : { note }) }
}

function undoRename(node: SqlNode, relation: string): Undone {
  const [from, to] = [text(node, 'subname'), text(node, 'newname')].map(quoteName) as [string, string]
  const table = quoteName(relation)
  switch (text(node, 'renameType')) {
    case 'OBJECT_COLUMN':
      return one(`ALTER TABLE ${table} RENAME COLUMN ${to} TO ${from}`)
    case 'OBJECT_TABLE':
      return one(`ALTER TABLE ${to} RENAME TO ${table}`)
    case 'OBJECT_INDEX':
      return one(`ALTER INDEX ${to} RENAME TO ${table}`)
    case 'OBJECT_TABCONSTRAINT':
      return one(`ALTER TABLE ${table} RENAME CONSTRAINT ${to} TO ${from}`)
    default:
      return { blocked: 'there is no way back for this rename' }
  }
}

function undoDrop(node: SqlNode, catalog: Catalog): Undone {
  const statements: string[] = []
  const notes: string[] = []
  for (const name of droppedNames(node).toReversed()) {
    const [table, index, view] = [
      catalog.tables.get(name),
      catalog.indexes.get(name),
      catalog.views.get(name),
    ]
    const type = text(node, 'removeType')
    if (type === 'OBJECT_TABLE' && table !== undefined) {
      statements.push(createTableSql(table))
      for (const own of [...catalog.indexes.values()].filter((known) => known.table === name))
        statements.push(createIndexSql(own))
      notes.push(`the rows of ${name} are not brought back`)
    } else if (type === 'OBJECT_INDEX' && index !== undefined) {
      statements.push(createIndexSql(index, node['concurrent'] === true))
    } else if (type === 'OBJECT_VIEW' && view !== undefined)
      statements.push(`CREATE VIEW ${quoteName(name)} AS ${view}`)
    else if (type === 'OBJECT_TYPE' && catalog.enums.has(name)) {
      const values = (catalog.enums.get(name) ?? []).map((known) => `'${known.replaceAll("'", "''")}'`)
      statements.push(`CREATE TYPE ${quoteName(name)} AS ENUM (${values.join(', ')})`)
    } else return { blocked: `what ${name} was is not known from the earlier migrations` }
  }
  return { statements, ...(notes.length > 0 ? { note: notes.join('; ') } : {}) }
}

function undoAlterTable(
  reading: SqlReading,
  statement: SqlStatement,
  catalog: Catalog,
  relation: string,
): Undone {
  const statements: string[] = []
  const notes: string[] = []
  for (const wrapped of list(statement.node, 'cmds')) {
    const undone = undoCommand(
      reading,
      statement,
      inner(wrapped, 'AlterTableCmd') as SqlNode,
      catalog,
      relation,
    )
    if ('blocked' in undone) return undone
    statements.unshift(...undone.statements)
    if (undone.note !== undefined) notes.push(undone.note)
  }
  return { statements, ...(notes.length > 0 ? { note: notes.join('; ') } : {}) }
}

function undoCommand(
  reading: SqlReading,
  statement: SqlStatement,
  command: SqlNode,
  catalog: Catalog,
  relation: string,
): Undone {
  const alter = `ALTER TABLE ${quoteName(relation)}`
  const table = catalog.tables.get(relation)
  const name = text(command, 'name')
  const old = table?.columns.find((column) => column.name === name)
  const column = `${alter} ALTER COLUMN ${quoteName(name)}`
  const unknown: Undone = { blocked: `what ${relation}.${name} was is not known from the earlier migrations` }
  switch (text(command, 'subtype')) {
    case 'AT_AddColumn':
      return one(`${alter} DROP COLUMN ${quoteName(text(inner(command, 'def', 'ColumnDef'), 'colname'))}`)
    case 'AT_DropColumn': {
      if (table === undefined || old === undefined) return unknown
      // Without a default a NOT NULL column cannot come back to a table with rows.
      const nullable = old.notNull && old.default === null && old.generated === null
      const back = nullable
        ? columnSql(table, { ...old, notNull: false, definition: null })
        : columnSql(table, old)
      const note = `the values of ${relation}.${name} are not brought back${nullable ? ', and it stays nullable' : ''}`
      return one(`${alter} ADD COLUMN ${back}`, note)
    }
    case 'AT_AlterColumnType':
      if (old === undefined) return unknown
      return one(
        `${column} TYPE ${old.type} USING ${quoteName(name)}::${old.type.replace(/ collate .*/, '')}`,
      )
    case 'AT_SetNotNull':
      return old?.notNull ? nothing : one(`${column} DROP NOT NULL`)
    case 'AT_DropNotNull':
      return old !== undefined && !old.notNull ? nothing : one(`${column} SET NOT NULL`)
    case 'AT_ColumnDefault':
      if (old === undefined) return unknown
      return one(old.default === null ? `${column} DROP DEFAULT` : `${column} SET DEFAULT ${old.default}`)
    case 'AT_AddConstraint': {
      const source = { text: reading.text, positionOf: statement.positionOf, end: statement.end }
      const added = tableConstraint(source, inner(command, 'def', 'Constraint') as SqlNode)
      return added === undefined
        ? nothing
        : one(`${alter} DROP CONSTRAINT ${quoteName(constraintName(relation, added))}`)
    }
    case 'AT_DropConstraint': {
      const known = table?.constraints.find((constraint) => constraintName(relation, constraint) === name)
      return known === undefined || table === undefined
        ? unknown
        : one(`${alter} ADD ${namedConstraintSql(table, known)}`)
    }
    case 'AT_ValidateConstraint':
      return nothing
    default:
      return { blocked: `there is no way back for this change of ${relation}` }
  }
}

function value(node: SqlNode, name: string): string {
  return `'${text(node, name).replaceAll("'", "''")}'`
}
