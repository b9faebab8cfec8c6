import { constraintName, type Column, type Table, type TableConstraint } from './catalog.ts'
import { finding, isVolatile, type ChangeFinding, type RuleScope } from './change-finding.ts'
import { columnDefinition, tableConstraint } from './definitions.ts'
import { inner, list, relationName, text, typeText } from './sql-names.ts'
import type { SqlNode, SqlReading, SqlStatement } from './sql-statements.ts'
import { typeChange } from './type-change.ts'

/** What an ALTER TABLE does: a finding for each of its commands. */
export function tableFindings(
  reading: SqlReading,
  statement: SqlStatement,
  scope: RuleScope,
): ChangeFinding[] {
  const name = relationName(inner(statement.node, 'relation'))
  const isNew = scope.created.has(name)
  return list(statement.node, 'cmds').map((wrapped) => {
    const command = inner(wrapped, 'AlterTableCmd') as SqlNode
    if (isNew)
      return finding('safe', 'new-table', `${name} is created in the same file and is empty`, '', {
        table: name,
      })
    return commandFinding(reading, statement, command, name, scope)
  })
}

function commandFinding(
  reading: SqlReading,
  statement: SqlStatement,
  command: SqlNode,
  table: string,
  scope: RuleScope,
): ChangeFinding {
  const known = scope.before.tables.get(table)
  const columnName = text(command, 'name')
  const column = known?.columns.find((candidate) => candidate.name === columnName)
  const about = { table, column: columnName }
  const source = { text: reading.text, positionOf: statement.positionOf, end: statement.end }
  switch (text(command, 'subtype')) {
    case 'AT_AddColumn': {
      const added = columnDefinition(source, inner(command, 'def', 'ColumnDef') as SqlNode)
      return addedColumn(table, added.column, added.constraints, scope)
    }
    case 'AT_DropColumn':
      return finding(
        'breaking',
        'drop-column',
        `${table}.${columnName} and its data go; code that still names it fails at once`,
        'stop using the column, deploy that, then drop it in a later migration',
        about,
      )
    case 'AT_AlterColumnType':
      return changedType(command, column, about, scope)
    case 'AT_SetNotNull': {
      if (column?.notNull) return finding('safe', 'set-not-null', 'the column is NOT NULL already', '', about)
      if (hasNotNullCheck(known, columnName)) {
        return finding(
          'safe',
          'set-not-null',
          'a check has proved that no row is null, so nothing is scanned',
          '',
          about,
        )
      }
      return finding(
        'risky',
        'set-not-null',
        `fails if ${table}.${columnName} holds a null anywhere, and scans the whole table under a lock`,
        `ADD CONSTRAINT … CHECK (${columnName} IS NOT NULL) NOT VALID, VALIDATE it in a later statement, then SET NOT NULL`,
        about,
      )
    }
    case 'AT_DropNotNull':
      return finding(
        'risky',
        'drop-not-null',
        `code that reads ${table}.${columnName} may meet a null that it never expected`,
        'first deploy code that can read nulls',
        about,
      )
    case 'AT_ColumnDefault':
      return inner(command, 'def') === undefined
        ? finding(
            'risky',
            'drop-default',
            `inserts that leave ${columnName} out get null, or fail where it is NOT NULL`,
            'first deploy code that always gives a value',
            about,
          )
        : finding('safe', 'set-default', 'only rows to come get the new default', '', about)
    case 'AT_AddConstraint':
      return addedConstraint(source, command, table, scope)
    case 'AT_DropConstraint':
      return finding(
        'risky',
        'drop-constraint',
        `rows that ${columnName} refused are let in from now on, and putting it back can fail on them`,
        'make sure that no code relies on it, and say in the migration what guards the data instead',
        about,
      )
    case 'AT_ValidateConstraint':
      return finding(
        'safe',
        'validate-constraint',
        'reads the table, and lets others write meanwhile',
        '',
        about,
      )
    case 'AT_SetUnLogged':
    case 'AT_SetLogged':
    case 'AT_SetTableSpace':
    case 'AT_SetAccessMethod':
      return finding(
        'risky',
        'rewrite-table',
        `writes all of ${table} anew, and nobody can use it meanwhile`,
        'do it in a maintenance window',
        about,
      )
    case 'AT_DetachPartition':
      return finding(
        'breaking',
        'detach-partition',
        `the rows of the partition are no longer part of ${table}`,
        'DETACH PARTITION … CONCURRENTLY, once nothing reads those rows',
        about,
      )
    default:
      return finding('safe', 'other-table-change', 'changes neither columns nor data', '', about)
  }
}

function addedColumn(
  table: string,
  column: Column,
  constraints: readonly TableConstraint[],
  scope: RuleScope,
): ChangeFinding {
  const about = { table, column: column.name }
  const fills = column.default !== null || column.generated !== null || column.type.endsWith('serial')
  if (column.notNull && !fills) {
    return finding(
      'breaking',
      'add-not-null-column',
      `fails as soon as ${table} has a row, and inserts of running code that do not name ${column.name} fail`,
      'add it with a constant default, or nullable, fill it, and set NOT NULL later',
      about,
    )
  }
  const writesRows =
    column.type.endsWith('serial') ||
    (column.generated !== null && !/virtual\s*$/i.test(column.generated)) ||
    (column.default !== null && isVolatile(column.default))
  if (scope.dialect === 'postgresql' && writesRows) {
    return finding(
      'risky',
      'volatile-default',
      `gives each row of ${table} a value of its own: the whole table is written anew under a lock`,
      'add the column without a default, set the default for new rows, and fill the old rows in batches',
      about,
    )
  }
  if (constraints.some(({ kind }) => kind === 'unique' || kind === 'primary')) {
    return finding(
      'risky',
      'unique-constraint',
      `builds an index on all of ${table} under a lock`,
      'add the column, CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX',
      about,
    )
  }
  return finding('safe', 'add-column', 'running code does not see it, and no row is written', '', about)
}

function changedType(
  command: SqlNode,
  column: Column | undefined,
  about: { table: string; column: string },
  scope: RuleScope,
): ChangeFinding {
  const definition = inner(command, 'def', 'ColumnDef')
  const next = typeText(inner(definition, 'typeName'))
  if (column === undefined) {
    return finding(
      'risky',
      'change-type',
      `what ${about.table}.${about.column} was before is not known here, so ${next} may cut or rewrite what is stored`,
      'add the earlier migrations to the folder, or go over a new column',
      about,
    )
  }
  const change = typeChange(column.type, next)
  const what = `${column.type} to ${next}`
  if (change === 'same' || change === 'widens')
    return finding('safe', 'widen-type', `${what} keeps each value`, '', about)
  const over =
    'add a column of the new type, write both, fill the old rows in batches, read the new one, then drop the old'
  if (change === 'narrows') {
    return finding(
      'breaking',
      'narrow-type',
      `${what}: values that do not fit make it fail, or are cut`,
      over,
      about,
    )
  }
  if (change === 'converts') {
    return finding(
      'breaking',
      'change-type',
      `${what}: code that reads or writes the column gets another type`,
      over,
      about,
    )
  }
  if (scope.dialect === 'sqlite') return finding('safe', 'widen-type', `${what} keeps each value`, '', about)
  return finding(
    'risky',
    'rewrite-type',
    `${what} writes the whole table anew; nobody can use it meanwhile`,
    over,
    about,
  )
}

function addedConstraint(
  source: Parameters<typeof tableConstraint>[0],
  command: SqlNode,
  table: string,
  scope: RuleScope,
): ChangeFinding {
  const node = inner(command, 'def', 'Constraint') as SqlNode
  const read = tableConstraint(source, node)
  const about = { table, column: read === undefined ? '' : constraintName(table, read) }
  const kind = text(node, 'contype')
  if (kind === 'CONSTR_FOREIGN' || kind === 'CONSTR_CHECK') {
    const isForeign = kind === 'CONSTR_FOREIGN'
    const rule = isForeign ? 'foreign-key-validates' : 'check-validates'
    if (node['skip_validation'] === true) {
      return finding('safe', rule, 'NOT VALID: rows that are there already are looked at later', '', about)
    }
    const target = relationName(inner(node, 'pktable'))
    return finding(
      'risky',
      rule,
      `scans all of ${table} under a lock${isForeign ? ` that ${target} shares` : ''}, and fails on rows that break it`,
      'add it NOT VALID, then ALTER TABLE … VALIDATE CONSTRAINT in a later statement',
      about,
    )
  }
  if (kind === 'CONSTR_UNIQUE' || kind === 'CONSTR_PRIMARY') {
    const rule = kind === 'CONSTR_UNIQUE' ? 'unique-constraint' : 'add-primary-key'
    const columnsNull = read?.kind === 'primary' && !allNotNull(scope.before.tables.get(table), read.columns)
    if (text(node, 'indexname') !== '' && !columnsNull) {
      return finding('safe', rule, 'uses an index that is there already', '', about)
    }
    return finding(
      'risky',
      rule,
      `fails if the rows of ${table} are not unique, and builds the index under a lock`,
      'CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX',
      about,
    )
  }
  return finding(
    'risky',
    'exclusion-constraint',
    `builds an index on all of ${table} under a lock`,
    'do it in a maintenance window',
    about,
  )
}

function allNotNull(table: Table | undefined, columns: readonly string[]): boolean {
  if (columns.length === 0) return true
  return columns.every(
    (name) => table?.columns.some((column) => column.name === name && column.notNull) ?? false,
  )
}

function hasNotNullCheck(table: Table | undefined, column: string): boolean {
  const wanted = `${column} is not null`.toLowerCase()
  return (
    table?.constraints.some(
      ({ kind, expression }) => kind === 'check' && expression.toLowerCase() === wanted,
    ) ?? false
  )
}
