import {
  canonicalJson,
  OperationError,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { writePlanned, type PlannedFile } from '../project/planned-file.ts'
import { fileName } from '../project/plain-text.ts'
import { projectFiles, type ProjectFiles } from '../project/project-files.ts'
import { textMember } from '../project/json-value.ts'
import { allowances } from './allow-comments.ts'
import { diffCatalogs } from './catalog-diff.ts'
import { foldAll, foldReading } from './catalog-fold.ts'
import { migrationFolder, nextNumber, type Migration } from './migration-files.ts'
import { markedMigrations, planMigration, type MigrationDraft } from './migration-writer.ts'
import { reverseStatements } from './reverse-statements.ts'
import type { Blocked } from './schema-difference.ts'
import {
  changedSqlFiles,
  isMigrationFile,
  readSchemaState,
  type MigrationStep,
  type SchemaState,
} from './schema-state.ts'
import { readSql } from './sql-statements.ts'

/**
 * data-migration-agent `generate_migration`: for a changed schema file, writes the next migration, up and down, from the
 * difference to what the migrations leave; for a changed migration without a way back, writes that. Migrations that are
 * there are never altered, but for a missing way back put into their own file.
 *
 * What is not safe to do by itself is explained in comments and fails with `needs_person`, after the safe part was
 * written. Unreadable SQL: `sql_syntax`. A `drift` generates nothing.
 */
export function generateMigration(): Task {
  return {
    agent: 'data-migration-agent',
    task: 'generate_migration',
    title: 'writes the migration, or the missing way back, for a schema change',
    changes: 'repository',
    timeout: 60_000,
    async run(input, context) {
      if (textMember(input.signal.data, 'origin') === 'drift') {
        return {
          generated: [],
          files: [],
          reason: 'the live database changed: a person decides which side is right',
        }
      }
      const files = projectFiles(context.root)
      let state = await readSchemaState(files, context.service)
      const written: JsonObject[] = []
      const generated: string[] = []
      const blocked: Blocked[] = []
      for (const file of changedSqlFiles(input)) {
        const result = isMigrationFile(context.service, file)
          ? await wayBack(files, state, file, context)
          : await nextMigration(files, state, file, input, context)
        blocked.push(...result.blocked)
        generated.push(...result.migrations)
        if (result.planned.length > 0) {
          written.push(...(await writePlanned(files, result.planned, context)))
          state = await readSchemaState(files, context.service)
        }
      }
      const output = { generated, files: written, dialect: state.dialect }
      if (blocked.length > 0) throw needsPerson(blocked, output)
      return generated.length > 0 ? output : { ...output, reason: 'the migrations already say all of it' }
    },
  }
}

interface Result {
  readonly planned: readonly PlannedFile[]
  /** Names of the migrations concerned: `0007_users_email`. */
  readonly migrations: readonly string[]
  readonly blocked: readonly Blocked[]
}

async function nextMigration(
  files: ProjectFiles,
  state: SchemaState,
  file: string,
  input: OperationInput,
  context: TaskContext,
): Promise<Result> {
  const text = await files.read(file)
  if (text === undefined) return { planned: [], migrations: [], blocked: [] }
  const wanted = await readSql(text, file, { sqlite: state.dialect === 'sqlite' })
  const dialect = wanted.dialect === 'sqlite' ? 'sqlite' : state.dialect
  const target = foldAll([wanted])
  const dropsAreMeant = allowances(text).some(({ rule }) => rule === 'drop-column')
  const difference = diffCatalogs(state.catalog, target, dialect, dropsAreMeant)
  const migrations = state.steps.map(({ migration }) => migration)
  // An earlier attempt may have written its files and died before it could say so.
  const earlier = markedMigrations(migrations, context.key).map(nameOf)
  const folder = migrationFolder(context.service)
  const style = migrations.at(-1)?.style ?? 'pair'
  const notes = difference.blocked.map(
    ({ subject, reason, safer }) => `Not done: ${subject}: ${reason}. Instead: ${safer}.`,
  )
  const planned: PlannedFile[] = []
  const names: string[] = []
  let known = migrations
  let catalog = state.catalog
  const pieces = [
    ...(difference.statements.length > 0
      ? [{ up: difference.statements, alone: false, upNotes: notes }]
      : []),
    ...difference.concurrent.map((statement) => ({ up: [statement], alone: true, upNotes: [] as string[] })),
  ]
  for (const piece of pieces) {
    const reading = await readSql(piece.up.map((statement) => `${statement};`).join('\n'), 'generated')
    const back = reverseStatements(reading, catalog)
    const number = nextNumber(known, input.signal.time)
    const draft: MigrationDraft = {
      ...piece,
      number,
      name: titleOf(piece.up),
      down: back.statements,
      downNotes: back.notes,
    }
    planned.push(...(await planMigration(files, folder, style, draft, context.key)))
    names.push(`${number}_${draft.name}`)
    known = [...known, { number, name: draft.name, style, up: '', down: '', upFile: '', downFile: null }]
    catalog = foldReading(catalog, reading)
  }
  // The proof that what was written leads where it should; only what is blocked may still differ.
  const left = diffCatalogs(catalog, target, dialect, dropsAreMeant)
  if (left.statements.length + left.concurrent.length > 0) {
    const reason = `a comparison after the generated migration still finds: ${left.statements.join('; ').slice(0, 300)}`
    return {
      planned: [],
      migrations: [],
      blocked: [{ subject: file, reason, safer: 'write this migration by hand' }],
    }
  }
  return { planned, migrations: [...earlier, ...names], blocked: difference.blocked }
}

async function wayBack(
  files: ProjectFiles,
  state: SchemaState,
  file: string,
  context: TaskContext,
): Promise<Result> {
  const step = state.steps.find(({ migration }) => migration.upFile === file)
  if (step === undefined) return { planned: [], migrations: [], blocked: [] }
  const names = [nameOf(step.migration)]
  if (step.migration.down !== null) return { planned: [], migrations: names, blocked: [] }
  const back = reverseStatements(step.up, step.before)
  if (back.blocked.length > 0) {
    return {
      planned: [],
      migrations: names,
      blocked: back.blocked.map((found) => ({ ...found, subject: `${file} ${found.subject}` })),
    }
  }
  context.progress(`writing the way back of ${file}`)
  const planned = await planWayBack(files, step, back.statements, back.notes)
  return { planned: [planned], migrations: names, blocked: [] }
}

async function planWayBack(
  files: ProjectFiles,
  step: MigrationStep,
  statements: readonly string[],
  notes: readonly string[],
): Promise<PlannedFile> {
  const { style, upFile } = step.migration
  const body = [...notes.map((note) => `-- ${note}`), ...statements.map((statement) => `${statement};`)].join(
    '\n',
  )
  const generated = `-- Generated by opschart: the way back.\n${body}\n`
  if (style === 'pair' || style === 'folder') {
    const path =
      style === 'pair' ? upFile.replace(/\.up\.sql$/, '.down.sql') : upFile.replace(/[^/]+$/, 'down.sql')
    return { path, text: generated, status: 'created' }
  }
  const marker = { goose: '-- +goose Down', migrate: '-- migrate:down', plain: '-- down' }[style]
  const present = (await files.read(upFile)) ?? ''
  // A plain file without an `-- up` line reads the same with one; the marker keeps its way back apart.
  const hasMarker = present.split('\n').some((line) => line.trim().toLowerCase() === marker.toLowerCase())
  const text = `${present.trimEnd()}\n${hasMarker ? '' : `\n${marker}\n`}${generated}`
  return { path: upFile, text, status: 'updated', note: 'only its missing way back was added' }
}

function nameOf(migration: Migration): string {
  return `${migration.number}_${migration.name}`
}

/** A file's name from what the first statement does: `alter_table_users_add_column_email`. */
function titleOf(statements: readonly string[]): string {
  const words = (statements[0] ?? '')
    .replace(/[^A-Za-z0-9_]+/g, ' ')
    .trim()
    .split(' ')
    .slice(0, 6)
  const more = statements.length > 1 ? '_and_more' : ''
  return `${fileName(words.join('_').toLowerCase()).slice(0, 60)}${more}`
}

function needsPerson(blocked: readonly Blocked[], output: JsonObject): OperationError {
  const first = blocked.slice(0, 3).map(({ subject, reason }) => `${subject}: ${reason}`)
  return new OperationError({
    code: 'needs_person',
    message: `${first.join('; ')}${blocked.length > 3 ? ` (and ${blocked.length - 3} more)` : ''}`,
    detail: { ...output, blocked: JSON.parse(canonicalJson(blocked)) },
  })
}
