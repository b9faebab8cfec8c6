/** A column of a table. */
export interface Column {
  readonly name: string
  /** In one spelling: `varchar(20)`. */
  readonly type: string
  readonly notNull: boolean
  /** The default's SQL; null when there is none. */
  readonly default: string | null
  /** `always` and so on for identity and generated columns: their clause; null for others. */
  readonly generated: string | null
  /** What was written after the name; null once the column was altered: then it is put together from the rest. */
  readonly definition: string | null
}

/** A constraint of a table; those written at a column are among them. */
export interface TableConstraint {
  /** The name that it was given; null when it has none. */
  readonly name: string | null
  readonly kind: 'primary' | 'unique' | 'foreign' | 'check' | 'exclusion'
  readonly columns: readonly string[]
  /** For a foreign key, what it points to: `users(id)` with its actions. Empty for others. */
  readonly references: string
  /** A check's expression, or an exclusion's whole text. Empty for others. */
  readonly expression: string
  /** Written at its column, and so part of that column's definition. */
  readonly inColumn: boolean
}

/** A table. */
export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  readonly constraints: readonly TableConstraint[]
  /** What follows the brackets: `WITHOUT ROWID`, `PARTITION BY ...`; mostly empty. */
  readonly suffix: string
}

/** An index that has a statement of its own. */
export interface Index {
  readonly name: string
  readonly table: string
  readonly unique: boolean
  /** What follows the table's name: method, columns, condition. */
  readonly definition: string
}

/** A schema as its migrations leave it. Names are without `public.`; all maps are by name. */
export interface Catalog {
  readonly tables: ReadonlyMap<string, Table>
  readonly indexes: ReadonlyMap<string, Index>
  /** Values in their order. */
  readonly enums: ReadonlyMap<string, readonly string[]>
  /** The query of each view. */
  readonly views: ReadonlyMap<string, string>
}

/** A schema with nothing in it. */
export const emptyCatalog: Catalog = {
  tables: new Map(),
  indexes: new Map(),
  enums: new Map(),
  views: new Map(),
}

/** The map with one entry set; null takes it out. */
export function withEntry<Value>(
  map: ReadonlyMap<string, Value>,
  name: string,
  value: Value | null,
): Map<string, Value> {
  const copy = new Map(map)
  if (value === null) copy.delete(name)
  else copy.set(name, value)
  return copy
}

/** The catalog with a table changed; unchanged when there is no such table. */
export function withTable(catalog: Catalog, name: string, change: (table: Table) => Table): Catalog {
  const table = catalog.tables.get(name)
  return table === undefined
    ? catalog
    : { ...catalog, tables: withEntry(catalog.tables, name, change(table)) }
}

/** The table with a column altered; what was once written of it no longer holds. */
export function withColumn(table: Table, name: string, change: Partial<Column>): Table {
  const altered = (column: Column) => ({ ...column, definition: null, ...change })
  return {
    ...table,
    columns: table.columns.map((column) => (column.name === name ? altered(column) : column)),
  }
}

/** The name that PostgreSQL gives to a constraint that has none of its own. */
export function constraintName(table: string, constraint: TableConstraint): string {
  if (constraint.name !== null) return constraint.name
  const base = table.split('.').at(-1) as string
  const suffix = { primary: 'pkey', unique: 'key', foreign: 'fkey', check: 'check', exclusion: 'excl' }[
    constraint.kind
  ]
  const columns = constraint.kind === 'primary' ? [] : constraint.columns
  return [base, ...columns, suffix].join('_').slice(0, 63)
}

/** What makes two constraints the same, whatever their names are. */
export function constraintKey(constraint: TableConstraint): string {
  // A check is the same wherever it is written; its columns are in its expression.
  const columns = constraint.kind === 'check' ? '' : constraint.columns.join(',')
  return [constraint.kind, columns, constraint.references, constraint.expression].join('|').toLowerCase()
}
