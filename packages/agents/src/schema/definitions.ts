import type { Column, Table, TableConstraint } from './catalog.ts'
import { inner, list, qualified, relationName, strings, text, typeText } from './sql-names.ts'
import type { SqlNode, SqlReading, SqlStatement } from './sql-statements.ts'
import { flatSql, itemEnd, sqlTokens } from './sql-tokens.ts'

/** A column definition with the constraints that are written at it. */
export interface ColumnDefinition {
  readonly column: Column
  readonly constraints: readonly TableConstraint[]
}

/** Where statements were read: gives the source text of a node. */
export type Source = Pick<SqlReading, 'text'> & Pick<SqlStatement, 'positionOf' | 'end'>

/** Reads a `ColumnDef`. */
export function columnDefinition(source: Source, definition: SqlNode): ColumnDefinition {
  const name = text(definition, 'colname')
  const start = source.positionOf(definition['location'])
  const end = itemEnd(source.text, start, source.end)
  const clauses = list(definition, 'constraints').map((node) => inner(node, 'Constraint') as SqlNode)
  const collation = qualified(strings(list(inner(definition, 'collClause'), 'collname')))
  const type = typeText(inner(definition, 'typeName')) + (collation === '' ? '' : ` collate ${collation}`)
  let notNull = /^(?:small|big)?serial$/.test(type)
  let defaultText: string | null = null
  let generated: string | null = null
  const constraints: TableConstraint[] = []
  clauses.forEach((clause, index) => {
    const from = source.positionOf(clause['location'])
    const next = clauses[index + 1]
    const to = next === undefined ? end : source.positionOf(next['location'])
    const kind = text(clause, 'contype')
    if (kind === 'CONSTR_NOTNULL') notNull = true
    else if (kind === 'CONSTR_DEFAULT') defaultText = withoutFirstWord(flatSql(source.text, from, to))
    else if (kind === 'CONSTR_GENERATED' || kind === 'CONSTR_IDENTITY') {
      generated = flatSql(source.text, from, to)
      if (kind === 'CONSTR_IDENTITY') notNull = true
    } else {
      const constraint = tableConstraint(source, clause, [name], to)
      if (constraint !== undefined) constraints.push({ ...constraint, inColumn: true })
      if (kind === 'CONSTR_PRIMARY') notNull = true
    }
  })
  const written = sqlTokens(source.text, start, end)[0]
  const after = flatSql(source.text, written?.end ?? start, end)
  return { column: { name, type, notNull, default: defaultText, generated, definition: after }, constraints }
}

/** Reads a `Constraint`; undefined for clauses that are none of a table's (NOT NULL, DEFAULT, deferrability). */
export function tableConstraint(
  source: Source,
  node: SqlNode,
  columns: readonly string[] = [],
  end = itemEnd(source.text, source.positionOf(node['location']), source.end),
): TableConstraint | undefined {
  const name = text(node, 'conname') || null
  const whole = () => flatSql(source.text, source.positionOf(node['location']), end)
  const named = (
    kind: TableConstraint['kind'],
    own: readonly string[],
    references = '',
    expression = '',
  ) => ({
    name,
    kind,
    columns: own.length > 0 ? own : columns,
    references,
    expression,
    inColumn: false,
  })
  switch (text(node, 'contype')) {
    case 'CONSTR_PRIMARY':
      return named('primary', strings(list(node, 'keys')))
    case 'CONSTR_UNIQUE':
      return named('unique', strings(list(node, 'keys')))
    case 'CONSTR_FOREIGN':
      return named('foreign', strings(list(node, 'fk_attrs')), referenceText(node))
    case 'CONSTR_CHECK':
      return named('check', [], '', checkExpression(whole()))
    case 'CONSTR_EXCLUSION':
      return named('exclusion', [], '', whole().replace(/^constraint \S+ /i, ''))
    default:
      return undefined
  }
}

const actions: Record<string, string> = { c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT', r: 'RESTRICT' }

function referenceText(node: SqlNode): string {
  const keys = strings(list(node, 'pk_attrs'))
  const columns = keys.length > 0 ? `(${keys.join(', ')})` : ''
  const on = (event: string, name: string) => (actions[name] ? ` ON ${event} ${actions[name]}` : '')
  return (
    relationName(inner(node, 'pktable')) +
    columns +
    on('DELETE', text(node, 'fk_del_action')) +
    on('UPDATE', text(node, 'fk_upd_action')) +
    (node['deferrable'] === true ? ' DEFERRABLE' : '') +
    (node['initdeferred'] === true ? ' INITIALLY DEFERRED' : '')
  )
}

/** The expression between the brackets of a CHECK. */
function checkExpression(clause: string): string {
  const open = sqlTokens(clause).find((token) => token.text === '(')
  if (open === undefined) return clause
  return clause.slice(open.end, itemEnd(clause, open.end)).trim()
}

/** Reads a `CREATE TABLE`. */
export function tableDefinition(reading: SqlReading, statement: SqlStatement): Table {
  const source: Source = { text: reading.text, positionOf: statement.positionOf, end: statement.end }
  const columns: Column[] = []
  const constraints: TableConstraint[] = []
  for (const element of list(statement.node, 'tableElts')) {
    const definition = inner(element, 'ColumnDef')
    const constraint = inner(element, 'Constraint')
    if (definition !== undefined) {
      const read = columnDefinition(source, definition)
      columns.push(read.column)
      constraints.push(...read.constraints)
    } else if (constraint !== undefined) {
      const read = tableConstraint(source, constraint)
      if (read !== undefined) constraints.push(read)
    }
  }
  // A key is never null, wherever it is written; SQLite keeps to that for what people write too.
  const keys = new Set(constraints.filter(({ kind }) => kind === 'primary').flatMap((found) => found.columns))
  return {
    name: relationName(inner(statement.node, 'relation')),
    columns: columns.map((column) => (keys.has(column.name) ? { ...column, notNull: true } : column)),
    constraints,
    suffix: suffixOf(statement.text),
  }
}

function suffixOf(statement: string): string {
  const tokens = sqlTokens(statement)
  let depth = 0
  for (const token of tokens) {
    if (token.text === '(') depth++
    else if (token.text === ')' && --depth === 0) return flatSql(statement, token.end)
  }
  return ''
}

function withoutFirstWord(clause: string): string {
  const first = sqlTokens(clause)
  // A default may carry a constraint's name before its keyword.
  const keyword = first.findIndex((token) => token.text.toUpperCase() === 'DEFAULT')
  return clause.slice(first[Math.max(0, keyword)]?.end ?? 0).trim()
}
