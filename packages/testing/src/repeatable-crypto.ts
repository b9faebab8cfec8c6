import type { Crypto } from '@opschart/core'
import { createHash } from 'node:crypto'

/**
 * Real hashes, and ids that are the same in every run: the ones of a seed, in order. Ids of different seeds differ.
 * For tests only, since whoever knows the seed knows the ids.
 */
export function repeatableCrypto(seed: string | number): Crypto {
  let given = 0
  const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
  return {
    sha256,
    randomId() {
      given += 1
      return sha256(`${seed}\n${given}`).slice(0, 32)
    },
  }
}
