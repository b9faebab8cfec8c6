import { canonicalJson } from './json.ts'
import type { Crypto } from './ports/crypto.ts'
import type { JournalRow } from './ports/store.ts'

/** The hash of a row that follows one with the hash `previous` (empty for the first). */
export function rowHash(
  crypto: Pick<Crypto, 'sha256'>,
  previous: string,
  row: Omit<JournalRow, 'hash'>,
): string {
  const { sequence, actor, version, definition, at, key, entry } = row
  return crypto.sha256(
    `${previous}\n${canonicalJson({ sequence, actor, version, definition, at, key, entry })}`,
  )
}
