import { constraintKey, type Catalog } from './catalog.ts'
import { comparableSql } from './sql-tokens.ts'

/** Where two schemas differ, as lines for people, sorted; the order of columns and the names of constraints left aside. */
export function catalogDifferences(before: Catalog, after: Catalog): string[] {
  const [old, next] = [described(before), described(after)]
  return [...new Set([...old.keys(), ...next.keys()])]
    .toSorted()
    .filter((name) => old.get(name) !== next.get(name))
    .map((name) => {
      const [was, is] = [old.get(name), next.get(name)]
      if (was === undefined) return `${name} is left over`
      return is === undefined
        ? `${name} is missing`
        : `${name} was ${was.slice(0, 200)} and is ${is.slice(0, 200)}`
    })
}

function described(catalog: Catalog): Map<string, string> {
  const lines = new Map<string, string>()
  for (const table of catalog.tables.values()) {
    lines.set(`table ${table.name}`, comparableSql(table.suffix))
    for (const column of table.columns) {
      const parts = [
        column.type,
        column.notNull ? 'not null' : '',
        column.default ?? '',
        column.generated ?? '',
      ]
      lines.set(`column ${table.name}.${column.name}`, comparableSql(parts.join(' ')))
    }
    for (const constraint of table.constraints)
      lines.set(`constraint of ${table.name} ${constraintKey(constraint)}`, 'there')
  }
  for (const index of catalog.indexes.values()) {
    lines.set(`index ${index.name}`, comparableSql(`${index.unique} ${index.table} ${index.definition}`))
  }
  for (const [name, values] of catalog.enums) lines.set(`enum ${name}`, values.join(', '))
  for (const [name, query] of catalog.views) lines.set(`view ${name}`, comparableSql(query))
  return lines
}
