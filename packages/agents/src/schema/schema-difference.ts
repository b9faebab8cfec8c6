/** Something that no statement of ours does safely: a person must write it. */
export interface Blocked {
  /** `users.email` */
  readonly subject: string
  readonly reason: string
  readonly safer: string
}

/** What leads from one schema to another. */
export interface SchemaDifference {
  /** In the order in which they can run, in one transaction. Without semicolons. */
  readonly statements: readonly string[]
  /** Index builds that must run after those, each outside a transaction (PostgreSQL). */
  readonly concurrent: readonly string[]
  /** Plain SQL for what is blocked, where there is one: to classify it, not to run it. */
  readonly unsafe: readonly { readonly sql: string }[]
  readonly blocked: readonly Blocked[]
}

/** A difference while it is put together. */
export interface DifferenceDraft {
  readonly first: string[]
  readonly middle: string[]
  readonly last: string[]
  readonly concurrent: string[]
  readonly unsafe: { sql: string }[]
  readonly blocked: Blocked[]
}

/** What SQLite asks for where it has no ALTER TABLE. */
export const sqliteRebuild =
  'SQLite alters no constraint, type or default: make a new table, copy the rows, drop the old one, rename the new one'
