// Properties:
//   - What is generated leads from the migrations to the schema file, and back: a real SQLite and the parsed statements
//     say so, not the generator.
//   - The next number follows the others, in their style; a second attempt writes no second migration.
//   - What is not safe is not written as a statement, and fails with `needs_person`.
//   - The footprint is declared before anything is written.

import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

import { harness, type Harness } from '../../test/task-harness.ts'
import { testMigration } from '../testing/test-migration.ts'
import { generateMigration } from './generate-migration.ts'

const sqliteBase =
  'CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL);\nCREATE INDEX by_email ON users (email);\n'
const postgresBase =
  "CREATE TYPE mood AS ENUM ('good');\nCREATE TABLE users (id bigserial PRIMARY KEY, email varchar(50) NOT NULL, mood mood, age int);\n"

function project(
  base: string,
  schema: string,
  data: Record<string, string> = { origin: 'file', path: 'schema.sql' },
) {
  return harness({
    files: {
      'migrations/007_first.up.sql': base,
      'migrations/007_first.down.sql': 'DROP TABLE users;',
      'schema.sql': schema,
    },
    signal: { type: 'SCHEMA_CHANGED', data },
  })
}

function migrations(made: Harness): string[] {
  return readdirSync(path.join(made.root, 'migrations')).toSorted()
}

/** The whole promise: generated, tried in a database, and nothing left to generate afterwards. */
async function generatedAndTried(made: Harness) {
  const output = await made.run(generateMigration())
  const tried = await made.run(testMigration(), { results: { generate_migration: output } })
  const again = await generateMigration().run(made.input, { ...made.context, key: 'run-2:0:0' })
  return { output, tried, again }
}

describe('generate_migration from a schema file', () => {
  it('creates, adds and drops on SQLite, and a database agrees', async () => {
    const schema = `CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, nick TEXT DEFAULT 'x''y');
      CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES authors (id), body TEXT CHECK (length(body) > 0));
      CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
      CREATE INDEX by_nick ON users (lower(nick)) WHERE nick IS NOT NULL;`
    const made = await project(sqliteBase, schema)
    const { output, tried, again } = await generatedAndTried(made)
    expect(output).toMatchObject({ dialect: 'sqlite', files: [{ status: 'created' }, { status: 'created' }] })
    const [name] = output['generated'] as string[]
    expect(await made.read(`migrations/${name}.up.sql`)).toContain(
      "ALTER TABLE users ADD COLUMN nick TEXT DEFAULT 'x''y';",
    )
    expect(await made.read(`migrations/${name}.up.sql`)).toMatch(
      /CREATE TABLE authors [^]*CREATE TABLE posts /,
    )
    expect(await made.read(`migrations/${name}.down.sql`)).toContain(
      'CREATE INDEX by_email ON users (email);',
    )
    expect(tried).toMatchObject({ passed: true, restored: 'exactly', executed: true })
    expect(again).toMatchObject({ generated: [], reason: 'the migrations already say all of it' })
    expect(made.footprints).toEqual([{ paths: [`migrations/${name}.down.sql`, `migrations/${name}.up.sql`] }])
  })

  it('drops a column and a table, and notes what does not come back', async () => {
    const made = await project(
      `${sqliteBase}ALTER TABLE users ADD COLUMN nick TEXT; CREATE TABLE old (a INTEGER NOT NULL, UNIQUE (a)); CREATE INDEX old_a ON old (a);`,
      sqliteBase,
    )
    const { output, tried } = await generatedAndTried(made)
    const [name] = output['generated'] as string[]
    const down = await made.read(`migrations/${name}.down.sql`)
    expect(down).toContain('-- the rows of old are not brought back')
    expect(down).toContain('CREATE INDEX old_a ON old (a);')
    expect(tried).toMatchObject({ passed: true, dropped: ['old', 'users.nick'] })
  })

  it('writes PostgreSQL, with index builds in migrations of their own', async () => {
    const schema = postgresBase
      .replace("'good'", "'good', 'bad'")
      .replace('varchar(50)', 'varchar(90)')
      .replace('age int', "age int DEFAULT 7 CHECK (age > 0), note text NOT NULL DEFAULT 'a;b'")
    const made = await project(
      postgresBase,
      `${schema}CREATE INDEX CONCURRENTLY by_note ON users USING gin (note);`,
    )
    const { output, tried, again } = await generatedAndTried(made)
    const [main, index] = output['generated'] as string[]
    expect(await made.read(`migrations/${main}.up.sql`)).toBe(
      [
        (await made.read(`migrations/${main}.up.sql`)).split('\n')[0],
        "ALTER TYPE mood ADD VALUE 'bad' AFTER 'good';",
        "ALTER TABLE users ADD COLUMN note text NOT NULL DEFAULT 'a;b';",
        'ALTER TABLE users ALTER COLUMN email TYPE varchar(90);',
        'ALTER TABLE users ALTER COLUMN age SET DEFAULT 7;',
        'ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;',
        'ALTER TABLE users VALIDATE CONSTRAINT users_age_check;',
        '',
      ].join('\n'),
    )
    expect(index).toMatch(/^009_create_index_concurrently_by_note/)
    expect(await made.read(`migrations/${index}.up.sql`)).toContain(
      'CREATE INDEX CONCURRENTLY by_note ON users USING gin (note);',
    )
    expect(tried).toMatchObject({ passed: true, executed: false })
    expect(again).toMatchObject({ generated: [] })
  })

  it('starts at 001 where there is no migration, and follows the style of those that are there', async () => {
    const empty = await harness({
      files: { 'schema.sql': sqliteBase },
      signal: { data: { path: 'schema.sql' } },
    })
    expect(await empty.run(generateMigration())).toMatchObject({
      generated: [expect.stringMatching(/^001_create_table_users/)],
    })
    const goose = await harness({
      files: {
        'migrations/20250101000000_a.sql':
          '-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;',
        'schema.sql': 'CREATE TABLE a (id int); CREATE TABLE b (id int);',
      },
      signal: { data: { path: 'schema.sql' } },
    })
    const [name] = (await goose.run(generateMigration()))['generated'] as string[]
    expect(name).toMatch(/^20260101120000_create_table_b/)
    expect(await goose.read(`migrations/${name}.sql`)).toMatch(
      /^-- \+goose Up\n[^]*CREATE TABLE b [^]*\n-- \+goose Down\nDROP TABLE b;\n$/,
    )
  })

  it('writes nothing twice, wherever the first attempt died', async () => {
    const schema = `${sqliteBase}CREATE TABLE more (id INTEGER PRIMARY KEY);`
    const made = await project(sqliteBase, schema)
    const first = await made.run(generateMigration())
    const second = await made.run(generateMigration())
    expect(second['generated']).toEqual(first['generated'])
    expect(migrations(made)).toHaveLength(4)

    // Killed after the first of the two files.
    const [name] = first['generated'] as string[]
    const { rm } = await import('node:fs/promises')
    await rm(path.join(made.root, `migrations/${name}.up.sql`))
    expect((await made.run(generateMigration()))['generated']).toEqual([name])
    expect(migrations(made)).toHaveLength(4)
  })

  it.each([
    [
      'a column that may be a rename',
      sqliteBase,
      sqliteBase.replace('email TEXT', 'mail TEXT').replace('(email)', '(mail)'),
      'a rename keeps the data',
    ],
    [
      'NOT NULL without a default',
      postgresBase,
      postgresBase.replace('age int', 'age int, a int NOT NULL'),
      'cannot be added to a table that has rows',
    ],
    [
      'a narrower type',
      postgresBase,
      postgresBase.replace('varchar(50)', 'varchar(5)'),
      'varchar(50) to varchar(5)',
    ],
    [
      'a type on SQLite',
      sqliteBase,
      sqliteBase.replace('email TEXT', 'email BLOB'),
      'its type, default or NOT NULL changed',
    ],
    ['an enum value that went', postgresBase, postgresBase.replace("'good'", "'bad'"), 'cannot be taken out'],
    [
      'a unique constraint',
      postgresBase,
      postgresBase.replace('age int', 'age int UNIQUE'),
      'users_age_key came',
    ],
  ])('leaves %s to a person', async (_what, base, schema, reason) => {
    const made = await project(base, schema)
    await expect(made.run(generateMigration())).rejects.toMatchObject({
      failure: { code: 'needs_person', message: expect.stringContaining(reason), retry: false },
    })
    expect(migrations(made)).toHaveLength(2)
  })

  it('writes the safe part, and the rest as comments', async () => {
    const made = await project(
      postgresBase,
      `${postgresBase.replace('varchar(50)', 'varchar(5)')}CREATE TABLE b (id int);`,
    )
    await expect(made.run(generateMigration())).rejects.toMatchObject({
      failure: {
        code: 'needs_person',
        detail: { generated: [expect.any(String)], blocked: [{ subject: 'users.email' }] },
      },
    })
    const up = await made.read(`migrations/${migrations(made).find((file) => /^008.*up/.test(file))}`)
    expect(up).toMatch(/-- Not done: users\.email: varchar\(50\) to varchar\(5\)[^\n]*\nCREATE TABLE b/)
  })

  it('takes a drop for a drop where the schema file says that it is one', async () => {
    const schema = `-- opschart: allow drop-column nobody reads it\n${sqliteBase.replace('email TEXT NOT NULL', 'mail TEXT').replace('(email)', '(mail)')}`
    const made = await project(sqliteBase.replace('email TEXT NOT NULL', 'email TEXT'), schema)
    const { tried } = await generatedAndTried(made)
    expect(tried).toMatchObject({ passed: true, dropped: ['users.email'] })
  })

  it('leaves drift alone', async () => {
    const made = await project(sqliteBase, '', { origin: 'drift', path: 'schema.sql' })
    expect(await made.run(generateMigration())).toMatchObject({ generated: [], files: [] })
  })
})

describe('generate_migration of a way back', () => {
  const reversible = `ALTER TABLE users RENAME COLUMN email TO mail;
    ALTER TABLE users ADD COLUMN a TEXT;
    CREATE TABLE b (id INTEGER PRIMARY KEY);
    ALTER TABLE b RENAME TO c;
    DROP INDEX by_email;`

  it('undoes statement by statement, last first, and a database agrees', async () => {
    const made = await project(sqliteBase, '', { path: 'migrations/008_change.up.sql' })
    await made.write('migrations/008_change.up.sql', reversible)
    const { output, tried } = await generatedAndTried(made)
    expect(output).toMatchObject({
      generated: ['008_change'],
      files: [{ path: 'migrations/008_change.down.sql' }],
    })
    expect(tried).toMatchObject({ passed: true, restored: 'exactly', lost: [], changed: [] })
    expect(await made.read('migrations/008_change.up.sql')).toBe(reversible)
  })

  it('adds it to a migration that is one file, and keeps what is there', async () => {
    const made = await project(sqliteBase, '', { path: 'migrations/008_change.sql' })
    await made.write('migrations/008_change.sql', reversible)
    const { tried } = await generatedAndTried(made)
    expect(tried).toMatchObject({ passed: true })
    expect(await made.read('migrations/008_change.sql')).toMatch(
      new RegExp(`^${reversible.replace(/[()]/g, '\\$&')}\n\n-- down\n`),
    )
  })

  it('knows the earlier type, default and constraint on PostgreSQL', async () => {
    const made = await project(postgresBase, '', { path: 'migrations/008_change.up.sql' })
    await made.write(
      'migrations/008_change.up.sql',
      `ALTER TABLE users ALTER email TYPE text, ALTER email DROP NOT NULL, ALTER age SET DEFAULT 5, ADD UNIQUE (age);
       ALTER TABLE users DROP COLUMN mood; ALTER TABLE users DROP CONSTRAINT users_pkey;`,
    )
    const { tried } = await generatedAndTried(made)
    expect(tried).toMatchObject({ passed: true, dialect: 'postgresql' })
    const down = await made.read('migrations/008_change.down.sql')
    expect(down.split('\n').slice(1)).toEqual([
      '-- the values of users.mood are not brought back',
      'ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY (id);',
      'ALTER TABLE users ADD COLUMN mood mood;',
      'ALTER TABLE users DROP CONSTRAINT users_age_key;',
      'ALTER TABLE users ALTER COLUMN age DROP DEFAULT;',
      'ALTER TABLE users ALTER COLUMN email SET NOT NULL;',
      'ALTER TABLE users ALTER COLUMN email TYPE varchar(50) USING email::varchar(50);',
      '',
    ])
  })

  it('leaves changed rows to a person, and writes nothing', async () => {
    const made = await project(sqliteBase, '', { path: 'migrations/008_change.up.sql' })
    await made.write('migrations/008_change.up.sql', "UPDATE users SET email = 'x' WHERE id = 1;")
    await expect(made.run(generateMigration())).rejects.toMatchObject({
      failure: { code: 'needs_person', message: expect.stringContaining('it changes rows') },
    })
    expect(migrations(made)).toHaveLength(3)
  })
})
