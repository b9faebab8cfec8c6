// Properties:
//   - A broken promise is an exception that says what was expected; what was opened is closed in any case.

import { OpschartError, type Store } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { placeCase, rejects, same, storeCase } from './store-case.ts'

/** Counts how often it is closed, which is all that these tests ask of a store. */
function closable(closed: string[], name: string): Store {
  return { close: async () => void closed.push(name) } as Partial<Store> as Store
}

describe('the assertions of the cases', () => {
  it('take the same JSON as the same, whatever the order of its keys', () => {
    same({ a: 1, b: [null] }, { b: [undefined], a: 1, c: undefined }, 'it')
    same(undefined, undefined, 'nothing')
  })

  it.each([
    [1, 2, 'it: expected 2, got 1'],
    [undefined, null, 'it: expected null, got undefined'],
    [{ a: '1' }, { a: 1 }, 'it: expected {"a":1}, got {"a":"1"}'],
  ])('say of %j that it is not %j', (actual, expected, message) => {
    expect(() => same(actual, expected, 'it')).toThrow(message)
  })

  it('tell a rejection by its code', async () => {
    await rejects(Promise.reject(new OpschartError('closed', 'it is')), 'closed', 'it')
    const others = [
      Promise.resolve(1),
      Promise.reject(new Error('x')),
      Promise.reject(new OpschartError('input', 'x')),
    ]
    for (const other of others) await expect(rejects(other, 'closed', 'it')).rejects.toThrow('it: ')
  })
})

describe('a case', () => {
  it('of a store closes it, also when the promise is broken', async () => {
    const closed: string[] = []
    const broken = storeCase('broken', async () => same(1, 2, 'it'))
    await expect(broken.run(() => closable(closed, 'store'))).rejects.toThrow('it: expected 2, got 1')
    expect(closed).toEqual(['store'])
  })

  it('of a place closes all that it opened', async () => {
    const closed: string[] = []
    const opening = placeCase('opening', async (open) => {
      await open()
      await open()
      throw new Error('broken')
    })
    let opened = 0
    const place = { open: () => closable(closed, String((opened += 1))) }
    await expect(opening.run(() => place)).rejects.toThrow('broken')
    expect(closed).toEqual(['1', '2'])
  })
})
