import {
  constraintName,
  emptyCatalog,
  withColumn,
  withEntry,
  withTable,
  type Catalog,
  type Index,
  type Table,
} from './catalog.ts'
import { columnDefinition, tableConstraint, tableDefinition, type Source } from './definitions.ts'
import { droppedNames, inner, list, qualified, relationName, strings, text, typeText } from './sql-names.ts'
import type { SqlNode, SqlReading, SqlStatement } from './sql-statements.ts'
import { flatSql, itemEnd, renameWord, sqlTokens } from './sql-tokens.ts'

/** The schema after all statements of a text. What is not about tables, indexes, enums or views changes nothing. */
export function foldReading(catalog: Catalog, reading: SqlReading): Catalog {
  return reading.statements.reduce((before, statement) => foldStatement(before, reading, statement), catalog)
}

/** The schema after the texts, from an empty one. */
export function foldAll(readings: readonly SqlReading[]): Catalog {
  return readings.reduce(foldReading, emptyCatalog)
}

/** The schema after one statement. */
export function foldStatement(catalog: Catalog, reading: SqlReading, statement: SqlStatement): Catalog {
  const { node } = statement
  switch (statement.kind) {
    case 'CreateStmt': {
      const table = tableDefinition(reading, statement)
      if (node['if_not_exists'] === true && catalog.tables.has(table.name)) return catalog
      return { ...catalog, tables: withEntry(catalog.tables, table.name, table) }
    }
    case 'AlterTableStmt': {
      const name = relationName(inner(node, 'relation'))
      return list(node, 'cmds').reduce(
        (before, command) => withTable(before, name, (table) => altered(table, reading, statement, command)),
        catalog,
      )
    }
    case 'RenameStmt':
      return renamed(catalog, node)
    case 'DropStmt':
      return droppedNames(node).reduce(
        (before, name) => dropped(before, text(node, 'removeType'), name),
        catalog,
      )
    case 'IndexStmt': {
      const index = indexDefinition(reading, statement)
      return { ...catalog, indexes: withEntry(catalog.indexes, index.name, index) }
    }
    case 'CreateEnumStmt':
      return {
        ...catalog,
        enums: withEntry(
          catalog.enums,
          qualified(strings(list(node, 'typeName'))),
          strings(list(node, 'vals')),
        ),
      }
    case 'AlterEnumStmt':
      return enumAltered(catalog, node)
    case 'ViewStmt': {
      const query = inner(node, 'query') === undefined ? '' : viewQuery(statement.text)
      return { ...catalog, views: withEntry(catalog.views, relationName(inner(node, 'view')), query) }
    }
    default:
      return catalog
  }
}

function altered(table: Table, reading: SqlReading, statement: SqlStatement, wrapped: SqlNode): Table {
  const command = inner(wrapped, 'AlterTableCmd') as SqlNode
  const name = text(command, 'name')
  const source: Source = { text: reading.text, positionOf: statement.positionOf, end: statement.end }
  switch (text(command, 'subtype')) {
    case 'AT_AddColumn': {
      const { column, constraints } = columnDefinition(source, inner(command, 'def', 'ColumnDef') as SqlNode)
      if (table.columns.some((known) => known.name === column.name)) return table
      return {
        ...table,
        columns: [...table.columns, column],
        constraints: [...table.constraints, ...constraints],
      }
    }
    case 'AT_DropColumn':
      return {
        ...table,
        columns: table.columns.filter((column) => column.name !== name),
        constraints: table.constraints.filter((constraint) => !constraint.columns.includes(name)),
      }
    case 'AT_AlterColumnType': {
      const type = typeText(inner(command, 'def', 'ColumnDef', 'typeName'))
      return withColumn(table, name, { type })
    }
    case 'AT_SetNotNull':
      return withColumn(table, name, { notNull: true })
    case 'AT_DropNotNull':
      return withColumn(table, name, { notNull: false })
    case 'AT_ColumnDefault': {
      const value = inner(command, 'def') === undefined ? null : defaultIn(statement.text, name)
      return withColumn(table, name, { default: value })
    }
    case 'AT_AddConstraint': {
      const constraint = tableConstraint(source, inner(command, 'def', 'Constraint') as SqlNode)
      if (constraint === undefined) return table
      return { ...table, constraints: [...table.constraints, constraint] }
    }
    case 'AT_DropConstraint':
      return {
        ...table,
        constraints: table.constraints.filter(
          (constraint) => constraintName(table.name, constraint) !== name,
        ),
      }
    default:
      return table
  }
}

/** The default's SQL in `ALTER [COLUMN] name SET DEFAULT value`, found by its words. */
function defaultIn(statement: string, column: string): string {
  const tokens = sqlTokens(statement).filter((token) => token.kind !== 'comment')
  const at = tokens.findIndex(
    (token, index) =>
      token.text.replaceAll('"', '').toLowerCase() === column.toLowerCase() &&
      tokens[index + 1]?.text.toUpperCase() === 'SET' &&
      tokens[index + 2]?.text.toUpperCase() === 'DEFAULT',
  )
  const from = tokens[at + 2]?.end ?? statement.length
  return flatSql(statement, from, itemEnd(statement, from))
}

function renamed(catalog: Catalog, node: SqlNode): Catalog {
  const table = relationName(inner(node, 'relation'))
  const [from, to] = [text(node, 'subname'), text(node, 'newname')]
  switch (text(node, 'renameType')) {
    case 'OBJECT_COLUMN':
      return columnRenamed(catalog, table, from, to)
    case 'OBJECT_TABLE': {
      const known = catalog.tables.get(table)
      if (known === undefined) return catalog
      const tables = withEntry(withEntry(catalog.tables, table, null), to, { ...known, name: to })
      const indexes = new Map([...catalog.indexes].map(([name, index]) => [name, moved(index, table, to)]))
      return { ...catalog, tables, indexes }
    }
    case 'OBJECT_INDEX': {
      const known = catalog.indexes.get(table)
      if (known === undefined) return catalog
      return {
        ...catalog,
        indexes: withEntry(withEntry(catalog.indexes, table, null), to, { ...known, name: to }),
      }
    }
    case 'OBJECT_TABCONSTRAINT':
      return withTable(catalog, table, (known) => ({
        ...known,
        constraints: known.constraints.map((found) =>
          constraintName(table, found) === from ? { ...found, name: to } : found,
        ),
      }))
    default:
      return catalog
  }
}

/** A column's name stands in keys, checks and indexes of its table, and in keys of others that point to it. */
function columnRenamed(catalog: Catalog, table: string, from: string, to: string): Catalog {
  const swap = (name: string) => (name === from ? to : name)
  const tables = [...catalog.tables].map(([name, known]): [string, Table] => {
    const own = name === table ? withColumn(known, from, { name: to }) : known
    const constraints = known.constraints.map((found) => {
      const pointsHere = found.references.split(/[ (]/)[0] === table
      return {
        ...found,
        columns: name === table ? found.columns.map(swap) : found.columns,
        expression: name === table ? renameWord(found.expression, from, to) : found.expression,
        references: pointsHere ? renameWord(found.references, from, to) : found.references,
      }
    })
    return [name, { ...own, constraints }]
  })
  const indexes = [...catalog.indexes].map(([name, index]): [string, Index] => [
    name,
    index.table === table ? { ...index, definition: renameWord(index.definition, from, to) } : index,
  ])
  return { ...catalog, tables: new Map(tables), indexes: new Map(indexes) }
}

function moved(index: Index, from: string, to: string): Index {
  return index.table === from ? { ...index, table: to } : index
}

function dropped(catalog: Catalog, type: string, name: string): Catalog {
  switch (type) {
    case 'OBJECT_TABLE': {
      const indexes = new Map([...catalog.indexes].filter(([, index]) => index.table !== name))
      return { ...catalog, tables: withEntry(catalog.tables, name, null), indexes }
    }
    case 'OBJECT_INDEX':
      return { ...catalog, indexes: withEntry(catalog.indexes, name, null) }
    case 'OBJECT_TYPE':
      return { ...catalog, enums: withEntry(catalog.enums, name, null) }
    case 'OBJECT_VIEW':
      return { ...catalog, views: withEntry(catalog.views, name, null) }
    default:
      return catalog
  }
}

function enumAltered(catalog: Catalog, node: SqlNode): Catalog {
  const name = qualified(strings(list(node, 'typeName')))
  const values = [...(catalog.enums.get(name) ?? [])]
  const [old, added, neighbour] = [text(node, 'oldVal'), text(node, 'newVal'), text(node, 'newValNeighbor')]
  if (old !== '') {
    const renamedValues = values.map((value) => (value === old ? added : value))
    return { ...catalog, enums: withEntry(catalog.enums, name, renamedValues) }
  }
  const at = values.indexOf(neighbour)
  const position = at < 0 ? values.length : node['newValIsAfter'] === true ? at + 1 : at
  values.splice(position, 0, added)
  return { ...catalog, enums: withEntry(catalog.enums, name, values) }
}

/** Reads a `CREATE INDEX`; one without a name gets the name that PostgreSQL would give it. */
export function indexDefinition(reading: SqlReading, statement: SqlStatement): Index {
  const { node } = statement
  const table = relationName(inner(node, 'relation'))
  const start = statement.positionOf(inner(node, 'relation')?.['location'])
  const afterName = sqlTokens(reading.text, start, statement.end).find(
    (token) => token.text === '(' || token.text.toUpperCase() === 'USING',
  )
  const columns = list(node, 'indexParams').map((item) => text(inner(item, 'IndexElem'), 'name') || 'expr')
  return {
    name: text(node, 'idxname') || [table.split('.').at(-1), ...columns, 'idx'].join('_'),
    table,
    unique: node['unique'] === true,
    definition: flatSql(reading.text, afterName?.start ?? statement.end, statement.end),
  }
}

function viewQuery(statement: string): string {
  const as = sqlTokens(statement).find((token) => token.text.toUpperCase() === 'AS')
  return as === undefined ? '' : flatSql(statement, as.end)
}
