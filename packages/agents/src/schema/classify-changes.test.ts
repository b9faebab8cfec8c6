// Properties:
//   - Each dangerous change is told from its safe twin, against the schema before it.
//   - Several statements of a file are looked at one by one, each with its own place.
//   - Only a leave with a reason, at the statement, for that rule, lets a breaking change through.
//   - SQLite's own syntax is set aside and said; what nobody can read fails with its line and column.

import { describe, expect, it } from 'vitest'

import { foldAll } from './catalog-fold.ts'
import { classifyChanges } from './classify-changes.ts'
import { readSql } from './sql-statements.ts'

const before = `
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE TABLE users (
    id serial PRIMARY KEY,
    email varchar(50) NOT NULL,
    name varchar(20),
    bio text DEFAULT '',
    age integer,
    price numeric(10,2),
    seen timestamptz DEFAULT now(),
    CONSTRAINT age_known CHECK (age IS NOT NULL)
  );
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id integer, total numeric(12,4));
  CREATE UNIQUE INDEX users_email ON users (email);
  CREATE VIEW people AS SELECT id, name FROM users;`

async function findings(sql: string, dialect?: 'sqlite') {
  const catalog = foldAll([await readSql(before, 'before.sql')])
  const reading = await readSql(sql, 'change.sql')
  return classifyChanges(reading, catalog, dialect ?? reading.dialect).changes
}

async function levels(sql: string) {
  return (await findings(sql)).map(({ level, rule }) => `${level} ${rule}`)
}

// Dangerous on the left, the way that does the same without the danger on the right.
const pairs: [string, string, string, string][] = [
  [
    'ALTER TABLE users DROP COLUMN bio',
    'breaking drop-column',
    'ALTER TABLE users ADD COLUMN nick text',
    'safe add-column',
  ],
  ['DROP TABLE users', 'breaking drop-table', 'CREATE TABLE more (id int)', 'safe create-table'],
  [
    'ALTER TABLE users RENAME COLUMN name TO label',
    'breaking rename-column',
    'ALTER INDEX users_email RENAME TO by_email',
    'safe rename-index',
  ],
  [
    'ALTER TABLE users RENAME TO people2',
    'breaking rename-table',
    'CREATE VIEW people2 AS SELECT * FROM users',
    'safe other',
  ],
  [
    'ALTER TABLE users ALTER email TYPE varchar(20)',
    'breaking narrow-type',
    'ALTER TABLE users ALTER email TYPE varchar(80)',
    'safe widen-type',
  ],
  [
    'ALTER TABLE users ALTER bio TYPE varchar(10)',
    'breaking narrow-type',
    'ALTER TABLE users ALTER name TYPE text',
    'safe widen-type',
  ],
  [
    'ALTER TABLE users ALTER price TYPE numeric(8,2)',
    'breaking narrow-type',
    'ALTER TABLE users ALTER price TYPE numeric(12,2)',
    'safe widen-type',
  ],
  [
    'ALTER TABLE orders ALTER id TYPE integer',
    'breaking narrow-type',
    'ALTER TABLE users ALTER name TYPE varchar(21)',
    'safe widen-type',
  ],
  [
    'ALTER TABLE users ALTER age TYPE bigint',
    'risky rewrite-type',
    'ALTER TABLE users ALTER age TYPE int4',
    'safe widen-type',
  ],
  [
    'ALTER TABLE users ALTER age TYPE text',
    'breaking change-type',
    'ALTER TABLE users ADD COLUMN age_text text',
    'safe add-column',
  ],
  [
    'ALTER TABLE users ADD COLUMN a int NOT NULL',
    'breaking add-not-null-column',
    'ALTER TABLE users ADD COLUMN a int NOT NULL DEFAULT 0',
    'safe add-column',
  ],
  [
    'ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid()',
    'risky volatile-default',
    'ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now()',
    'safe add-column',
  ],
  [
    'ALTER TABLE users ALTER name SET NOT NULL',
    'risky set-not-null',
    'ALTER TABLE users ALTER age SET NOT NULL',
    'safe set-not-null',
  ],
  [
    'ALTER TABLE users ALTER email DROP NOT NULL',
    'risky drop-not-null',
    'ALTER TABLE users ALTER email SET NOT NULL',
    'safe set-not-null',
  ],
  [
    'ALTER TABLE users ALTER bio DROP DEFAULT',
    'risky drop-default',
    "ALTER TABLE users ALTER bio SET DEFAULT 'x'",
    'safe set-default',
  ],
  [
    'ALTER TABLE users ADD CONSTRAINT u UNIQUE (name)',
    'risky unique-constraint',
    'ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX users_email',
    'safe unique-constraint',
  ],
  [
    'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users',
    'risky foreign-key-validates',
    'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users NOT VALID',
    'safe foreign-key-validates',
  ],
  [
    'ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0)',
    'risky check-validates',
    'ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID',
    'safe check-validates',
  ],
  [
    'ALTER TABLE users DROP CONSTRAINT age_known',
    'risky drop-constraint',
    'ALTER TABLE users VALIDATE CONSTRAINT age_known',
    'safe validate-constraint',
  ],
  [
    'CREATE INDEX i ON users (name)',
    'risky index-not-concurrent',
    'CREATE INDEX CONCURRENTLY i ON users (name)',
    'safe create-index',
  ],
  [
    'CREATE UNIQUE INDEX i ON users (name)',
    'risky unique-index',
    'CREATE UNIQUE INDEX CONCURRENTLY i ON users (name)',
    'safe create-index',
  ],
  ['DROP INDEX users_email', 'risky drop-index', 'DROP INDEX CONCURRENTLY users_email', 'safe drop-index'],
  [
    "ALTER TYPE mood RENAME VALUE 'bad' TO 'sad'",
    'breaking rename-enum-value',
    "ALTER TYPE mood ADD VALUE 'sad'",
    'safe add-enum-value',
  ],
  ['TRUNCATE users', 'breaking truncate', 'VACUUM users', 'safe vacuum'],
  [
    'DELETE FROM users',
    'breaking delete-all-rows',
    'UPDATE users SET age = 1 WHERE id = 1',
    'safe update-rows',
  ],
  [
    'UPDATE users SET age = 1',
    'risky update-all-rows',
    'UPDATE users SET age = 1 WHERE age IS NULL',
    'safe update-rows',
  ],
  [
    'DELETE FROM users WHERE id = 1',
    'risky delete-rows',
    'INSERT INTO users (email) VALUES (1)',
    'safe other',
  ],
  ['DROP TYPE mood', 'breaking drop-type', "CREATE TYPE other AS ENUM ('a')", 'safe other'],
  [
    'DROP VIEW people',
    'breaking drop-view',
    'CREATE OR REPLACE VIEW people AS SELECT id, name, 1 AS one FROM users',
    'safe other',
  ],
  ['REINDEX TABLE users', 'risky reindex', 'REINDEX TABLE CONCURRENTLY users', 'safe reindex'],
  ['LOCK TABLE users', 'risky lock-table', "SET lock_timeout = '2s'", 'safe other'],
  ['ALTER TABLE users SET SCHEMA old', 'breaking set-schema', 'CREATE SCHEMA old', 'safe other'],
  ['DROP SCHEMA old CASCADE', 'breaking drop-schema', "COMMENT ON TABLE users IS 'x'", 'safe other'],
]

describe('classifyChanges', () => {
  it.each(pairs)('%s', async (dangerous, expected, safe, harmless) => {
    expect(await levels(dangerous)).toEqual([expected])
    expect(await levels(safe)).toEqual([harmless])
  })

  it('says why and how else, for all that is not safe', async () => {
    for (const [dangerous] of pairs) {
      for (const found of await findings(dangerous)) {
        expect(found.reason, dangerous).not.toBe('')
        expect(found.safer, dangerous).not.toBe('')
      }
    }
  })

  it('looks at a table of the same file as empty, and at each command by itself', async () => {
    expect(
      await levels(`CREATE TABLE fresh (id int);
        CREATE UNIQUE INDEX f ON fresh (id);
        ALTER TABLE fresh ADD COLUMN a int NOT NULL, DROP COLUMN id;
        ALTER TABLE users ADD COLUMN b int, DROP COLUMN bio`),
    ).toEqual([
      'safe create-table',
      'safe create-index',
      'safe new-table',
      'safe new-table',
      'safe add-column',
      'breaking drop-column',
    ])
  })

  it('does not take CREATE TABLE IF NOT EXISTS of a known table for a new one', async () => {
    expect(await levels('CREATE TABLE IF NOT EXISTS users (id int); DROP TABLE users')).toContain(
      'breaking drop-table',
    )
  })

  it('compares with the statement before, not only with the file before', async () => {
    expect(
      await levels(
        'ALTER TABLE users ALTER email TYPE varchar(90); ALTER TABLE users ALTER email TYPE varchar(60)',
      ),
    ).toEqual(['safe widen-type', 'breaking narrow-type'])
  })

  it('fails CONCURRENTLY inside a transaction', async () => {
    expect(await levels('BEGIN; CREATE INDEX CONCURRENTLY i ON users (name); COMMIT')).toContain(
      'breaking concurrently-in-transaction',
    )
  })

  it('gives each statement its line and column, behind characters of several bytes too', async () => {
    const found = await findings(`-- Größe 😀\nSELECT 'é';\n\n   DROP TABLE users; DROP TABLE orders;`)
    expect(found.map(({ at }) => [at.line, at.column])).toEqual([
      [2, 1],
      [4, 4],
      [4, 22],
    ])
    expect(found[1]?.statement).toBe('DROP TABLE users')
  })

  it('lets through what carries a leave with a reason for that rule, and nothing else', async () => {
    const found = await findings(`
      -- opschart: allow drop-column nobody reads it since v2.1
      ALTER TABLE users DROP COLUMN bio;
      ALTER TABLE users DROP COLUMN name; -- opschart: allow drop-column moved to profiles
      ALTER TABLE users DROP COLUMN age;
      -- opschart: allow drop-table wrong rule
      ALTER TABLE users DROP COLUMN seen;
      -- opschart: allow drop-column
      ALTER TABLE users DROP COLUMN price;
      SELECT '-- opschart: allow drop-table in a string'; DROP TABLE orders;`)
    expect(found.filter(({ level }) => level === 'breaking').map(({ allowed }) => allowed)).toEqual([
      'nobody reads it since v2.1',
      'moved to profiles',
      null,
      null,
      null,
      null,
    ])
  })

  it('sets aside what only SQLite knows, says so, and keeps every position', async () => {
    const reading = await readSql(
      [
        'PRAGMA foreign_keys = OFF;',
        'CREATE TABLE `notes` (id INTEGER PRIMARY KEY AUTOINCREMENT, [body] TEXT ON CONFLICT IGNORE) STRICT;',
        'CREATE TRIGGER t AFTER INSERT ON notes BEGIN UPDATE notes SET body = 1; END;',
        'INSERT OR IGNORE INTO notes VALUES (1);',
        'ALTER TABLE users DROP COLUMN bio;',
      ].join('\n'),
      'x.sql',
    )
    expect(reading.dialect).toBe('sqlite')
    expect(reading.masked).toEqual([
      'AUTOINCREMENT',
      'ON CONFLICT',
      'OR conflict',
      'PRAGMA',
      'STRICT',
      'TRIGGER',
      '[name]',
      '`name`',
    ])
    expect(reading.statements.map(({ kind, line }) => `${kind} ${line}`)).toEqual([
      'CreateStmt 2',
      'InsertStmt 4',
      'AlterTableStmt 5',
    ])
  })

  it('asks nothing of SQLite that it does not have', async () => {
    const [index] = await findings('CREATE INDEX i ON users (name)', 'sqlite')
    expect(index?.level).toBe('safe')
  })

  it('names line and column of what nobody can read', async () => {
    await expect(readSql("SELECT 'é';\nALTER TABEL users", 'bad.sql')).rejects.toMatchObject({
      failure: { code: 'sql_syntax', message: 'bad.sql:2:7: syntax error at or near "TABEL"' },
    })
    await expect(readSql(`SELECT ${'('.repeat(50_000)}`, 'deep.sql')).rejects.toMatchObject({
      failure: { code: 'sql_syntax' },
    })
    expect((await readSql('-- nothing\n', 'empty.sql')).statements).toEqual([])
  })
})
