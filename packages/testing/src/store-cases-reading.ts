import type { HistoryQuery, Store } from '@opschart/core'

import { rejects, same, storeCase, type Case } from './store-case.ts'
import { claim, commit, decision, work } from './store-samples.ts'

/** Ten rows: of the actors a, b and c in turns, a and c in shard one, b in shard two. */
async function tenRows(store: Store): Promise<void> {
  const actors = ['a', 'b', 'c']
  const units = Array.from({ length: 10 }, (_, index) => {
    const actor = actors[index % 3] ?? ''
    const version = Math.floor(index / 3) + 1
    return { decisions: [decision({ actor, version, shard: actor === 'b' ? 'two' : 'one' })] }
  })
  await store.commit(units)
}

/** What a store promises of reading its journal, of its counter and of its end. */
export const readingCases: readonly Case<Store>[] = [
  storeCase('history gives the rows that are asked for, in both directions', async (store) => {
    await tenRows(store)
    const asked: [HistoryQuery, number[]][] = [
      [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
      [{ from: 4, to: 6 }, [4, 5, 6]],
      [{ from: 9 }, [9, 10]],
      [{ to: 2 }, [1, 2]],
      [{ from: 7, to: 6 }, []],
      [{ from: 11 }, []],
      [{ limit: 3 }, [1, 2, 3]],
      [{ limit: 0 }, []],
      [{ limit: 3, backwards: true }, [10, 9, 8]],
      [{ from: 4, to: 6, backwards: true }, [6, 5, 4]],
      [{ to: 4, limit: 2, backwards: true }, [4, 3]],
      [{ actor: 'a' }, [1, 4, 7, 10]],
      [{ actor: 'a', from: 2, to: 9 }, [4, 7]],
      [{ actor: 'a', limit: 2, backwards: true }, [10, 7]],
      [{ actor: 'none' }, []],
    ]
    for (const [query, expected] of asked) {
      const sequences = (await store.history(query)).map(({ sequence }) => sequence)
      same(sequences, expected, `history(${JSON.stringify(query)})`)
    }
  }),

  storeCase('history of one actor is whole, however long it is and whatever lies between', async (store) => {
    const long = Array.from({ length: 300 }, (_, index) =>
      index % 3 === 0
        ? decision({ actor: 'other', version: index / 3 + 1 })
        : decision({ actor: 'long', version: index - Math.floor(index / 3) }),
    )
    await store.commit(long.map((given) => ({ decisions: [given] })))
    const sequences = Array.from({ length: 300 }, (_, index) => index + 1).filter((place) => place % 3 !== 1)
    for (const [from, to] of [
      [1, 300],
      [2, 2],
      [100, 250],
      [131, 132],
      [191, 300],
    ] as const) {
      const expected = sequences.filter((sequence) => sequence >= from && sequence <= to)
      const asked = { actor: 'long', from, to }
      const found = async (query: HistoryQuery) =>
        (await store.history(query)).map(({ sequence }) => sequence)
      same(await found(asked), expected, `rows ${from} to ${to}`)
      same(await found({ ...asked, limit: 5 }), expected.slice(0, 5), `the first five from ${from}`)
      const backwards = expected.toReversed()
      same(await found({ ...asked, backwards: true }), backwards, `rows ${to} to ${from}`)
      same(
        await found({ ...asked, backwards: true, limit: 5 }),
        backwards.slice(0, 5),
        `the last five to ${to}`,
      )
    }
  }),

  storeCase('history gives a thousand rows when no limit is said', async (store) => {
    const decisions = Array.from({ length: 1002 }, (_, index) => decision({ version: index + 1 }))
    same(await commit(store, { decisions }), { kind: 'written', sequence: 1002 }, 'the outcome')
    same((await store.history({})).length, 1000, 'without a limit')
    same((await store.history({ limit: 5000 })).length, 1002, 'with a larger one')
    same((await store.history({ from: 1002 }))[0]?.version, 1002, 'the last row')
  }),

  storeCase('[D2] a signal is found in the row that first journaled it', async (store) => {
    const key = { source: 'git', id: 'commit-1' }
    same(await store.seen('git', 'commit-1'), undefined, 'before it came')
    await commit(store, { decisions: [decision(), decision({ actor: 'b', key, entry: 'first' })] })
    await commit(store, { decisions: [decision({ actor: 'c', key, entry: 'second' })] })
    const row = await store.seen('git', 'commit-1')
    same([row?.sequence, row?.actor, row?.key, row?.entry], [2, 'b', key, 'first'], 'its row')
    same(await store.seen('commit-1', 'git'), undefined, 'source and id the other way round')
  }),

  storeCase(
    '[D8] the counter changes with each write, and stands still while only reading',
    async (store) => {
      const counts = [await store.changeCounter()]
      const count = async (write: Promise<unknown>) => {
        await write
        counts.push(await store.changeCounter())
      }
      await count(commit(store, { decisions: [decision()], work: [work('k')] }))
      await count(claim(store, 'k', 'one', 100))
      await count(store.renew({ key: 'k', attempt: 1, owner: 'one', until: 900 }))
      await count(commit(store, { checkpoints: [{ watcher: 'git', value: 1 }] }))
      same(new Set(counts).size, counts.length, 'how many different numbers there are')
      await store.history({})
      await store.work()
      await store.head()
      same(await store.changeCounter(), counts.at(-1), 'the number after reading')
    },
  ),

  storeCase('a closed store rejects everything with the code closed, and closes twice', async (store) => {
    await commit(store, { decisions: [decision()], work: [work('k')] })
    await store.close()
    const uses: Record<Exclude<keyof Store, 'close' | 'transfer' | 'pruning'>, () => Promise<unknown>> = {
      commit: () => store.commit([{ decisions: [decision({ version: 2 })] }]),
      actor: () => store.actor('web/v1'),
      actors: () => store.actors(),
      seen: () => store.seen('git', 'commit-1'),
      history: () => store.history({}),
      head: () => store.head(),
      facts: () => store.facts(['live/web']),
      factsBeginning: () => store.factsBeginning('live/'),
      checkpoint: () => store.checkpoint('git'),
      work: () => store.work(),
      claim: () => claim(store, 'k', 'one', 100),
      renew: () => store.renew({ key: 'k', attempt: 1, owner: 'one', until: 900 }),
      timersDue: () => store.timersDue(1000, 10),
      nextTimer: () => store.nextTimer(),
      timers: () => store.timers('web/v1'),
      changeCounter: () => store.changeCounter(),
    }
    for (const [name, use] of Object.entries(uses)) await rejects(use(), 'closed', name)
    await store.close()
  }),

  storeCase('what was handed over before the end is written', async (store) => {
    const committed = commit(store, { decisions: [decision()] })
    await store.close()
    same(await committed, { kind: 'written', sequence: 1 }, 'the outcome')
  }),
]
