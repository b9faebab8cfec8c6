import { hash } from 'node:crypto'

import { storedText } from './_text.ts'

/** What a signal is known by: 128 bits of the SHA-256 of its source and id, as hexadecimal digits. No two have the same. */
export function signalHash(source: string, id: string): string {
  return storedSignalHash(storedText(source), storedText(id))
}

/** The same for a source and an id in the form in which they are stored. */
export function storedSignalHash(source: string, id: string): string {
  // The length keeps `a` + `bc` and `ab` + `c` apart.
  return hash('sha256', `${source.length}:${source}${id}`).slice(0, 32)
}
