// Properties:
//   - The same seed gives the same ids in the same order, another seed others; none twice. Hashes are SHA-256.

import { describe, expect, it } from 'vitest'

import { repeatableCrypto } from './repeatable-crypto.ts'

function ids(seed: string | number, count: number): string[] {
  const crypto = repeatableCrypto(seed)
  return Array.from({ length: count }, () => crypto.randomId())
}

describe('repeatable cryptography', () => {
  it('gives the ids of its seed', () => {
    expect(ids('seed', 10)).toEqual(ids('seed', 10))
    expect(new Set([...ids(1, 500), ...ids(2, 500), ...ids(11, 500)]).size).toBe(1500)
    for (const id of ids('seed', 10)) expect(id).toMatch(/^[A-Za-z0-9_-]{32}$/)
  })

  it('hashes as the standard says', () => {
    const crypto = repeatableCrypto(0)
    expect(crypto.sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
