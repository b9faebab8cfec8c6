// Properties:
//   - A breaking change of a file fails with its place, its reason and the code that still needs what goes.
//   - Drift is reported and never fails; risky changes pass and are listed.
//   - A schema file is judged by what would have to be done to reach it.

import { describe, expect, it } from 'vitest'

import { harness } from '../../test/task-harness.ts'
import { validateChange } from './validate-change.ts'

const first =
  'CREATE TABLE users (id serial PRIMARY KEY, email varchar(50) NOT NULL, last_seen timestamptz, nick text);\n'

function project(files: Record<string, string>, data: Record<string, string>) {
  return harness({
    files: { 'migrations/001_users.up.sql': first, ...files },
    signal: { type: 'SCHEMA_CHANGED', data },
  })
}

describe('validate_change', () => {
  it('fails a breaking migration, with the code that still names what it drops', async () => {
    const made = await project(
      {
        'migrations/002_drop.up.sql': '-- a comment\nALTER TABLE users\n  DROP COLUMN last_seen;',
        'src/users.ts': 'const one = 1\nexport const seen = (users) => users.lastSeen',
        'src/elsewhere.ts': 'export const last_seen = 1',
        'src/longer.ts': 'users.last_seen_at',
      },
      { origin: 'file', path: 'migrations/002_drop.up.sql' },
    )
    await expect(made.run(validateChange())).rejects.toMatchObject({
      failure: {
        code: 'breaking_change',
        message: expect.stringMatching(
          /^migrations\/002_drop\.up\.sql:2 drop-column: .*-- opschart: allow drop-column <reason>/,
        ),
        detail: {
          breaking: 1,
          files: [
            {
              changes: [{ rule: 'drop-column', at: { line: 2, column: 1 }, still_used: ['src/users.ts:2'] }],
            },
          ],
        },
      },
    })
  })

  it('lets an allowed one and risky ones through, and lists them', async () => {
    const sql =
      '-- opschart: allow drop-column unused since v2\nALTER TABLE users DROP COLUMN nick;\nCREATE INDEX i ON users (email);'
    const made = await project({ 'migrations/002_a.up.sql': sql }, { path: 'migrations/002_a.up.sql' })
    expect(await made.run(validateChange())).toMatchObject({
      breaking: 1,
      risky: 1,
      allowed: 1,
      files: [{ changes: [{ allowed: 'unused since v2' }, { rule: 'index-not-concurrent' }] }],
    })
    expect(made.footprints).toEqual([])
  })

  it('judges a schema file by the way to it', async () => {
    const wider = first.replace('varchar(50)', 'varchar(80)').replace(', nick text', ', nick text, age int')
    const good = await project({ 'schema.sql': wider }, { path: 'schema.sql' })
    expect(await good.run(validateChange())).toMatchObject({
      breaking: 0,
      safe: 2,
      files: [{ origin: 'generated', changes: [{ rule: 'add-column' }, { rule: 'widen-type' }] }],
    })
    const gone = await project({ 'schema.sql': first.replace(', nick text', '') }, { path: 'schema.sql' })
    await expect(gone.run(validateChange())).rejects.toMatchObject({ failure: { code: 'breaking_change' } })
    const narrow = await project(
      { 'schema.sql': first.replace('varchar(50)', 'varchar(5)') },
      { path: 'schema.sql' },
    )
    await expect(narrow.run(validateChange())).rejects.toMatchObject({
      failure: { message: expect.stringContaining('narrow-type') },
    })
    const allowed = await project(
      { 'schema.sql': `-- opschart: allow drop-column gone since v2\n${first.replace(', nick text', '')}` },
      { path: 'schema.sql' },
    )
    expect(await allowed.run(validateChange())).toMatchObject({ breaking: 1, allowed: 1 })
  })

  it('reports drift without failing, its text cleaned', async () => {
    const made = await harness({
      files: { 'migrations/001_users.up.sql': first },
      signal: {
        type: 'SCHEMA_CHANGED',
        data: {
          origin: 'drift',
          sql: 'ALTER TABLE users DROP COLUMN nick',
          differences: ['nick\u001b[31m went'],
        },
      },
    })
    expect(await made.run(validateChange())).toMatchObject({
      origin: 'drift',
      breaking: 1,
      differences: ['nick went'],
    })
  })

  it('fails what it cannot read with line and column, and leaves the project', async () => {
    const broken = await project(
      { 'migrations/002_a.up.sql': 'SELECT 1;\nALTER TABLE;' },
      { path: 'migrations/002_a.up.sql' },
    )
    await expect(broken.run(validateChange())).rejects.toMatchObject({
      failure: { code: 'sql_syntax', message: expect.stringContaining('migrations/002_a.up.sql:2:12') },
    })
    const outside = await project({}, { path: '../other.sql' })
    await expect(outside.run(validateChange())).rejects.toMatchObject({
      failure: { code: 'outside_project' },
    })
  })

  it('keeps statements that only SQLite reads, says that nobody judged them, and still finds mistakes', async () => {
    const sqlite = {
      'src/db.ts': "import 'node:sqlite'",
      'migrations/002_a.up.sql': 'CREATE TABLE é (a, b);\nDROP TABLE users;',
    }
    const made = await project(sqlite, { path: 'migrations/002_a.up.sql', origin: 'drift' })
    expect(await made.run(validateChange())).toMatchObject({
      dialect: 'sqlite',
      files: [
        {
          changes: [
            { rule: 'not-read', at: { line: 1 } },
            { rule: 'drop-table', at: { line: 2, column: 1 } },
          ],
        },
      ],
    })
    const broken = { ...sqlite, 'migrations/002_a.up.sql': 'CREATE TABLE é (a, b);\nDROP TABEL users;' }
    await expect(
      (await project(broken, { path: 'migrations/002_a.up.sql' })).run(validateChange()),
    ).rejects.toMatchObject({
      failure: { code: 'sql_syntax', message: expect.stringContaining('migrations/002_a.up.sql:2:6') },
    })
  })
})
