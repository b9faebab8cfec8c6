// Properties:
//   - Hashes are SHA-256 of the UTF-8 text; ids are of the promised characters and never the same.

import { describe, expect, it } from 'vitest'

import { nodeCrypto } from './node-crypto.ts'

describe('the cryptography of Node', () => {
  it('hashes as the standard says', () => {
    // The examples of the standard (FIPS 180), and one beyond ASCII.
    expect(nodeCrypto.sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(nodeCrypto.sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(nodeCrypto.sha256('ü')).toBe('607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f')
  })

  it('gives ids of letters, digits, - and _, each once', () => {
    const ids = Array.from({ length: 1000 }, () => nodeCrypto.randomId())
    expect(new Set(ids).size).toBe(1000)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{21,}$/)
  })
})
