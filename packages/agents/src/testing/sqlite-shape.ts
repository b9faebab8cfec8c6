import type { DatabaseSync } from 'node:sqlite'

import { bracketItems, comparableSql } from '../schema/sql-tokens.ts'

/** A database's schema as texts that can be compared, by `type name`. */
export type SqliteShape = Readonly<Record<string, string>>

/** How two schemas compare: alike, alike but for the order of columns, or where they differ. */
export interface ShapeComparison {
  readonly equal: 'exactly' | 'but for column order' | false
  /** Sorted; empty when equal. */
  readonly differences: readonly string[]
}

/** The schema of a database, from its own `sqlite_schema`. */
export function sqliteShape(database: DatabaseSync): SqliteShape {
  const rows = database
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )
    .all() as { type: string; name: string; sql: string | null }[]
  return Object.fromEntries(rows.map(({ type, name, sql }) => [`${type} ${name}`, comparableSql(sql ?? '')]))
}

/** Compares two schemas; white space, comments, case and quotes that change nothing are left aside. */
export function compareShapes(before: SqliteShape, after: SqliteShape): ShapeComparison {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  const differences: string[] = []
  let exact = true
  for (const name of names) {
    const [old, next] = [before[name], after[name]]
    if (old === next) continue
    exact = false
    if (old === undefined) differences.push(`${name} is left over`)
    else if (next === undefined) differences.push(`${name} is missing`)
    else if (!name.startsWith('table ') || unordered(old) !== unordered(next)) {
      differences.push(`${name} was ${old.slice(0, 300)} and is ${next.slice(0, 300)}`)
    }
  }
  if (differences.length > 0) return { equal: false, differences }
  return { equal: exact ? 'exactly' : 'but for column order', differences }
}

function unordered(table: string): string {
  const parts = bracketItems(table)
  if (parts === undefined) return table
  return [parts.before.trim(), ...parts.items.map((item) => item.trim()).toSorted(), parts.after.trim()].join(
    '\n',
  )
}
