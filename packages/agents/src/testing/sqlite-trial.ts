// A program of its own, started by `test_migration`: reads a trial from standard input, answers on standard output. What
// a migration does then happens in a process that can be ended, and that can open no other database.

import { readFileSync } from 'node:fs'
import { constants, DatabaseSync } from 'node:sqlite'

import { compareRows, readRows, seedRows, tableNames, type DatabaseRows } from './sqlite-rows.ts'
import { compareShapes, sqliteShape } from './sqlite-shape.ts'

/** One SQL text of a trial, with its file for messages. */
export interface TrialSql {
  readonly file: string
  readonly sql: string
}

/** What is tried. */
export interface Trial {
  /** The earlier migrations, in order. */
  readonly earlier: readonly TrialSql[]
  /** The ways up, in order, and back, in the order in which they run. */
  readonly up: readonly TrialSql[]
  readonly down: readonly TrialSql[]
  /** A database file to copy, and where to; null to build one from the earlier migrations alone. */
  readonly copy: { readonly from: string; readonly to: string } | null
}

/** How a trial went. */
export interface TrialResult {
  readonly failed: { readonly stage: string; readonly file: string; readonly message: string } | null
  readonly database: 'copy' | 'fresh'
  /** Why the copy was not used although there was one. */
  readonly note: string | null
  readonly restored: 'exactly' | 'but for column order' | false | null
  readonly differences: readonly string[]
  readonly lost: readonly string[]
  readonly changed: readonly string[]
  readonly dropped: readonly string[]
  readonly tables_with_rows: number
  readonly not_seeded: readonly string[]
}

const nothing = {
  restored: null,
  differences: [],
  lost: [],
  changed: [],
  dropped: [],
  tables_with_rows: 0,
  not_seeded: [],
}

class StageError extends Error {
  readonly stage: string
  readonly file: string
  constructor(stage: string, file: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : 'failed', { cause })
    this.stage = stage
    this.file = file
  }
}

function run(trial: Trial): TrialResult {
  const fresh = new DatabaseSync(':memory:')
  let note: string | null = null
  let database = fresh
  try {
    guard(fresh)
    apply(fresh, 'earlier', trial.earlier)
    if (trial.copy !== null) {
      const source = new DatabaseSync(trial.copy.from, { readOnly: true })
      source.prepare('VACUUM INTO ?').run(trial.copy.to)
      source.close()
      const copy = new DatabaseSync(trial.copy.to)
      const same = compareShapes(sqliteShape(fresh), withoutLedger(sqliteShape(copy)))
      if (same.equal === false) {
        copy.close()
        note = `the database is not where the earlier migrations lead (${same.differences[0]?.slice(0, 200)}); a fresh one was used`
      } else {
        database = copy
        guard(copy)
      }
    }
    const seeded = database === fresh ? seedRows(database, 3) : { seeded: [], refused: [] }
    return {
      failed: null,
      database: database === fresh ? 'fresh' : 'copy',
      note,
      ...cycle(database, trial),
      not_seeded: seeded.refused,
    }
  } catch (error) {
    const failed =
      error instanceof StageError
        ? { stage: error.stage, file: error.file, message: error.message }
        : {
            stage: 'copy',
            file: trial.copy?.from ?? '',
            message: error instanceof Error ? error.message : 'failed',
          }
    return { failed, database: database === fresh ? 'fresh' : 'copy', note, ...nothing }
  }
}

/** Up, back, and up once more: a way back that leaves something behind shows at the latest then. */
function cycle(
  database: DatabaseSync,
  trial: Trial,
): Omit<TrialResult, 'failed' | 'database' | 'note' | 'not_seeded'> {
  const [shape, rows, broken] = [sqliteShape(database), readRows(database), brokenKeys(database)]
  apply(database, 'up', trial.up)
  checkKeys(database, broken, trial.up)
  const above = readRows(database)
  apply(database, 'down', trial.down)
  const { equal, differences } = compareShapes(shape, sqliteShape(database))
  const compared = compareRows(rows, above, readRows(database))
  if (equal !== false) apply(database, 'up again', trial.up)
  return { restored: equal, differences, ...compared, tables_with_rows: withRows(rows) }
}

function withRows(rows: DatabaseRows): number {
  return Object.values(rows).filter(({ count }) => count > 0).length
}

function apply(database: DatabaseSync, stage: string, texts: readonly TrialSql[]): void {
  for (const { file, sql } of texts) {
    try {
      database.exec(sql)
    } catch (error) {
      throw new StageError(stage, file, error)
    }
  }
}

/** Rows that point to rows that are not there, and keys that point to nothing that is unique, by table. */
function brokenKeys(database: DatabaseSync): Map<string, string> {
  const broken = new Map<string, string>()
  for (const table of tableNames(database)) {
    try {
      const rows = database.prepare('SELECT count(*) AS count FROM pragma_foreign_key_check(?)').get(table)
      const { count } = rows as { count: number }
      if (count > 0) broken.set(table, `${count} rows of ${table} point to rows that are not there`)
    } catch (error) {
      broken.set(table, error instanceof Error ? error.message : 'broken')
    }
  }
  return broken
}

function checkKeys(
  database: DatabaseSync,
  before: ReadonlyMap<string, string>,
  up: readonly TrialSql[],
): void {
  for (const [table, message] of brokenKeys(database)) {
    if (before.get(table) !== message) throw new StageError('up', up.at(-1)?.file ?? '', new Error(message))
  }
}

/** The tables in which migration tools note what they applied are none of the migrations' own. */
function withoutLedger(shape: Readonly<Record<string, string>>): Record<string, string> {
  const ledger =
    /^(?:table|index) (?:idx_|ix_)?(?:schema_migrations|migrations|goose_db_version|_migrations|knex_migrations\w*|gorp_migrations)/
  return Object.fromEntries(Object.entries(shape).filter(([name]) => !ledger.test(name)))
}

/** Other files are out of reach: no ATTACH (which VACUUM INTO needs too), and no edit of the schema's own table. */
function guard(database: DatabaseSync): void {
  database.setAuthorizer((action, first) => {
    if (action === constants.SQLITE_ATTACH || action === constants.SQLITE_DETACH) return constants.SQLITE_DENY
    const isForbidden =
      action === constants.SQLITE_PRAGMA &&
      /^(?:writable_schema|temp_store_directory|data_store_directory)$/i.test(first ?? '')
    return isForbidden ? constants.SQLITE_DENY : constants.SQLITE_OK
  })
}

process.stdout.write(JSON.stringify(run(JSON.parse(readFileSync(0, 'utf8')) as Trial)))
