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

/**
 * {@link rowHash} for whoever has the entry as canonical JSON text already: the same hash, without reading the entry and
 * writing it again.
 */
export function rowHashOfText(
  crypto: Pick<Crypto, 'sha256'>,
  previous: string,
  row: Omit<JournalRow, 'hash' | 'entry'> & { readonly entry: string },
): string {
  const { sequence, actor, version, definition, at, key, entry } = row
  // The members in the order of canonical JSON, as they are written here.
  const first = JSON.stringify({ actor, at, definition })
  const rest = JSON.stringify({ key: key && { id: key.id, source: key.source }, sequence, version })
  return crypto.sha256(`${previous}\n${first.slice(0, -1)},"entry":${entry},${rest.slice(1)}`)
}
