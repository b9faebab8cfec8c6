// Properties:
//   - A migration passes only if its way back restores the schema, and rows that the way up keeps survive both ways.
//   - It is tried on a copy: the service's own database file stays the same to the byte.
//   - A migration reaches no other file, and one that never ends is ended.
//   - PostgreSQL's are compared without being run, and the output says so.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'

import { harness } from '../../test/task-harness.ts'
import { testMigration } from './test-migration.ts'

const base =
  'CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, name TEXT DEFAULT "x");'

function project(up: string, down: string | null, more: Record<string, string> = {}) {
  return harness({
    files: {
      'migrations/001_users.up.sql': base,
      'migrations/001_users.down.sql': 'DROP TABLE users;',
      'migrations/002_change.up.sql': up,
      ...(down === null ? {} : { 'migrations/002_change.down.sql': down }),
      ...more,
    },
    signal: { type: 'SCHEMA_CHANGED', data: { path: 'migrations/002_change.up.sql' } },
  })
}

describe('test_migration on SQLite', () => {
  it('passes what comes back exactly, with rows in it', async () => {
    const made = await project(
      'ALTER TABLE users ADD COLUMN age INTEGER;',
      'ALTER TABLE users DROP COLUMN age;',
    )
    expect(await made.run(testMigration())).toMatchObject({
      passed: true,
      executed: true,
      database: 'fresh',
      restored: 'exactly',
      tables_with_rows: 1,
      lost: [],
      changed: [],
    })
  })

  it('says that a column comes back at the end, and that its values do not', async () => {
    const made = await project(
      'ALTER TABLE users DROP COLUMN email;',
      'ALTER TABLE users ADD COLUMN email TEXT NOT NULL DEFAULT 0;',
    )
    await expect(made.run(testMigration())).rejects.toMatchObject({ failure: { code: 'migration_failed' } })
    const nullable = await project(
      'ALTER TABLE users DROP COLUMN name;',
      'ALTER TABLE users ADD COLUMN name TEXT DEFAULT "x";',
    )
    expect(await nullable.run(testMigration())).toMatchObject({
      passed: true,
      restored: 'exactly',
      dropped: ['users.name'],
    })
    const order = await project(
      'CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER); ALTER TABLE users DROP COLUMN name;',
      'DROP TABLE t; ALTER TABLE users ADD COLUMN name TEXT DEFAULT "x";',
    )
    expect(await order.run(testMigration())).toMatchObject({ passed: true })
  })

  it.each([
    [
      'leaves something behind',
      'CREATE TABLE a (id INT); CREATE TABLE b (id INT);',
      'DROP TABLE a;',
      'table b is left over',
    ],
    [
      'loses rows on the way up',
      'DELETE FROM users WHERE id = 1;',
      'SELECT 1;',
      'rows are lost: users: 1 of 3 rows on the way up',
    ],
    [
      'loses rows on the way back',
      'CREATE TABLE b (id INT);',
      'DROP TABLE b; DELETE FROM users;',
      '3 of 3 rows on the way back',
    ],
    [
      'fails on rows',
      'CREATE TABLE b (a, b); CREATE UNIQUE INDEX i ON users (name IS NOT NULL);',
      'DROP INDEX i;',
      '(up): UNIQUE constraint failed',
    ],
    ['has a broken way back', 'CREATE TABLE b (id INT);', 'DROP TABLE c;', '(down): no such table: c'],
    [
      'reaches for another file',
      "ATTACH 'other.db' AS other; CREATE TABLE other.x (a INT);",
      'SELECT 1;',
      'not authorized',
    ],
    ['writes another file', "VACUUM INTO 'other.db';", 'SELECT 1;', 'authorization denied'],
  ])('fails one that %s', async (_what, up, down, message) => {
    const made = await project(up, down)
    await expect(made.run(testMigration())).rejects.toMatchObject({
      failure: { code: 'migration_failed', message: expect.stringContaining(message) },
    })
    expect(existsSync(path.join(made.root, 'other.db'))).toBe(false)
  })

  it('asks for a way back where there is none, and is content without a new migration', async () => {
    const made = await project('CREATE TABLE b (id INT);', null)
    await expect(made.run(testMigration())).rejects.toMatchObject({
      failure: { code: 'migration_irreversible' },
    })
    expect(
      await made.run(testMigration(), {
        data: {},
        results: { generate_migration: { generated: [], reason: 'x' } },
      }),
    ).toMatchObject({
      tested: [],
    })
  })

  it('tries it on a copy of the database that the service opens, and leaves that alone', async () => {
    const made = await project(
      'ALTER TABLE users ADD COLUMN age INTEGER;',
      'ALTER TABLE users DROP COLUMN age;',
      {
        'src/store.ts': `import { DatabaseSync } from 'node:sqlite'\nexport const store = new DatabaseSync('data/users.db')`,
        'data/.keep': '',
      },
    )
    const file = path.join(made.root, 'data/users.db')
    const database = new DatabaseSync(file)
    database.exec(
      `${base} CREATE TABLE schema_migrations (version TEXT); INSERT INTO users (email) VALUES ('a'), ('b');`,
    )
    database.close()
    const before = createHash('sha256').update(readFileSync(file)).digest('hex')
    expect(await made.run(testMigration())).toMatchObject({
      passed: true,
      database: 'copy',
      copied: 'data/users.db',
      tables_with_rows: 1,
    })
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(before)

    const ahead = new DatabaseSync(file)
    ahead.exec('CREATE TABLE elsewhere (a INT)')
    ahead.close()
    const output = await made.run(testMigration())
    expect(output).toMatchObject({
      passed: true,
      database: 'fresh',
      note: expect.stringContaining('elsewhere'),
    })
  })
})

describe('test_migration on PostgreSQL', () => {
  const postgres = (up: string, down: string) =>
    harness({
      files: {
        'migrations/001_a.sql':
          "-- up\nCREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id bigserial PRIMARY KEY, m mood);\n-- down\nDROP TABLE t; DROP TYPE mood;",
        'migrations/002_b.sql': `-- +goose Up\n${up}\n-- +goose Down\n${down}`,
      },
    })

  it('compares the schemas without running anything, and says so', async () => {
    const made = await postgres(
      "ALTER TABLE t ADD c text; ALTER TYPE mood ADD VALUE 'b'; CREATE INDEX CONCURRENTLY i ON t (c);",
      'DROP INDEX i; ALTER TABLE t DROP c;',
    )
    expect(await made.run(testMigration())).toMatchObject({
      passed: true,
      executed: false,
      dialect: 'postgresql',
      tested: ['migrations/002_b.sql'],
      notes: [expect.stringContaining('enum mood')],
    })
  })

  it('fails a way back that leaves something behind', async () => {
    const made = await postgres('ALTER TABLE t ADD c text, ADD d int;', 'ALTER TABLE t DROP c;')
    await expect(made.run(testMigration())).rejects.toMatchObject({
      failure: { code: 'migration_failed', message: expect.stringContaining('column t.d is left over') },
    })
  })
})
