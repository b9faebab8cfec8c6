import type { Service, Task } from '@opschart/core'

import { planSection } from '../project/marked-section.ts'
import { fileName, markdownCode, markdownText } from '../project/plain-text.ts'
import { writePlanned } from '../project/planned-file.ts'
import { compare, projectFiles } from '../project/project-files.ts'
import type { Catalog, Table } from '../schema/catalog.ts'
import { readSchemaState, type SchemaState } from '../schema/schema-state.ts'
import { constraintSql } from '../schema/sql-render.ts'
import { docsFolder } from './docs-folder.ts'

/**
 * documentation-agent `update_schema_docs`: our section of `<docs>/schema.md`: tables with their columns, constraints and
 * indexes, enums, views, and which migration made or changed what, all from the parsed migrations.
 */
export function updateSchemaDocs(): Task {
  return {
    agent: 'documentation-agent',
    task: 'update_schema_docs',
    title: 'writes the schema docs from the migrations',
    changes: 'repository',
    timeout: 60_000,
    async run(_input, context) {
      const files = projectFiles(context.root)
      const state = await readSchemaState(files, context.service)
      if (state.steps.length === 0) return { tables: 0, files: [], reason: 'there are no migrations' }
      const page = await planSection(files, `${docsFolder(context.service)}/schema.md`, {
        name: `schema ${fileName(context.service.name)}`,
        title: 'Schema',
        body: schemaSection(context.service, state),
      })
      return { tables: state.catalog.tables.size, files: await writePlanned(files, [page], context) }
    },
  }
}

function schemaSection(service: Service, state: SchemaState): string {
  const { catalog } = state
  const tables = [...catalog.tables.values()].toSorted((a, b) => compare(a.name, b.name))
  const unread = state.steps.flatMap(({ migration, up }) =>
    up.statements
      .filter(({ kind }) => kind === 'UnreadStmt')
      .map(
        ({ line }) =>
          `- ${markdownCode(`${migration.upFile}:${line}`)} is not part of this page: only SQLite reads it`,
      ),
  )
  return [
    `## ${markdownText(service.name)}`,
    '',
    `${tables.length} tables after ${state.steps.length} migrations (${state.dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL'}).`,
    ...(unread.length > 0 ? ['', ...unread] : []),
    ...tables.flatMap((table) => ['', ...tableLines(table, catalog)]),
    ...byName(catalog.enums).flatMap(([name, values]) => [
      '',
      `### Enum ${markdownCode(name)}`,
      '',
      values.map((value) => markdownCode(value)).join(', '),
    ]),
    ...byName(catalog.views).flatMap(([name, query]) => [
      '',
      `### View ${markdownCode(name)}`,
      '',
      markdownCode(query, 600),
    ]),
    '',
    '### Migrations',
    '',
    '| number | name | tables | way back |',
    '| --- | --- | --- | --- |',
    ...state.steps.map(
      ({ migration, before, after }) =>
        `| ${migration.number} | ${markdownCode(migration.upFile)} | ${changedTables(before, after)
          .map((name) => markdownCode(name))
          .join(', ')} | ${migration.down === null ? 'no' : 'yes'} |`,
    ),
  ].join('\n')
}

function byName<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].toSorted(([a], [b]) => compare(a, b))
}

function tableLines(table: Table, catalog: Catalog): string[] {
  const columns = table.columns.map((column) => {
    const keys = table.constraints
      .filter((constraint) => constraint.columns.includes(column.name) && constraint.columns.length === 1)
      .map(({ kind, references }) =>
        kind === 'primary' ? 'key' : kind === 'foreign' ? `→ ${markdownCode(references)}` : kind,
      )
    return `| ${markdownCode(column.name)} | ${markdownCode(column.type)} | ${column.notNull ? 'no' : 'yes'} | ${markdownCode(column.default ?? column.generated ?? '')} | ${keys.join(', ')} |`
  })
  const wider = table.constraints.filter(({ columns: on, kind }) => on.length !== 1 || kind === 'check')
  const indexes = [...catalog.indexes.values()]
    .filter((index) => index.table === table.name)
    .toSorted((a, b) => compare(a.name, b.name))
  return [
    `### Table ${markdownCode(table.name)}`,
    '',
    '| column | type | null | default | |',
    '| --- | --- | --- | --- | --- |',
    ...columns,
    ...(wider.length > 0
      ? ['', ...wider.map((constraint) => `- ${markdownCode(constraintSql(constraint), 300)}`)]
      : []),
    ...(indexes.length > 0
      ? [
          '',
          ...indexes.map(
            (index) =>
              `- ${index.unique ? 'unique index' : 'index'} ${markdownCode(index.name)}: ${markdownCode(index.definition, 300)}`,
          ),
        ]
      : []),
  ]
}

/** The tables that a migration made, took away or changed; an index counts for its table. */
function changedTables(before: Catalog, after: Catalog): string[] {
  const names = new Set([...before.tables.keys(), ...after.tables.keys()])
  const changed = new Set(
    [...names].filter(
      (name) => JSON.stringify(before.tables.get(name)) !== JSON.stringify(after.tables.get(name)),
    ),
  )
  for (const [name, index] of [...before.indexes, ...after.indexes]) {
    if (JSON.stringify(before.indexes.get(name)) !== JSON.stringify(after.indexes.get(name)))
      changed.add(index.table)
  }
  return [...changed].toSorted()
}
