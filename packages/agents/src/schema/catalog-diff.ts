import { constraintKey, constraintName, type Catalog, type Table } from './catalog.ts'
import { columnChanges } from './column-diff.ts'
import { quoteName } from './sql-names.ts'
import { columnSql, createIndexSql, createTableSql, namedConstraintSql } from './sql-render.ts'
import { sqliteRebuild, type DifferenceDraft, type SchemaDifference } from './schema-difference.ts'
import type { SqlReading } from './sql-statements.ts'

/**
 * Compares two schemas. Deterministic: sorted by name within each kind of change. A column that went while one of its type
 * came is left to a person, unless `dropsAreMeant`: then it is no rename.
 */
export function diffCatalogs(
  from: Catalog,
  to: Catalog,
  dialect: SqlReading['dialect'],
  dropsAreMeant = false,
): SchemaDifference {
  const draft: DifferenceDraft = { first: [], middle: [], last: [], concurrent: [], unsafe: [], blocked: [] }
  diffEnums(from, to, draft)
  const added = [...to.tables.values()].filter((table) => !from.tables.has(table.name))
  const removed = [...from.tables.values()].filter((table) => !to.tables.has(table.name))
  for (const name of sorted(from.views.keys())) {
    if (!to.views.has(name)) draft.first.push(`DROP VIEW ${quoteName(name)}`)
  }
  for (const table of byReference(added)) draft.middle.push(createTableSql(table))
  for (const name of sorted(to.tables.keys())) {
    const [before, after] = [from.tables.get(name), to.tables.get(name)]
    if (before && after) diffTable(before, after, dialect, dropsAreMeant, draft)
  }
  diffIndexes(from, to, dialect, new Set(added.map(({ name }) => name)), draft)
  for (const table of byReference(removed).toReversed())
    draft.last.push(`DROP TABLE ${quoteName(table.name)}`)
  for (const name of sorted(to.views.keys())) {
    const [before, after] = [from.views.get(name), to.views.get(name)]
    if (before === after || after === undefined) continue
    if (before !== undefined) draft.first.push(`DROP VIEW ${quoteName(name)}`)
    draft.last.push(`CREATE VIEW ${quoteName(name)} AS ${after}`)
  }
  for (const name of sorted(from.enums.keys())) {
    if (!to.enums.has(name)) draft.last.push(`DROP TYPE ${quoteName(name)}`)
  }
  return {
    statements: [...draft.first, ...draft.middle, ...draft.last],
    concurrent: draft.concurrent,
    unsafe: draft.unsafe,
    blocked: draft.blocked,
  }
}

function diffTable(
  before: Table,
  after: Table,
  dialect: SqlReading['dialect'],
  dropsAreMeant: boolean,
  draft: DifferenceDraft,
): void {
  const table = quoteName(after.name)
  const oldNames = new Map(before.columns.map((column) => [column.name, column]))
  const newNames = new Map(after.columns.map((column) => [column.name, column]))
  const gone = before.columns.filter((column) => !newNames.has(column.name))
  const come = after.columns.filter((column) => !oldNames.has(column.name))
  const renamed = !dropsAreMeant && come.some((column) => gone.some((old) => old.type === column.type))
  if (renamed) {
    draft.blocked.push({
      subject: after.name,
      reason: `${gone.map(({ name }) => name).join(', ')} went and ${come.map(({ name }) => name).join(', ')} came: a rename keeps the data, a drop does not, and the two look the same`,
      safer:
        'where it is a rename, write RENAME COLUMN by hand; where it is a drop, say so in the schema file: -- opschart: allow drop-column <reason>',
    })
    for (const column of gone)
      draft.unsafe.push({ sql: `ALTER TABLE ${table} DROP COLUMN ${quoteName(column.name)}` })
    return
  }
  for (const column of come) {
    const sql = `ALTER TABLE ${table} ADD COLUMN ${columnSql(after, column)}`
    if (
      column.notNull &&
      column.default === null &&
      column.generated === null &&
      !column.type.endsWith('serial')
    ) {
      draft.unsafe.push({ sql })
      draft.blocked.push({
        subject: `${after.name}.${column.name}`,
        reason: 'NOT NULL without a default cannot be added to a table that has rows',
        safer: 'give it a default, or add it nullable, fill it, and set NOT NULL in a later migration',
      })
    } else draft.middle.push(sql)
  }
  for (const column of after.columns) {
    const old = oldNames.get(column.name)
    if (old !== undefined) columnChanges(after.name, old, column, dialect, draft)
  }
  const goneNames = new Set(gone.map(({ name }) => name))
  diffConstraints(before, after, dialect, goneNames, new Set(come.map(({ name }) => name)), draft)
  for (const column of gone) draft.last.push(`ALTER TABLE ${table} DROP COLUMN ${quoteName(column.name)}`)
}

function diffConstraints(
  before: Table,
  after: Table,
  dialect: SqlReading['dialect'],
  gone: ReadonlySet<string>,
  come: ReadonlySet<string>,
  draft: DifferenceDraft,
): void {
  const table = quoteName(after.name)
  const [oldKeys, newKeys] = [
    new Set(before.constraints.map(constraintKey)),
    new Set(after.constraints.map(constraintKey)),
  ]
  for (const constraint of before.constraints) {
    if (newKeys.has(constraintKey(constraint)) || constraint.columns.some((name) => gone.has(name))) continue
    const name = constraintName(before.name, constraint)
    const sql = `ALTER TABLE ${table} DROP CONSTRAINT ${quoteName(name)}`
    if (dialect === 'sqlite') block(`${after.name}: constraint ${name} went`, sqliteRebuild)
    else draft.first.push(sql)
  }
  for (const constraint of after.constraints) {
    if (oldKeys.has(constraintKey(constraint))) continue
    if (constraint.inColumn && constraint.columns.every((name) => come.has(name))) continue
    const name = constraintName(after.name, constraint)
    const sql = `ALTER TABLE ${table} ADD ${namedConstraintSql(after, constraint)}`
    if (dialect === 'sqlite') block(`${after.name}: constraint ${name} came`, sqliteRebuild)
    else if (constraint.kind === 'foreign' || constraint.kind === 'check') {
      draft.middle.push(`${sql} NOT VALID`, `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoteName(name)}`)
    } else {
      draft.unsafe.push({ sql })
      block(
        `${after.name}: constraint ${name} came`,
        'CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX',
      )
    }
  }
  function block(reason: string, safer: string): void {
    draft.blocked.push({ subject: after.name, reason, safer })
  }
}

function diffIndexes(
  from: Catalog,
  to: Catalog,
  dialect: SqlReading['dialect'],
  newTables: ReadonlySet<string>,
  draft: DifferenceDraft,
): void {
  const same = (name: string) => {
    const [a, b] = [from.indexes.get(name), to.indexes.get(name)]
    return (
      a?.table === b?.table &&
      a?.unique === b?.unique &&
      a?.definition.toLowerCase() === b?.definition.toLowerCase()
    )
  }
  // Indexes of a table that waits for a person may be on just what waits.
  const isWaiting = (table: string) =>
    draft.blocked.some(({ subject }) => subject === table || subject.startsWith(`${table}.`))
  for (const name of sorted(from.indexes.keys())) {
    const index = from.indexes.get(name)
    if (index !== undefined && isWaiting(index.table)) continue
    // An index goes with its table.
    if (index === undefined || !to.tables.has(index.table) || (to.indexes.has(name) && same(name))) continue
    draft.first.push(`DROP INDEX ${quoteName(name)}`)
  }
  for (const name of sorted(to.indexes.keys())) {
    const index = to.indexes.get(name)
    if (index === undefined || isWaiting(index.table) || (from.indexes.has(name) && same(name))) continue
    if (dialect === 'sqlite' || newTables.has(index.table)) draft.middle.push(createIndexSql(index))
    else draft.concurrent.push(createIndexSql(index, true))
  }
}

function diffEnums(from: Catalog, to: Catalog, draft: DifferenceDraft): void {
  for (const name of sorted(to.enums.keys())) {
    const [before, after] = [from.enums.get(name), to.enums.get(name) ?? []]
    const text = (value: string) => `'${value.replaceAll("'", "''")}'`
    if (before === undefined)
      draft.first.push(`CREATE TYPE ${quoteName(name)} AS ENUM (${after.map(text).join(', ')})`)
    else if (before.some((value) => !after.includes(value))) {
      draft.blocked.push({
        subject: name,
        reason: 'a value of an enum cannot be taken out',
        safer: 'keep it, or make a new type and change the columns over',
      })
    } else {
      after.forEach((value, index) => {
        if (before.includes(value)) return
        const place =
          index === 0 ? ` BEFORE ${text(after[1] as string)}` : ` AFTER ${text(after[index - 1] as string)}`
        draft.first.push(`ALTER TYPE ${quoteName(name)} ADD VALUE ${text(value)}${place}`)
      })
    }
  }
}

/** Tables so that each comes after those it points to; by name where nothing decides. */
function byReference(tables: readonly Table[]): Table[] {
  const waiting = new Map(
    sorted(tables.map(({ name }) => name)).map((name) => [
      name,
      tables.find((table) => table.name === name) as Table,
    ]),
  )
  const ordered: Table[] = []
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ name, constraints }) =>
      constraints.every(({ references }) => {
        const target = references.split(/[ (]/)[0] as string
        return target === name || !waiting.has(target)
      }),
    )
    // Tables that point to each other have no order; the first by name goes first, and the database says what is wrong.
    const next = ready.length > 0 ? ready : [...waiting.values()].slice(0, 1)
    for (const table of next) {
      ordered.push(table)
      waiting.delete(table.name)
    }
  }
  return ordered
}

function sorted(names: Iterable<string>): string[] {
  return [...names].toSorted()
}
