import type { JsonObject } from './json.ts'
import type { Crypto } from './ports/crypto.ts'
import type { BaseState } from './ports/pruning.ts'
import type { JournalRow } from './ports/store.ts'

/**
 * The digest of a pruned journal's base: of each state in its order. The row that tells of the pruning carries it, so that
 * a base that was changed afterwards is found [D15].
 */
export function baseDigest(crypto: Pick<Crypto, 'sha256'>) {
  let digest = ''
  return {
    add({ kind, name, version, state }: BaseState): void {
      // As it stands, not as canonical JSON: the order in a state is part of it.
      digest = crypto.sha256(`${digest}\n${JSON.stringify({ kind, name, version, state })}`)
    },
    /** Of what was added so far. */
    digest: () => digest,
  }
}

/** What the row that tells of a pruning says: the last row that went, its hash, and the digest of the base. */
export interface CutNote {
  readonly sequence: number
  readonly hash: string
  readonly base: string
}

/** What a row says of a pruning; undefined when it says nothing of one. */
export function cutNoteOf({ entry }: Pick<JournalRow, 'entry'>): CutNote | undefined {
  const event = (entry as JsonObject | null)?.['event'] as JsonObject | undefined
  const { sequence, hash, base } = (event?.['cut'] ?? {}) as { [Name in keyof CutNote]?: unknown }
  return typeof sequence === 'number' && typeof hash === 'string' && typeof base === 'string'
    ? { sequence, hash, base }
    : undefined
}
