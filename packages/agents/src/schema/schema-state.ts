import type { OperationInput, Service } from '@opschart/core'

import { readSources } from '../code/source-files.ts'
import { member, textMember, textsMember } from '../project/json-value.ts'
import type { ProjectFiles } from '../project/project-files.ts'
import { emptyCatalog, type Catalog } from './catalog.ts'
import { foldReading } from './catalog-fold.ts'
import { migrationFolder, readMigrations, type Migration } from './migration-files.ts'
import { readSql, type SqlReading } from './sql-statements.ts'
import { isPlainlySqlite } from './sqlite-syntax.ts'

/** A migration with its parsed way up, and the schema before it. */
export interface MigrationStep {
  readonly migration: Migration
  readonly up: SqlReading
  readonly before: Catalog
  readonly after: Catalog
}

/** A service's migrations, folded. */
export interface SchemaState {
  readonly steps: readonly MigrationStep[]
  /** The schema after all of them. */
  readonly catalog: Catalog
  readonly dialect: SqlReading['dialect']
}

/**
 * Reads and folds a service's migrations. The dialect is SQLite's when a migration has syntax that only SQLite knows, or
 * when the service's code opens SQLite and no PostgreSQL.
 *
 * @throws OperationError `sql_syntax` for a migration that cannot be parsed.
 */
export async function readSchemaState(files: ProjectFiles, service: Service): Promise<SchemaState> {
  const steps: MigrationStep[] = []
  let catalog = emptyCatalog
  const migrations = await readMigrations(files, service)
  const isSqlite = migrations.some(({ up }) => isPlainlySqlite(up)) || (await opensSqlite(files, service))
  for (const migration of migrations) {
    const up = await readSql(migration.up, migration.upFile, { sqlite: isSqlite })
    const after = foldReading(catalog, up)
    steps.push({ migration, up, before: catalog, after })
    catalog = after
  }
  return { steps, catalog, dialect: isSqlite ? 'sqlite' : 'postgresql' }
}

const sqliteModules = new Set(['node:sqlite', 'better-sqlite3', 'sqlite3', 'bun:sqlite', '@libsql/client'])
const postgresModules = new Set(['pg', 'postgres', 'pg-promise', 'slonik', '@electric-sql/pglite', 'pgtyped'])

async function opensSqlite(files: ProjectFiles, service: Service): Promise<boolean> {
  const texts = new Set<string>()
  for (const source of await readSources(files, service)) {
    for (const token of source.tokens) if (token.kind === 'string') texts.add(token.text)
  }
  return (
    [...sqliteModules].some((name) => texts.has(name)) &&
    ![...postgresModules].some((name) => texts.has(name))
  )
}

/** The SQL files that a SCHEMA_CHANGED signal names, relative to the project, sorted. */
export function changedSqlFiles(input: OperationInput): string[] {
  const { data } = input.signal
  const listed = [member(data, 'files'), member(data, 'changes')].flatMap((value) =>
    Array.isArray(value) ? value : [],
  )
  const named = [
    textMember(data, 'path'),
    textMember(data, 'file'),
    ...textsMember(data, 'paths'),
    ...textsMember(data, 'files'),
    ...listed.flatMap((item) => [textMember(item, 'path'), textMember(item, 'file')]),
  ]
  const files = named.filter(
    (name) => name !== undefined && name.length < 500 && name.endsWith('.sql'),
  ) as string[]
  return [...new Set(files.map((file) => file.replace(/^\.\//, '')))].toSorted().slice(0, 50)
}

/** Whether a file lies in the service's folder of migrations; all other SQL files are taken for schema files. */
export function isMigrationFile(service: Service, file: string): boolean {
  return file.startsWith(`${migrationFolder(service)}/`)
}
