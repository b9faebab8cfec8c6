import type { Store } from '@opschart/core'

import { same, storeCase, type Case } from './store-case.ts'
import { commit, timer } from './store-samples.ts'

async function due(store: Store, now: number, limit = 100): Promise<string[]> {
  return (await store.timersDue(now, limit)).map(({ id }) => id)
}

/** What a store promises of timers. */
export const timerCases: readonly Case<Store>[] = [
  storeCase(
    '[D4] timers are due at their time, the earliest first, at most as many as asked',
    async (store) => {
      same(await store.nextTimer(), undefined, 'the next of none')
      await commit(store, {
        timers: [timer('c', 300), timer('a', 100), timer('d', 300), timer('b', 200.5), timer('e', 400)],
      })
      same(await due(store, 99), [], 'before the first')
      same(await due(store, 100), ['a'], 'at the time of the first')
      same(await due(store, 300), ['a', 'b', 'c', 'd'], 'those due together as they were set')
      same(await due(store, 300, 2), ['a', 'b'], 'at most two')
      same(await due(store, 300, 0), [], 'at most none')
      same(await store.nextTimer(), 100, 'the next')
      same(await due(store, 300), ['a', 'b', 'c', 'd'], 'reading takes none away')
    },
  ),

  storeCase('[D4] a timer may lie years ahead, or never be due', async (store) => {
    const far = 1000 + 100 * 365 * 86_400_000
    await commit(store, { timers: [timer('never', Number.POSITIVE_INFINITY), timer('far', far)] })
    same(await store.nextTimer(), far, 'the next')
    same(await due(store, far - 1), [], 'a millisecond before')
    same(await store.timersDue(far, 10), [timer('far', far)], 'at its time')
  }),

  storeCase('setting a timer again replaces it', async (store) => {
    await commit(store, { timers: [timer('a', 100), timer('b', 200)] })
    const again = timer('a', 200, { version: 2, event: { type: 'again' } })
    await commit(store, { timers: [again] })
    same(await store.timersDue(1000, 10), [timer('b', 200), again], 'the timers')
    same(await store.nextTimer(), 200, 'the next')
  }),

  storeCase('timers of two actors have nothing to do with each other', async (store) => {
    const [one, other] = [timer('a', 100), timer('a', 50, { actor: 'web/v2' })]
    await commit(store, { timers: [one, other, timer('b', 10)] })
    same(await store.timers('web/v1'), [timer('b', 10), one], 'those of one actor, the earliest first')
    same(await store.timers('none'), [], 'those of nobody')
    await commit(store, { timersGone: [{ actor: 'web/v1', id: 'a' }] })
    same(await store.timersDue(1000, 10), [timer('b', 10), other], 'after one is gone')
  }),

  storeCase(
    '[D4] a timer that fired or was taken back is gone; unknown ones are passed over',
    async (store) => {
      await commit(store, { timers: [timer('a', 100), timer('b', 200)] })
      const gone = [
        { actor: 'web/v1', id: 'a' },
        { actor: 'web/v1', id: 'never' },
        { actor: 'nobody', id: 'b' },
      ]
      same((await commit(store, { timersGone: gone })).kind, 'written', 'the outcome')
      same(await due(store, 1000), ['b'], 'the timers')
      await commit(store, { timersGone: [{ actor: 'web/v1', id: 'b' }] })
      same(await store.nextTimer(), undefined, 'the next of none')
    },
  ),

  storeCase('a unit that takes a timer back and sets it leaves it set', async (store) => {
    await commit(store, { timers: [timer('a', 100)] })
    const again = timer('a', 300, { version: 2 })
    await commit(store, { timers: [again], timersGone: [{ actor: 'web/v1', id: 'a' }] })
    same(await store.timersDue(1000, 10), [again], 'the timers')
  }),
]
