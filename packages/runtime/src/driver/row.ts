import type {
  EntryKind,
  JournalEntry,
  JsonObject,
  LawFacts,
  Principal,
  ServiceChange,
  Severity,
  Verdict,
} from '@opschart/core'

/** What a step says of its row; the rest follows from what it did. */
export interface RowDraft {
  readonly at: number
  readonly kind: EntryKind
  readonly event: JsonObject & { readonly type: string }
  readonly by?: Principal | null
  readonly severity?: Severity | null
  readonly facts?: LawFacts
  readonly operation?: string | undefined
  readonly verdict?: Verdict | null
  readonly cause?: string | null | undefined
  readonly key?: { readonly source: string; readonly id: string } | null
  readonly changes?: readonly ServiceChange[]
}

/** The journal's entry of a step, whole: every member is there, so that a row is the same text however it came about. */
export function stepEntry(
  row: RowDraft,
  did: Pick<JournalEntry, 'decider' | 'service' | 'moved' | 'effects' | 'changes'>,
): JournalEntry {
  return {
    kind: row.kind,
    decider: did.decider,
    service: did.service,
    event: row.event,
    by: row.by ?? null,
    severity: row.severity ?? null,
    facts: row.facts === undefined ? null : withoutService(row.facts),
    operation: row.operation ?? null,
    verdict: row.verdict ?? null,
    moved: did.moved,
    effects: did.effects,
    changes: did.changes,
    cause: row.cause ?? null,
  }
}

/** The service's state is folded from the journal itself, and so is not written with every row. */
function withoutService(facts: LawFacts): Omit<LawFacts, 'service'> {
  const rest: { -readonly [Key in keyof LawFacts]?: LawFacts[Key] } = { ...facts }
  delete rest.service
  return rest as Omit<LawFacts, 'service'>
}
