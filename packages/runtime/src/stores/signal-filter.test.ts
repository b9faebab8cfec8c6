// Properties:
//   - Each batch lets through what it was made of, always; of strangers two or three in a hundred thousand.
//   - A filter that was kept as bytes is the same filter.

import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'

import { blockOf, filterBits, signalFilter } from './_signal-filter.ts'

const hashes = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => hash('sha256', String(first + index)).slice(0, 32))
const bitsOf = (own: readonly string[]) => filterBits(Buffer.from(own.join(''), 'hex'), 16)

describe('a filter of signals', () => {
  it('finds each signal in its batch, of however many batches there are, and after it was kept', () => {
    const filter = signalFilter()
    expect(filter.find(hashes(0, 1)[0]!)).toEqual([])
    let first = 0
    const members = Array.from({ length: 100 }, (_, batch) => {
      const own = hashes(first, (batch % 7) * 10)
      first += own.length
      filter.add(batch, bitsOf(own))
      return own
    })
    const kept = signalFilter()
    for (let number = 0; number <= blockOf(99); number += 1)
      kept.setBlock(number, filter.block(number).slice())
    for (const each of [filter, kept]) {
      for (const [batch, own] of members.entries()) {
        for (const signal of own) expect(each.find(signal)).toContain(batch)
      }
      expect(hashes(first, 2_000).flatMap((signal) => each.find(signal)).length).toBeLessThan(5)
    }
  })

  it('of full batches lets few strangers through, the latest batch first', () => {
    const filter = signalFilter()
    for (let batch = 0; batch < 3; batch += 1) filter.add(batch, bitsOf(hashes(batch * 4_096, 4_096)))
    const own = hashes(0, 3 * 4_096)
    expect(own.filter((signal, index) => !filter.find(signal).includes(Math.floor(index / 4_096)))).toEqual(
      [],
    )
    const strangers = hashes(3 * 4_096, 20_000).map((signal) => filter.find(signal))
    expect(strangers.flat().length / 60_000).toBeLessThan(0.0003)
    for (const batches of strangers) expect(batches).toEqual(batches.toSorted((one, other) => other - one))
  })
})
