/** What an audit found. */
export interface AuditView {
  /** How many rows were checked. */
  readonly rows: number
  /** The last row that was pruned; 0 for none. Those after it were replayed from what was kept of it. */
  readonly pruned: number
  readonly head: { readonly sequence: number; readonly hash: string }
  readonly sound: boolean
  /** The first row that was altered, removed, or does not replay; null when all is sound. */
  readonly fault: { readonly sequence: number; readonly what: string } | null
}

/** What came of pruning the journal. */
export interface PruneView {
  /** What the audit before found: nothing is pruned of a journal that is not sound. */
  readonly audit: AuditView
  /** How many rows went. */
  readonly pruned: number
  /** The first row that is there now. */
  readonly begins: number
  /** The row that tells of it; null when nothing went. */
  readonly told: number | null
  /**
   * Actors whose state at the cut is not known, since what decided them is no longer here: up to their next whole state
   * they are audited by the chain alone, as they were before.
   */
  readonly unknown: number
}
