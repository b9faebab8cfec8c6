// Properties:
//   - Every item of every stream comes, those of one stream in their order, and one that always has something takes turns.
//   - No stream is asked further ahead than by one item.
//   - The end of all is the end; the failure of one is the failure; a reader that leaves ends every stream.

import { expect, it } from 'vitest'

import { merged } from './merged.ts'

async function* numbers(count: number, told: { asked: number; ended: boolean }) {
  try {
    for (let number = 1; number <= count; number += 1) {
      told.asked = number
      yield await Promise.resolve(number)
    }
  } finally {
    told.ended = true
  }
}

const told = () => ({ asked: 0, ended: false })

it('gives the items of all in turn, and ends with the last', async () => {
  const given: number[] = []
  for await (const item of merged([numbers(3, told()), numbers(0, told()), numbers(5, told())]))
    given.push(item)
  expect(given).toEqual([1, 1, 2, 2, 3, 3, 4, 5])
  for await (const item of merged<number>([])) given.push(item)
  expect(given).toHaveLength(8)
})

it('asks no further ahead than the reader reads, and ends all when it leaves', async () => {
  const streams = [told(), told()]
  const reader = merged(streams.map((each) => numbers(100, each)))[Symbol.asyncIterator]()
  expect(await reader.next()).toEqual({ done: false, value: 1 })
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(streams.map(({ asked }) => asked)).toEqual([1, 1])
  await reader.return?.()
  await new Promise((resolve) => setImmediate(resolve))
  expect(streams.map(({ ended }) => ended)).toEqual([true, true])
  expect(await reader.next()).toEqual({ done: true, value: undefined })
})

it('fails with the first that fails, and ends the others', async () => {
  const other = told()
  async function* failing() {
    yield await Promise.resolve(0)
    throw new Error('it broke')
  }
  const reader = merged([failing(), numbers(100, other)])[Symbol.asyncIterator]()
  await expect(
    (async () => {
      while ((await reader.next()).done !== true);
    })(),
  ).rejects.toThrow('it broke')
  await new Promise((resolve) => setImmediate(resolve))
  expect(other.ended).toBe(true)
})

it('lets a reader leave that waits, while every stream sleeps', async () => {
  const asleep: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
  }
  const reader = merged([asleep, asleep])[Symbol.asyncIterator]()
  const next = reader.next()
  await reader.return?.()
  expect(await next).toEqual({ done: true, value: undefined })
})
