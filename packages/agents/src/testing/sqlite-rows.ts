import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** Rows of a table: how many, and the values of the first thousand by column, as text. */
export interface TableRows {
  readonly count: number
  readonly columns: Readonly<Record<string, string>>
}

/** The rows of all tables, by table. */
export type DatabaseRows = Readonly<Record<string, TableRows>>

/** What became of rows. */
export interface RowComparison {
  /** Rows or tables that are gone although nothing says that they should be. */
  readonly lost: readonly string[]
  /** Columns whose values differ. */
  readonly changed: readonly string[]
  /** Tables and columns that the way up drops: their data cannot come back. */
  readonly dropped: readonly string[]
}

const comparedRows = 1000

/** The names of a database's tables, virtual ones and their shadows left out, sorted. */
export function tableNames(database: DatabaseSync): string[] {
  const rows = database
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .all() as { name: string }[]
  return rows.map(({ name }) => name)
}

/** Reads what is compared of all rows. */
export function readRows(database: DatabaseSync): DatabaseRows {
  return Object.fromEntries(
    tableNames(database).map((table) => {
      const { count } = database.prepare(`SELECT count(*) AS count FROM ${quoted(table)}`).get() as {
        count: number
      }
      const columns = columnsOf(database, table).map(({ name }) => {
        const values = database
          .prepare(
            `SELECT group_concat(quote(value), ',') AS text FROM (SELECT ${quoted(name)} AS value FROM ${quoted(table)} ORDER BY quote(value) LIMIT ${comparedRows})`,
          )
          .get() as { text: string | null }
        return [name, values.text ?? '']
      })
      return [table, { count, columns: Object.fromEntries(columns) as Record<string, string> }]
    }),
  )
}

/** Compares rows before, with the way up applied, and after the way back. */
export function compareRows(before: DatabaseRows, up: DatabaseRows, after: DatabaseRows): RowComparison {
  const lost: string[] = []
  const changed: string[] = []
  const dropped: string[] = []
  for (const [table, rows] of Object.entries(before)) {
    const [above, back] = [up[table], after[table]]
    if (above === undefined) {
      if (rows.count > 0 && (back?.count ?? 0) < rows.count) dropped.push(table)
      continue
    }
    if (above.count < rows.count)
      lost.push(`${table}: ${rows.count - above.count} of ${rows.count} rows on the way up`)
    else if ((back?.count ?? 0) < rows.count)
      lost.push(`${table}: ${rows.count - (back?.count ?? 0)} of ${rows.count} rows on the way back`)
    for (const [column, values] of Object.entries(rows.columns)) {
      if (back?.columns[column] === values || /^(?:NULL,?)*$/.test(values)) continue
      if (above.columns[column] === undefined) dropped.push(`${table}.${column}`)
      else if (back?.count === rows.count) changed.push(`${table}.${column}`)
    }
  }
  return { lost, changed, dropped }
}

interface SqliteColumn {
  readonly name: string
  readonly type: string
  readonly pk: number
  readonly dflt_value: string | null
  readonly notnull: number
}

function columnsOf(database: DatabaseSync, table: string): SqliteColumn[] {
  // Hidden 0: an ordinary column, neither generated nor a virtual table's.
  return database
    .prepare('SELECT * FROM pragma_table_xinfo(?) WHERE hidden = 0')
    .all(table) as unknown as SqliteColumn[]
}

/**
 * Puts a few plain rows into each table, so that a migration meets data: the same ones each time, foreign keys pointing
 * to each other's rows. Tables whose checks refuse them stay empty, and are named in the answer.
 */
export function seedRows(database: DatabaseSync, rows: number): { seeded: string[]; refused: string[] } {
  const [seeded, refused]: [string[], string[]] = [[], []]
  database.exec('PRAGMA foreign_keys = OFF')
  for (const table of tableNames(database)) {
    const columns = columnsOf(database, table)
    const names = columns.map(({ name }) => quoted(name)).join(', ')
    const places = columns.map(() => '?').join(', ')
    try {
      const insert = database.prepare(`INSERT INTO ${quoted(table)} (${names}) VALUES (${places})`)
      for (let row = 1; row <= rows; row++) insert.run(...columns.map((column) => plainValue(column, row)))
      seeded.push(table)
    } catch {
      refused.push(table)
    }
  }
  database.exec('PRAGMA foreign_keys = ON')
  return { seeded, refused }
}

/** A value that a column of this type takes; the row's number makes it unique and fits keys that point to it. */
function plainValue(column: SqliteColumn, row: number): SQLInputValue {
  const type = column.type.toLowerCase()
  if (/int|serial/.test(type)) return row
  if (/real|floa|doub|num|dec/.test(type)) return row + 0.5
  if (/blob|bytea/.test(type)) return new Uint8Array([row])
  if (/bool/.test(type)) return row % 2
  if (/time|date/.test(type)) return `2026-01-0${row} 00:00:00`
  if (/json/.test(type)) return `{"row":${row}}`
  const limit = Number(/\((\d{1,9})\)/.exec(type)?.[1] ?? 20)
  return `${column.name}_${row}`.slice(-Math.max(1, limit))
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
