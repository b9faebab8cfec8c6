import { same, placeCase, type Case, type StorePlace } from './store-case.ts'
import { chained } from './store-cases-actors.ts'
import { claim, commit, contents, decision, timer, work } from './store-samples.ts'

/** What a store promises besides that outlives its process, or is shared by several. */
export const durableStoreCases: readonly Case<StorePlace>[] = [
  placeCase('[D1] everything is there after closing and opening again', async (open) => {
    const first = await open()
    const key = { source: 'git', id: 'é\ud800\0' }
    await commit(first, {
      decisions: [decision({ key }), decision({ actor: 'done', ended: true, shard: '' })],
      facts: [{ name: 'live/web', version: 1, value: null }],
      work: [work('a', { slot: 's' }), work('b')],
      timers: [timer('t', 5000.25)],
      checkpoints: [{ watcher: 'git', value: [1, 'two', { three: null }] }],
    })
    await claim(first, 'a', 'one', 100)
    const before = await contents(first)
    await first.close()
    const second = await open()
    same(await contents(second), before, 'the contents')
    same((await second.seen(key.source, key.id))?.sequence, 1, 'the row of the signal')
  }),

  placeCase('[D10] the chain goes on after opening again', async (open) => {
    for (const version of [1, 2, 3]) {
      const store = await open()
      same(
        await commit(store, { decisions: [decision({ version })] }),
        { kind: 'written', sequence: version },
        'it',
      )
      await chained(store)
      await store.close()
    }
  }),

  placeCase('[D2] a signal is a duplicate after opening again', async (open) => {
    const again = { decisions: [decision({ key: { source: 'git', id: 'commit-1' } })] }
    const first = await open()
    await commit(first, again)
    await first.close()
    same(await commit(await open(), again), { kind: 'duplicate', sequence: 1 }, 'the outcome')
  }),

  placeCase(
    '[D8] two stores over one place see each other’s writes, and their counters change',
    async (open) => {
      const [one, other] = [await open(), await open()]
      const counter = await other.changeCounter()
      await commit(one, { decisions: [decision()], work: [work('k')] })
      same((await other.changeCounter()) !== counter, true, 'whether the counter changed')
      same(await contents(other), await contents(one), 'the contents')
      await claim(other, 'k', 'other', 100)
      same((await one.work())[0]?.owner, 'other', 'the owner that the first sees')
    },
  ),

  placeCase('[D8] two stores over one place keep one order: one writer of each version', async (open) => {
    const stores = [await open(), await open()] as const
    const [one, other] = stores
    for (const version of [1, 2, 3]) {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          commit(index % 2 === 0 ? one : other, { decisions: [decision({ version, entry: index })] }),
        ),
      )
      const writers = outcomes.filter(({ kind }) => kind === 'written').length
      same(writers, 1, `how many wrote version ${version}`)
    }
    for (const store of stores) await chained(store)
  }),

  placeCase('[D8] work is claimed once by two stores over one place', async (open) => {
    const [one, other] = [await open(), await open()]
    await commit(one, { work: [work('a', { slot: 's' }), work('b', { slot: 's' })] })
    const got = await Promise.all(
      [one, other, one, other].map((store, index) =>
        claim(store, index < 2 ? 'a' : 'b', `owner-${index}`, 100),
      ),
    )
    same(got.filter((claimed) => claimed !== undefined).length, 1, 'how many of the slot run')
  }),
]
