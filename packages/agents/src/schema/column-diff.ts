import type { Column } from './catalog.ts'
import { sqliteRebuild, type DifferenceDraft } from './schema-difference.ts'
import { quoteName } from './sql-names.ts'
import type { SqlReading } from './sql-statements.ts'
import { comparableSql } from './sql-tokens.ts'
import { typeChange } from './type-change.ts'

/** Adds to the draft what turns one column into another of the same name. */
export function columnChanges(
  table: string,
  old: Column,
  next: Column,
  dialect: SqlReading['dialect'],
  draft: DifferenceDraft,
): void {
  const alter = `ALTER TABLE ${quoteName(table)} ALTER COLUMN ${quoteName(next.name)}`
  const subject = `${table}.${next.name}`
  const block = (reason: string, safer: string, sql?: string) => {
    draft.blocked.push({ subject, reason, safer })
    if (sql !== undefined) draft.unsafe.push({ sql })
  }
  const sameDefault = comparableSql(old.default ?? '') === comparableSql(next.default ?? '')
  const change = typeChange(old.type, next.type)
  const differs =
    change !== 'same' || old.notNull !== next.notNull || !sameDefault || old.generated !== next.generated
  if (!differs) return
  if (dialect === 'sqlite') {
    block(
      'its type, default or NOT NULL changed',
      sqliteRebuild,
      change === 'same' ? undefined : `${alter} TYPE ${next.type}`,
    )
    return
  }
  if (change === 'widens' || change === 'rewrites') draft.middle.push(`${alter} TYPE ${next.type}`)
  else if (change !== 'same') {
    const safer =
      'add a column of the new type, write both, fill the old rows, read the new one, then drop the old'
    block(
      `${old.type} to ${next.type} can fail on what is stored, or change what code reads`,
      safer,
      `${alter} TYPE ${next.type}`,
    )
  }
  if (!sameDefault)
    draft.middle.push(
      next.default === null ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${next.default}`,
    )
  if (old.notNull && !next.notNull) draft.middle.push(`${alter} DROP NOT NULL`)
  if (!old.notNull && next.notNull) {
    const check = `${table.split('.').at(-1)}_${next.name}_not_null`
    const safer = `ADD CONSTRAINT ${check} CHECK (${quoteName(next.name)} IS NOT NULL) NOT VALID, VALIDATE it, then SET NOT NULL`
    block('NOT NULL fails if a row holds a null', safer, `${alter} SET NOT NULL`)
  }
  if (old.generated !== next.generated) {
    block(
      'what generates it changed',
      'add a new column that is generated the new way, and drop the old one later',
    )
  }
}
