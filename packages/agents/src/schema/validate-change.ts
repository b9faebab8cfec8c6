import { OperationError, type JsonObject, type Task } from '@opschart/core'

import { member, textMember } from '../project/json-value.ts'
import { oneLine } from '../project/plain-text.ts'
import { projectFiles, type ProjectFiles } from '../project/project-files.ts'
import { allowances } from './allow-comments.ts'
import { diffCatalogs } from './catalog-diff.ts'
import { foldAll } from './catalog-fold.ts'
import { classifyChanges, type ClassifiedChange } from './classify-changes.ts'
import { codeMentions } from './code-mentions.ts'
import { changedSqlFiles, isMigrationFile, readSchemaState, type SchemaState } from './schema-state.ts'
import { readSql } from './sql-statements.ts'

/**
 * contract-guardian `validate_change`: classifies each statement of the changed SQL files as breaking, risky or safe,
 * against the schema that the earlier migrations leave, and names the code that still uses what is dropped. A schema
 * file is compared as a whole; what would have to be done to get there is classified.
 *
 * A `drift` (someone changed the live database) is reported and never fails; a `file` fails with `breaking_change`
 * unless each breaking statement carries `-- opschart: allow <rule> <reason>`. Unreadable SQL: `sql_syntax`.
 */
export function validateChange(): Task {
  return {
    agent: 'contract-guardian',
    task: 'validate_change',
    title: 'classifies a schema change as breaking, risky or safe',
    changes: 'nothing',
    timeout: 60_000,
    async run(input, context) {
      const files = projectFiles(context.root)
      const drift = textMember(input.signal.data, 'origin') === 'drift'
      const state = await readSchemaState(files, context.service)
      const changed = changedSqlFiles(input)
      const results: FileResult[] = []
      for (const file of changed) {
        context.progress(`reading ${file}`)
        const result = isMigrationFile(context.service, file)
          ? await migrationResult(state, file)
          : await schemaFileResult(files, state, file)
        if (result !== undefined) results.push(result)
      }
      const sql = textMember(input.signal.data, 'sql')
      if (sql !== undefined) results.push(await textResult(sql, state))
      const mentions = await codeMentions(
        files,
        context.service,
        (file) => isMigrationFile(context.service, file) || changed.includes(file),
      )
      const output = report(results, state, drift, mentions)
      if (drift) return { ...output, differences: differences(input.signal.data) }
      refuseBreaking(output, results)
      return output
    },
  }
}

interface FileResult {
  readonly file: string
  /** `generated`: the statements are ours, from a comparison; their places are none of the file's. */
  readonly origin: 'written' | 'generated'
  readonly changes: readonly ClassifiedChange[]
  readonly masked: readonly string[]
  /** What a comparison could not turn into statements. */
  readonly undecided: readonly string[]
}

async function migrationResult(state: SchemaState, file: string): Promise<FileResult | undefined> {
  const step = state.steps.find(({ migration }) => migration.upFile === file || migration.downFile === file)
  // A way down undoes on purpose, and a file that is gone again has nothing to say.
  if (step === undefined || step.migration.upFile !== file) return undefined
  const { changes } = classifyChanges(step.up, step.before, state.dialect)
  return { file, origin: 'written', changes, masked: step.up.masked, undecided: [] }
}

async function schemaFileResult(
  files: ProjectFiles,
  state: SchemaState,
  file: string,
): Promise<FileResult | undefined> {
  const text = await files.read(file)
  if (text === undefined) return undefined
  const wanted = await readSql(text, file, { sqlite: state.dialect === 'sqlite' })
  const dialect = wanted.dialect === 'sqlite' ? 'sqlite' : state.dialect
  const dropsAreMeant = allowances(text).some(({ rule }) => rule === 'drop-column')
  const difference = diffCatalogs(state.catalog, foldAll([wanted]), dialect, dropsAreMeant)
  const statements = [
    ...difference.statements,
    ...difference.concurrent,
    ...difference.unsafe.map(({ sql }) => sql),
  ]
  const generated = await readSql(
    statements.map((statement) => `${statement};`).join('\n'),
    `${file} (compared)`,
  )
  const { changes } = classifyChanges(generated, state.catalog, dialect, text)
  return {
    file,
    origin: 'generated',
    changes,
    masked: wanted.masked,
    undecided: difference.blocked.map(({ subject, reason }) => `${subject}: ${reason}`),
  }
}

async function textResult(sql: string, state: SchemaState): Promise<FileResult> {
  const reading = await readSql(sql, 'signal', { sqlite: state.dialect === 'sqlite' })
  const { changes } = classifyChanges(reading, state.catalog, state.dialect)
  return { file: 'signal', origin: 'written', changes, masked: reading.masked, undecided: [] }
}

function report(
  results: readonly FileResult[],
  state: SchemaState,
  drift: boolean,
  mentions: Awaited<ReturnType<typeof codeMentions>>,
): JsonObject {
  const all = results.flatMap(({ changes }) => changes)
  const count = (level: ClassifiedChange['level']) => all.filter((change) => change.level === level).length
  return {
    origin: drift ? 'drift' : 'file',
    dialect: state.dialect,
    breaking: count('breaking'),
    risky: count('risky'),
    safe: count('safe'),
    allowed: all.filter((change) => change.allowed !== null).length,
    files: results.map((result) => ({
      file: result.file,
      origin: result.origin,
      // Said, because it was set aside to read the rest, and so nobody has looked at it.
      ...(result.masked.length > 0 ? { not_classified: result.masked } : {}),
      ...(result.undecided.length > 0 ? { undecided: result.undecided } : {}),
      changes: result.changes.slice(0, 200).map((change) => ({ ...change, ...stillUsed(change, mentions) })),
    })),
  }
}

function stillUsed(change: ClassifiedChange, mentions: Awaited<ReturnType<typeof codeMentions>>): JsonObject {
  if (change.level !== 'breaking' || change.table === undefined) return {}
  const found = mentions(change.table, change.column)
  return found.length === 0 ? {} : { still_used: found.map(({ file, line }) => `${file}:${line}`) }
}

function refuseBreaking(output: JsonObject, results: readonly FileResult[]): void {
  const breaking = results.flatMap(({ file, changes }) =>
    changes
      .filter(({ level, allowed }) => level === 'breaking' && allowed === null)
      .map((change) => ({ file, change })),
  )
  if (breaking.length === 0) return
  const first = breaking
    .slice(0, 3)
    .map(({ file, change }) => `${file}:${change.at.line} ${change.rule}: ${change.reason}`)
  const more = breaking.length > 3 ? ` (and ${breaking.length - 3} more)` : ''
  throw new OperationError({
    code: 'breaking_change',
    message: `${first.join('; ')}${more}. Let one through with "-- opschart: allow ${breaking[0]?.change.rule} <reason>" at it`,
    detail: output,
  })
}

function differences(data: JsonObject): string[] {
  const found = member(data, 'differences') ?? member(data, 'changes')
  if (!Array.isArray(found)) return []
  return found
    .slice(0, 100)
    .map((item) => oneLine(typeof item === 'string' ? item : JSON.stringify(item), 300))
}
