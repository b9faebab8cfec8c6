import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import {
  OperationError,
  type Json,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { textMember, textsMember } from '../project/json-value.ts'
import { oneLine } from '../project/plain-text.ts'
import { startProgram } from '../project/program.ts'
import { projectFiles } from '../project/project-files.ts'
import { foldReading } from '../schema/catalog-fold.ts'
import { catalogDifferences } from '../schema/compare-catalogs.ts'
import {
  changedSqlFiles,
  readSchemaState,
  type MigrationStep,
  type SchemaState,
} from '../schema/schema-state.ts'
import { readSql } from '../schema/sql-statements.ts'
import { namedDatabase } from './sqlite-database.ts'
import type { Trial, TrialResult } from './sqlite-trial.ts'

/**
 * test-executor `test_migration`: tries the new migrations up, back, and up again, and proves that the way back restores
 * the schema and loses no row that the way up keeps. SQLite: on a copy of the service's database where it names one,
 * else on a fresh one built from the earlier migrations with a few rows in it, in a process of its own. PostgreSQL: on
 * the schema only, folded from the parsed statements; the output then says `executed: false`.
 *
 * Fails with `migration_failed` or `migration_irreversible`; its detail is the whole output.
 */
export function testMigration(): Task {
  return {
    agent: 'test-executor',
    task: 'test_migration',
    title: 'tries a migration up and back on a copy',
    changes: 'nothing',
    timeout: 5 * 60_000,
    async run(input, context) {
      const files = projectFiles(context.root)
      const state = await readSchemaState(files, context.service)
      const steps = newSteps(state, input)
      if (steps.length === 0) return { tested: [], reason: 'there is no new migration' }
      const tested = steps.map(({ migration }) => migration.upFile)
      const without = steps.filter(({ migration }) => migration.down === null)
      if (without.length > 0) {
        throw new OperationError({
          code: 'migration_irreversible',
          message: `${without.map(({ migration }) => migration.upFile).join(', ')} has no way back; write its down part`,
          detail: { tested, without: without.map(({ migration }) => migration.upFile) },
        })
      }
      context.progress(`trying ${tested.join(', ')}`)
      if (state.dialect === 'postgresql') return foldTrial(steps, tested)
      const database = await namedDatabase(files, context.service, input)
      return sqliteTrial(state, steps, database, context)
    },
  }
}

/** What `generate_migration` wrote or the signal names; the newest where neither says. */
function newSteps(state: SchemaState, input: OperationInput): MigrationStep[] {
  const generated = new Set(textsMember(input.results, 'generate_migration', 'generated'))
  const changed = new Set(changedSqlFiles(input))
  const found = state.steps.filter(
    ({ migration }) =>
      generated.has(`${migration.number}_${migration.name}`) ||
      changed.has(migration.upFile) ||
      (migration.downFile !== null && changed.has(migration.downFile)),
  )
  if (found.length > 0) return found
  // A generation that found nothing to do leaves nothing to try either.
  return textMember(input.results, 'generate_migration', 'reason') === undefined ? state.steps.slice(-1) : []
}

async function sqliteTrial(
  state: SchemaState,
  steps: readonly MigrationStep[],
  database: { file: string; absolute: string } | null,
  context: TaskContext,
): Promise<Json> {
  const first = state.steps.indexOf(steps[0] as MigrationStep)
  const folder = await mkdtemp(path.join(tmpdir(), 'opschart-trial-'))
  try {
    const trial: Trial = {
      earlier: state.steps
        .slice(0, first)
        .map(({ migration }) => ({ file: migration.upFile, sql: migration.up })),
      // Those in between belong to the way up too: a later one may build on them.
      up: state.steps.slice(first).map(({ migration }) => ({ file: migration.upFile, sql: migration.up })),
      down: state.steps
        .slice(first)
        .toReversed()
        .map(({ migration }) => ({
          file: migration.downFile ?? migration.upFile,
          sql: migration.down ?? '',
        })),
      copy: database === null ? null : { from: database.absolute, to: path.join(folder, 'copy.db') },
    }
    const result = await runTrial(trial, context)
    const tested = trial.up.map(({ file }) => file)
    return judged(result, {
      tested,
      dialect: 'sqlite',
      executed: true,
      database: result.database,
      ...(result.database === 'copy' && database !== null ? { copied: database.file } : {}),
      ...(result.note === null ? {} : { note: oneLine(result.note, 400) }),
      restored: result.restored,
      tables_with_rows: result.tables_with_rows,
      ...(result.not_seeded.length > 0 ? { tables_without_rows: result.not_seeded } : {}),
      lost: result.lost,
      changed: result.changed,
      dropped: result.dropped,
      differences: result.differences.map((line) => oneLine(line, 500)),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runTrial(trial: Trial, context: TaskContext): Promise<TrialResult> {
  // Beside this file in the sources and in what is published, under the same extension.
  const program = fileURLToPath(new URL(`./sqlite-trial${path.extname(import.meta.url)}`, import.meta.url))
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', program]
  const result = await startProgram(context, argv, { input: JSON.stringify(trial) })
  if (result.code !== 0) {
    throw new OperationError({
      code: 'trial_failed',
      message: `the trial itself failed: ${oneLine(result.stderr.slice(-600), 300)}`,
      retry: true,
    })
  }
  return JSON.parse(result.stdout) as TrialResult
}

function judged(result: TrialResult, output: JsonObject): Json {
  const problems: string[] = []
  if (result.failed !== null) {
    const { stage, file, message } = result.failed
    problems.push(`${file} fails (${stage}): ${oneLine(message, 300)}`)
  }
  if (result.restored === false)
    problems.push(`the way back does not restore the schema: ${result.differences.slice(0, 3).join('; ')}`)
  if (result.lost.length > 0) problems.push(`rows are lost: ${result.lost.join('; ')}`)
  if (problems.length === 0) return { passed: true, ...output }
  throw new OperationError({
    code: 'migration_failed',
    message: oneLine(problems.join('. '), 900),
    detail: { passed: false, ...output, problems: problems.map((problem) => oneLine(problem, 600)) },
  })
}

async function foldTrial(steps: readonly MigrationStep[], tested: readonly string[]): Promise<Json> {
  const notes: string[] = []
  const differences: string[] = []
  for (const { migration, before, after } of steps) {
    const down = await readSql(migration.down ?? '', migration.downFile ?? migration.upFile)
    for (const difference of catalogDifferences(before, foldReading(after, down))) {
      // PostgreSQL has no way to take a value out of an enum again.
      if (difference.startsWith('enum ')) notes.push(`${migration.upFile}: ${difference}`)
      else differences.push(`${migration.downFile ?? migration.upFile}: ${difference}`)
    }
  }
  const output = {
    tested,
    dialect: 'postgresql',
    executed: false,
    method: 'the parsed statements, folded',
    notes,
    differences,
  }
  if (differences.length === 0) return { passed: true, ...output }
  throw new OperationError({
    code: 'migration_failed',
    message: oneLine(`the way back does not restore the schema: ${differences.slice(0, 3).join('; ')}`, 900),
    detail: { passed: false, ...output },
  })
}
