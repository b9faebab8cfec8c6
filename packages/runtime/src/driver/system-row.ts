import {
  writtenEntry,
  type Decision,
  type JournalEntry,
  type JsonObject,
  type Principal,
  type StoredActor,
} from '@opschart/core'

import { systemActor } from './names.ts'

/** A row of the system's own actor: what a person switched or had done, with the state that it leaves. */
export function systemDecision(
  before: StoredActor | undefined,
  row: {
    readonly by: Principal
    readonly at: number
    readonly event: JsonObject & { readonly type: string; readonly text: string }
  },
  state: JsonObject,
): Decision {
  const { by, at, event } = row
  const entry: JournalEntry = {
    kind: 'act',
    decider: 'system',
    service: '',
    event: { ...event, state },
    by,
    severity: null,
    facts: null,
    operation: null,
    verdict: null,
    moved: null,
    effects: [],
    changes: [],
    cause: null,
  }
  const place = { actor: systemActor, version: (before?.version ?? 0) + 1, at, key: null }
  return { ...place, definition: 'system', entry: writtenEntry(entry, place), shard: '', state }
}
