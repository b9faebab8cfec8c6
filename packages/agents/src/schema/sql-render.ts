import { constraintName, type Column, type Index, type Table, type TableConstraint } from './catalog.ts'
import { quoteName } from './sql-names.ts'

/** A column as it stands in a CREATE TABLE or after ADD COLUMN: as it was once written where that still holds. */
export function columnSql(table: Table, column: Column): string {
  if (column.definition !== null) return `${quoteName(column.name)} ${column.definition}`.trim()
  const own = table.constraints.filter((found) => found.inColumn && found.columns.includes(column.name))
  const parts = [
    quoteName(column.name),
    column.type,
    column.generated ?? '',
    column.default === null ? '' : `DEFAULT ${column.default}`,
    column.notNull && !own.some(({ kind }) => kind === 'primary') ? 'NOT NULL' : '',
    ...own.map((constraint) => constraintSql(constraint, true)),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** A constraint as it stands in a CREATE TABLE or after ADD; `atColumn` leaves out what the place says already. */
export function constraintSql(constraint: TableConstraint, atColumn = false): string {
  const name = constraint.name === null ? '' : `CONSTRAINT ${quoteName(constraint.name)} `
  const columns = `(${constraint.columns.map(quoteName).join(', ')})`
  switch (constraint.kind) {
    case 'primary':
      return `${name}PRIMARY KEY${atColumn ? '' : ` ${columns}`}`
    case 'unique':
      return `${name}UNIQUE${atColumn ? '' : ` ${columns}`}`
    case 'foreign':
      return `${name}${atColumn ? '' : `FOREIGN KEY ${columns} `}REFERENCES ${constraint.references}`
    case 'check':
      return `${name}CHECK (${constraint.expression})`
    case 'exclusion':
      return `${name}${constraint.expression}`
  }
}

/** A constraint with the name that it has in PostgreSQL, written out, for ALTER TABLE. */
export function namedConstraintSql(table: Table, constraint: TableConstraint): string {
  return constraintSql({ ...constraint, name: constraintName(table.name, constraint) })
}

/** A whole CREATE TABLE, without its semicolon. */
export function createTableSql(table: Table): string {
  const lines = [
    ...table.columns.map((column) => columnSql(table, column)),
    ...table.constraints
      .filter((constraint) => !constraint.inColumn)
      .map((constraint) => constraintSql(constraint)),
  ]
  const suffix = table.suffix === '' ? '' : ` ${table.suffix}`
  return `CREATE TABLE ${quoteName(table.name)} (\n  ${lines.join(',\n  ')}\n)${suffix}`
}

/** A whole CREATE INDEX, without its semicolon. */
export function createIndexSql(index: Index, concurrently = false): string {
  const unique = index.unique ? 'UNIQUE ' : ''
  const how = concurrently ? 'CONCURRENTLY ' : ''
  return `CREATE ${unique}INDEX ${how}${quoteName(index.name)} ON ${quoteName(index.table)} ${index.definition}`
}
