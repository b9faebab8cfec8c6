// Properties:
//   - A migration without a way down, or with a statement that loses data or that the earlier release cannot live with, is named.
//   - Words in comments and strings are no statements; a comment that begins with "down" hides nothing.
//   - Migrations with a way down and nothing destructive stand in nobody's way.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { gitProject, type GitProject } from '../../test/incident/git-project.ts'
import { taskContext } from '../../test/incident/task-context.ts'
import { openRepository } from './git-repository.ts'
import { destructiveStatements, migrationRisks } from './migration-risk.ts'

describe('destructive statements', () => {
  it.each([
    'DROP TABLE users;',
    'alter table users\n  drop column name;',
    'ALTER TABLE users DROP name;',
    'ALTER TABLE "users" RENAME COLUMN a TO b;',
    'ALTER TABLE users RENAME TO people;',
    'ALTER TABLE users ALTER COLUMN age TYPE smallint;',
    'ALTER TABLE users ALTER age SET NOT NULL;',
    'ALTER TABLE users ADD COLUMN kind TEXT NOT NULL;',
    'TRUNCATE users;',
    '/* tidy */ DELETE FROM users;',
    "UPDATE users SET name = 'x';",
    "SELECT '--'; DROP TABLE users;",
  ])('%s', (sql) => {
    expect(destructiveStatements(sql)).toHaveLength(1)
  })

  it.each([
    'CREATE TABLE users (id TEXT);',
    'ALTER TABLE users ADD COLUMN nickname TEXT;',
    "ALTER TABLE users ADD COLUMN kind TEXT NOT NULL DEFAULT 'a';",
    'ALTER TABLE users DROP CONSTRAINT unique_name;',
    '-- DROP TABLE users;\nCREATE INDEX i ON users (name);',
    "INSERT INTO notes VALUES ('DROP TABLE users; TRUNCATE x;');",
    'ALTER TABLE users ADD COLUMN full_name TEXT;\nUPDATE users SET full_name = name;',
    '/* DELETE FROM users; */ CREATE INDEX i ON users (name);',
  ])('are not in %s', (sql) => {
    expect(destructiveStatements(sql)).toEqual([])
  })
})

describe('migrations between two releases', () => {
  let project: GitProject

  beforeEach(() => {
    project = gitProject()
  })

  afterEach(() => project.remove())

  async function risks(
    files: Readonly<Record<string, string>>,
    earlier: Readonly<Record<string, string>> = {},
  ): Promise<string[]> {
    const from = project.commit('First', { 'README.md': 'x\n', ...earlier })
    const to = project.commit('Second', files)
    const repository = await openRepository(taskContext({ root: project.root }))
    if (repository === null) throw new Error('there is a repository')
    return (await migrationRisks(repository, from, to, 'migrations')).map(
      ({ file, why }) => `${file}: ${why}`,
    )
  }

  it.each([
    [
      'a down file',
      { 'migrations/1_a.up.sql': 'CREATE TABLE a (x INT);', 'migrations/1_a.down.sql': 'DROP TABLE a;' },
    ],
    [
      'a down file beside a plain one',
      { 'migrations/1_a.sql': 'CREATE TABLE a (x INT);', 'migrations/1_a.down.sql': 'DROP TABLE a;' },
    ],
    [
      'a folder with both',
      { 'migrations/1_a/up.sql': 'CREATE TABLE a (x INT);', 'migrations/1_a/down.sql': 'DROP TABLE a;' },
    ],
    ['a down section', { 'migrations/1_a.sql': 'CREATE TABLE a (x INT);\n-- down\nDROP TABLE a;\n' }],
    [
      'a dbmate section',
      { 'migrations/1_a.sql': '-- migrate:up\nCREATE TABLE a (x INT);\n-- migrate:down\nDROP TABLE a;\n' },
    ],
    [
      'a goose section',
      { 'migrations/1_a.sql': '-- +goose Up\nCREATE TABLE a (x INT);\n-- +goose Down\nDROP TABLE a;\n' },
    ],
    [
      'a down function',
      {
        'migrations/1_a.js':
          'export async function up(db) { await db.createTable("a") }\nexport async function down(db) { await db.dropTable("a") }\n',
      },
    ],
    ['something that is no migration', { 'migrations/README.md': 'DROP TABLE a;' }],
  ])('with %s stand in nobody’s way', async (_, files) => {
    expect(await risks(files)).toEqual([])
  })

  it.each<[string, Record<string, string>, string]>([
    ['no way down', { 'migrations/1_a.sql': 'CREATE TABLE a (x INT);' }, 'has no way down'],
    [
      'an empty down section',
      { 'migrations/1_a.sql': 'CREATE TABLE a (x INT);\n-- migrate:down\n-- nothing\n' },
      'has no way down',
    ],
    [
      'an empty down function',
      { 'migrations/1_a.js': 'exports.up = (db) => db.createTable("a")\nexports.down = () => {}\n' },
      'has no way down',
    ],
    [
      'a loss above its way down',
      { 'migrations/1_a.sql': 'ALTER TABLE a DROP COLUMN x;\n-- down\nALTER TABLE a ADD COLUMN x INT;\n' },
      'without loss',
    ],
    [
      'a loss in code',
      {
        'migrations/1_a.js':
          'export const up = (db) => db.raw("ALTER TABLE a DROP COLUMN x")\nexport const down = (db) => db.raw("ALTER TABLE a ADD x INT")\n',
      },
      'without loss',
    ],
    [
      'a sentence that begins with down',
      { 'migrations/1_a.sql': '-- down with old columns\nALTER TABLE a DROP COLUMN x;\n' },
      'without loss',
    ],
    [
      'a loss after its down section',
      {
        'migrations/1_a.sql':
          '-- migrate:down\nALTER TABLE a ADD COLUMN x INT;\n-- migrate:up\nALTER TABLE a DROP COLUMN x;\n',
      },
      'without loss',
    ],
  ])('with %s are named', async (_, files, why) => {
    expect((await risks(files)).join('\n')).toContain(why)
  })

  it('that were changed or removed afterwards are named', async () => {
    const found = await risks(
      { 'migrations/1_a.sql': 'CREATE TABLE b (x INT);' },
      { 'migrations/1_a.sql': 'CREATE TABLE a (x INT);' },
    )
    expect(found).toEqual([expect.stringContaining('changed after it was written')])
  })
})
