import { hash, randomUUID } from 'node:crypto'

import type { Crypto } from '@opschart/core'

/** Hashes and random ids (122 random bits) from Node's own cryptography. */
export const nodeCrypto: Crypto = {
  sha256: (text) => hash('sha256', text),
  randomId: () => randomUUID(),
}
