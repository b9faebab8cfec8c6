import type { GitRepository } from './git-repository.ts'

/** A migration between two releases that stands in the way of going back. */
export interface MigrationRisk {
  readonly file: string
  readonly why: string
}

const downName = /(?:^|[._-])(?:down|undo|rollback|revert)\.[a-z]+$|^U\d[\w.]*__/i
const downFolder = /(?:^|\/)(?:down|undo|revert|rollback)\//i
const noMigration =
  /(?:^|\/)(?:verify|test|tests|seeds?)\/|\.(?:md|txt|lock|toml|ya?ml|conf|plan)$|(?:^|\/)\.[^/]*$/i
// `-- down` alone in its line, `-- migrate:down`, `-- +goose Down`, `-- +migrate Down`, `-- @DOWN`; and likewise up. A
// sentence that begins with "down" must not hide the statements below it.
const downSection = sectionMark('down|undo|rollback')
const upSection = sectionMark('up|do|apply')
const downCode = /\bexports\.down\b|\b(?:async\s+)?(?:function\s+)?down\s*[=:(]|\bdef\s+(?:downgrade|down)\b/

/**
 * The migrations that `to` has and `from` has not and that cannot simply be left behind: without a way down, or with
 * statements that lose data or that the earlier release cannot live with. `folder` is relative to the repository.
 */
export async function migrationRisks(
  repository: GitRepository,
  from: string,
  to: string,
  folder: string,
): Promise<MigrationRisk[]> {
  const changed = (await repository.changedFiles(from, to, folder)).filter(
    ({ path }) => !noMigration.test(path),
  )
  const ups = changed.filter(({ path }) => !isDown(path))
  const texts = await repository.texts(
    changed.filter(({ status }) => status !== 'D').map(({ path }) => `${to}:${path}`),
  )
  const downs = changed.filter(({ path, status }) => isDown(path) && status !== 'D').map(({ path }) => path)
  return ups.flatMap(({ path, status }): MigrationRisk[] => {
    if (status !== 'A') {
      return [
        {
          file: path,
          why: `was ${status === 'D' ? 'removed' : 'changed'} after it was written: nobody can tell in which form it ran`,
        },
      ]
    }
    const text = texts.get(`${to}:${path}`)
    if (text === undefined) return [{ file: path, why: 'cannot be read' }]
    const { up, down } = isSql(path) ? splitSql(text) : splitCode(text)
    const hasDown =
      (isSql(path) ? sqlStatements(down).length > 0 : hasCode(down)) ||
      downs.some(
        (other) => stem(other) === stem(path) && sqlStatements(texts.get(`${to}:${other}`) ?? '').length > 0,
      )
    return [
      ...(hasDown ? [] : [{ file: path, why: 'has no way down (no down file, no down section)' }]),
      ...(isSql(path) ? destructiveStatements(up) : destructiveCalls(up)).map((statement) => ({
        file: path,
        why: `cannot be taken back without loss: ${statement}`,
      })),
    ]
  })
}

/** Statements of a migration that lose data, or that an earlier release cannot live with; each cut to 120 characters. */
export function destructiveStatements(text: string): string[] {
  const statements = sqlStatements(text)
  const addedColumns = new Set(
    statements.flatMap((statement) =>
      [...statement.matchAll(/\bADD (?:COLUMN )?(?:IF NOT EXISTS )?(\w{1,100})/g)].map((match) => match[1]),
    ),
  )
  const inSql = statements.filter((statement) => {
    if (
      /^DROP (?:TABLE|SCHEMA|DATABASE|TYPE|SEQUENCE|MATERIALIZED VIEW)\b|^TRUNCATE\b|^DELETE FROM\b/.test(
        statement,
      )
    )
      return true
    if (/^(?:ALTER|RENAME)\b/.test(statement)) {
      if (
        /\bDROP (?!CONSTRAINT|DEFAULT|NOT NULL|INDEX|IDENTITY|EXPRESSION|FOREIGN|PRIMARY|KEY|CHECK|TRIGGER)/.test(
          statement,
        )
      )
        return true
      if (
        /\bRENAME\b|\bALTER (?:COLUMN )?\S{1,100} (?:SET DATA )?TYPE\b|\bMODIFY\b|\bCHANGE\b/.test(statement)
      )
        return true
      // The earlier release does not know the column, and its inserts would fail.
      if (/\bSET NOT NULL\b/.test(statement)) return true
      return /\bADD\b[^,]{0,400}\bNOT NULL\b/.test(statement) && !/\bDEFAULT\b|\bCONSTRAINT\b/.test(statement)
    }
    const updated = /^UPDATE\b.{0,200}?\bSET (\w{1,100}) ?=/.exec(statement)?.[1]
    return updated !== undefined && !addedColumns.has(updated)
  })
  return inSql.map((statement) => statement.slice(0, 120)).slice(0, 10)
}

const losingCall =
  /\b(?:drop_?(?:table|column|schema)\w{0,20}|rename_?(?:column|table)|remove_?column|alter_?column|truncate)s?\s{0,3}\([^\n]{0,80}/gi
const losingText =
  /\b(?:DROP\s{1,5}(?:TABLE|COLUMN|SCHEMA|TYPE)|TRUNCATE|DELETE\s{1,5}FROM|RENAME\s{1,5}(?:TO|COLUMN)|SET\s{1,5}NOT\s{1,5}NULL)\b[^\n]{0,80}/gi

/** The same for a migration written as code: calls of migration tools, and SQL in strings. */
function destructiveCalls(code: string): string[] {
  const text = code.slice(0, 100_000)
  return [...text.matchAll(losingCall), ...text.matchAll(losingText)]
    .map((match) => match[0].slice(0, 120))
    .slice(0, 10)
}

/** Statements of SQL in upper case, comments and the content of strings left out, white space folded. */
function sqlStatements(text: string): string[] {
  let plain = ''
  for (let at = 0; at < Math.min(text.length, 200_000); at++) {
    const character = text[at] as string
    const two = text.slice(at, at + 2)
    if (two === '--') at = endOf(text, '\n', at) - 1
    else if (two === '/*') at = endOf(text, '*/', at + 2) + 1
    else if (character === "'") {
      at = endOf(text, "'", at + 1)
      plain += "''"
    } else if (two === '$$') {
      at = endOf(text, '$$', at + 2) + 1
      plain += "''"
    } else plain += character === '"' || character === '`' ? '' : character
  }
  return plain
    .toUpperCase()
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '')
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at
}

function splitSql(text: string): { up: string; down: string } {
  const down = downSection.exec(text)?.index
  if (down === undefined) return { up: text, down: '' }
  const rest = text.slice(down)
  const upAgain = upSection.exec(rest)?.index
  if (upAgain === undefined) return { up: text.slice(0, down), down: rest }
  return { up: text.slice(0, down) + rest.slice(upAgain), down: rest.slice(0, upAgain) }
}

function splitCode(text: string): { up: string; down: string } {
  const down = downCode.exec(text)?.index
  return down === undefined ? { up: text, down: '' } : { up: text.slice(0, down), down: text.slice(down) }
}

// A way down that was left empty is none.
function hasCode(down: string): boolean {
  const body = down
    .replace(/^[^\n{:]{0,200}(?:[{:]|=>)?/, '')
    .replace(/\/\/[^\n]*|#[^\n]*|\bpass\b|\breturn\b/g, '')
  return body.replace(/[^A-Za-z]/g, '').length > 5
}

function sectionMark(words: string): RegExp {
  const plain = `(?:${words})[ \\t]{0,8}:?`
  const named = `(?:@|\\+goose |\\+migrate |migrate:)(?:${words})\\b.{0,100}`
  return new RegExp(`^[ \\t]{0,8}--[ \\t]{0,4}(?:${plain}|${named})[ \\t\\r]{0,8}$`, 'im')
}

function isSql(path: string): boolean {
  return path.toLowerCase().endsWith('.sql')
}

function isDown(path: string): boolean {
  return downName.test(path.slice(path.lastIndexOf('/') + 1)) || downFolder.test(path)
}

// `003_x.up.sql`, `003_x.down.sql` and `003_x.sql` belong together, so do `003_x/up.sql` and `003_x/down.sql`.
function stem(path: string): string {
  return path
    .replace(/(?:^|\/)(?:down|up|undo|revert|rollback|deploy)\//i, '/')
    .replace(/[._/-](?:down|up|undo|rollback|revert|migration)(?=\.[a-z]+$)/i, '')
    .replace(/\.[a-z]+$/, '')
    .replace(/(^|\/)[UV](?=\d[\w.]*__)/, '$1')
}
