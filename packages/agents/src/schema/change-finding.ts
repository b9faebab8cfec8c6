import type { Catalog } from './catalog.ts'
import type { SqlReading } from './sql-statements.ts'

/** What one statement does to those who use the schema. */
export interface ChangeFinding {
  /** The rule's name, as `-- opschart: allow <rule> <reason>` takes it: `drop-column`. */
  readonly rule: string
  /** `breaking`: running code fails or data goes. `risky`: locks or may fail on what is stored. `safe`: neither. */
  readonly level: 'breaking' | 'risky' | 'safe'
  readonly reason: string
  /** How the same is reached without the danger; empty for safe ones. */
  readonly safer: string
  readonly table?: string
  readonly column?: string
}

/** What the rules know when they look at a statement. */
export interface RuleScope {
  /** The schema just before the statement. */
  readonly before: Catalog
  /** Tables that the same text created: nobody uses them yet, and they are empty. */
  readonly created: ReadonlySet<string>
  readonly dialect: SqlReading['dialect']
  /** Whether the statement stands between BEGIN and COMMIT. */
  readonly inTransaction: boolean
}

/** A finding, in the order in which the rules below name their parts. */
export function finding(
  level: ChangeFinding['level'],
  rule: string,
  reason: string,
  safer = '',
  about: { readonly table?: string; readonly column?: string } = {},
): ChangeFinding {
  return { level, rule, reason, safer, ...about }
}

/** Functions that give one value per statement, or always the same: a default of theirs is stored once, not per row. */
const stableFunctions = new Set([
  'now',
  'current_timestamp',
  'transaction_timestamp',
  'statement_timestamp',
  'current_setting',
  'lower',
  'upper',
  'md5',
  'to_timestamp',
  'timezone',
  'date_trunc',
  'json_build_object',
  'jsonb_build_object',
  'array_fill',
  'concat',
  'coalesce',
  'length',
  'make_interval',
  'make_date',
])

/** Whether a default's SQL gives each row a value of its own, so that adding it writes every row. */
export function isVolatile(sql: string): boolean {
  for (const call of sql.matchAll(/([A-Za-z_][\w.]{0,120})\s{0,5}\(/g)) {
    const name = (call[1] as string).split('.').at(-1)?.toLowerCase() as string
    if (
      !stableFunctions.has(name) &&
      !/^(?:varchar|char|numeric|decimal|in|values|array|and|or|not)$/.test(name)
    )
      return true
  }
  return false
}
