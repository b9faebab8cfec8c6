import type { Store, Work } from '@opschart/core'

import { same, storeCase, type Case } from './store-case.ts'
import { claim, commit, decision, work } from './store-samples.ts'

/** A store with one decision and this work queued at its actor. */
async function queue(store: Store, ...pieces: Work[]): Promise<void> {
  same((await commit(store, { decisions: [decision()], work: pieces })).kind, 'written', 'the queued work')
}

async function keys(store: Store, filter?: Parameters<Store['work']>[0]): Promise<string[]> {
  return (await store.work(filter)).map(({ key }) => key)
}

/** What a store promises of work. */
export const workCases: readonly Case<Store>[] = [
  storeCase('[L16] work is listed by severity, then age, then the order it was written in', async (store) => {
    await queue(
      store,
      work('medium-late', { at: 30 }),
      work('low', { severity: 'LOW', at: 1 }),
      work('medium-b', { at: 20 }),
      work('medium-a', { at: 20 }),
      work('critical', { severity: 'CRITICAL', at: 99 }),
      work('info', { severity: 'INFO', at: 0 }),
      work('high', { severity: 'HIGH', at: 2.5 }),
      work('higher', { severity: 'HIGH', at: 2.25 }),
    )
    const order = ['critical', 'higher', 'high', 'medium-b', 'medium-a', 'medium-late', 'low', 'info']
    same(await keys(store), order, 'the keys')
    await claim(store, 'medium-b', 'one', 100)
    same(await keys(store), order, 'the keys when one runs')
  }),

  storeCase('work is listed of an actor and of a shard where asked', async (store) => {
    await queue(
      store,
      work('a', { actor: 'one', shard: 'x' }),
      work('b', { actor: 'one', shard: 'y' }),
      work('c', { actor: 'two', shard: 'x' }),
    )
    same(await keys(store, { actor: 'one' }), ['a', 'b'], 'of an actor')
    same(await keys(store, { shard: 'x' }), ['a', 'c'], 'of a shard')
    same(await keys(store, { shard: 'x', actor: 'one' }), ['a'], 'of both')
    same(await keys(store, { actor: 'none' }), [], 'of nobody')
  }),

  storeCase(
    'work is listed by what its actor is called, by whether it runs, and piece by piece',
    async (store) => {
      await queue(
        store,
        work('a', { actor: 'm:1', at: 3 }),
        work('b', { actor: 'm:2', at: 2, severity: 'INFO' }),
        work('c', { actor: 'm:2', at: 1 }),
        work('d', { actor: 'm', at: 4 }),
        work('e', { actor: 'n', at: 5, severity: 'HIGH' }),
      )
      await claim(store, 'a', 'one', 100)
      await claim(store, 'e', 'two', 100)
      same(await keys(store, { prefix: 'm:' }), ['c', 'a', 'b'], 'of actors with a prefix')
      same(await keys(store, { notPrefix: 'm:' }), ['e', 'd'], 'of all others')
      same(await keys(store, { prefix: '' }), ['e', 'c', 'a', 'd', 'b'], 'of actors with any name')
      same(await keys(store, { notPrefix: '' }), [], 'of actors with none')
      same(await keys(store, { running: true }), ['e', 'a'], 'what runs')
      same(await keys(store, { running: false }), ['c', 'd', 'b'], 'what is queued')
      same(await keys(store, { prefix: 'm:', running: true }), ['a'], 'what runs of a prefix')
      same(await keys(store, { running: false, limit: 2 }), ['c', 'd'], 'the first two')
      same(await keys(store, { running: false, offset: 1, limit: 1 }), ['d'], 'the second')
      same(await keys(store, { offset: 9 }), [], 'after all of them')
      same(await keys(store, { prefix: 'm:', running: false, offset: 1 }), ['b'], 'all but the first')
    },
  ),

  storeCase('a claim makes queued work run, for an owner, and counts the attempt', async (store) => {
    await queue(store, work('k', { slot: 'web/deployer' }))
    const running = {
      ...work('k', { slot: 'web/deployer' }),
      status: 'running',
      attempt: 1,
      owner: 'one',
      until: 200,
    }
    same(await claim(store, 'k', 'one', 100), running, 'the claimed work')
    same(await store.work(), [running], 'the listed work')
    same(await claim(store, 'none', 'one', 100), undefined, 'work that is not there')
  }),

  storeCase('[D8] of fifty claims at once exactly one gets the work', async (store) => {
    await queue(store, work('k'))
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_, index) => claim(store, 'k', `owner-${index}`, 100)),
    )
    same(claims.filter((claimed) => claimed !== undefined).length, 1, 'how many got it')
    same((await store.work())[0]?.attempt, 1, 'the attempt')
  }),

  storeCase('running work is nobody else’s until its time is up', async (store) => {
    await queue(store, work('k'))
    await claim(store, 'k', 'one', 100)
    same(await claim(store, 'k', 'two', 199), undefined, 'another owner, before')
    same(await claim(store, 'k', 'one', 199), undefined, 'the same owner, before')
    const taken = await claim(store, 'k', 'two', 200)
    same([taken?.owner, taken?.attempt, taken?.until], ['two', 2, 300], 'another owner, at its time')
  }),

  storeCase('running work of a dead owner is free at once', async (store) => {
    await queue(store, work('k'))
    await claim(store, 'k', 'one', 100)
    same(await claim(store, 'k', 'two', 101, ['three', 'on', 'one ']), undefined, 'when others are dead')
    const taken = await claim(store, 'k', 'two', 101, ['three', 'one'])
    same([taken?.owner, taken?.attempt], ['two', 2], 'when its owner is dead')
  }),

  storeCase('a renewal puts the end off', async (store) => {
    await queue(store, work('k'))
    await claim(store, 'k', 'one', 100)
    same(await store.renew({ key: 'k', attempt: 1, owner: 'one', until: 900 }), true, 'the renewal')
    same(await claim(store, 'k', 'two', 899), undefined, 'a claim before the new end')
    same((await store.work())[0]?.until, 900, 'the end')
    same((await claim(store, 'k', 'two', 900))?.attempt, 2, 'a claim at the new end')
  }),

  storeCase('a renewal needs the running attempt and its owner', async (store) => {
    await queue(store, work('k'), work('queued'))
    await claim(store, 'k', 'one', 100)
    const renew = (key: string, attempt: number, owner: string) =>
      store.renew({ key, attempt, owner, until: 900 })
    same(await renew('k', 1, 'two'), false, 'another owner')
    same(await renew('k', 2, 'one'), false, 'another attempt')
    same(await renew('queued', 0, 'one'), false, 'queued work')
    same(await renew('none', 1, 'one'), false, 'work that is not there')
    same((await store.work())[0]?.until, 200, 'the end')
  }),

  storeCase('[L5] an attempt that was taken over can neither renew nor settle', async (store) => {
    await queue(store, work('k'))
    await claim(store, 'k', 'one', 100)
    await claim(store, 'k', 'two', 200)
    same(await store.renew({ key: 'k', attempt: 1, owner: 'one', until: 900 }), false, 'the old renewal')
    const settle = (attempt: number) =>
      commit(store, { decisions: [decision({ version: 2 })], settled: [{ key: 'k', attempt }] })
    same(await settle(1), { kind: 'conflict', on: 'k' }, 'the old settlement')
    same(await keys(store), ['k'], 'the work after it')
    same((await settle(2)).kind, 'written', 'the new settlement')
    same(await keys(store), [], 'the work after that')
  }),

  storeCase(
    '[L5] an owner that takes its work over itself is fenced by the attempt all the same',
    async (store) => {
      await queue(store, work('k'))
      await claim(store, 'k', 'one', 100)
      same((await claim(store, 'k', 'one', 200))?.attempt, 2, 'the second attempt')
      same(await store.renew({ key: 'k', attempt: 1, owner: 'one', until: 900 }), false, 'the old renewal')
    },
  ),

  storeCase('an attempt whose time is up still counts while nobody has taken it over', async (store) => {
    await queue(store, work('k'))
    await claim(store, 'k', 'one', 100)
    same(await store.renew({ key: 'k', attempt: 1, owner: 'one', until: 150 }), true, 'a renewal')
    const settled = await commit(store, { settled: [{ key: 'k', attempt: 1 }] })
    same(settled.kind, 'written', 'the settlement')
  }),

  storeCase('[D3] what was settled is gone: it is not claimed, renewed or settled again', async (store) => {
    await queue(store, work('k'))
    await claim(store, 'k', 'one', 100)
    const settle = () => commit(store, { settled: [{ key: 'k', attempt: 1 }] })
    same((await settle()).kind, 'written', 'the settlement')
    same(await settle(), { kind: 'conflict', on: 'k' }, 'the settlement again')
    same(await claim(store, 'k', 'two', 900), undefined, 'a claim')
    same(await store.renew({ key: 'k', attempt: 1, owner: 'one', until: 900 }), false, 'a renewal')
  }),

  storeCase(
    '[L8] withdrawn work is gone, queued or running, and its late result conflicts',
    async (store) => {
      await queue(store, work('queued'), work('running'), work('kept'))
      await claim(store, 'running', 'one', 100)
      const withdrawn = ['queued', 'running', 'unknown']
      same((await commit(store, { withdrawn })).kind, 'written', 'the withdrawal')
      same(await keys(store), ['kept'], 'the work')
      const late = await commit(store, {
        decisions: [decision({ version: 2 })],
        settled: [{ key: 'running', attempt: 1 }],
      })
      same(late, { kind: 'conflict', on: 'running' }, 'the late result')
    },
  ),

  storeCase('[L16] only one piece of work of a slot runs at a time', async (store) => {
    await queue(
      store,
      work('a', { slot: 'web/deployer' }),
      work('b', { slot: 'web/deployer' }),
      work('c', { slot: 'api/deployer' }),
      work('d'),
      work('e'),
    )
    const pieces = ['a', 'b', 'c', 'd', 'e']
    const got = await Promise.all(pieces.map((key) => claim(store, key, 'one', 100)))
    same(
      got.flatMap((claimed) => claimed?.key ?? []),
      ['a', 'c', 'd', 'e'],
      'the claimed work',
    )
    await commit(store, { settled: [{ key: 'a', attempt: 1 }] })
    same((await claim(store, 'b', 'one', 101))?.key, 'b', 'the slot after a settlement')
  }),

  storeCase('[L16] a slot is held until its work ends, is withdrawn or is taken over', async (store) => {
    await queue(store, work('a', { slot: 's' }), work('b', { slot: 's' }))
    await claim(store, 'a', 'one', 100)
    // Its owner may be slow and not dead: two of one slot would run.
    same(await claim(store, 'b', 'two', 500), undefined, 'beside work whose time is up')
    same(await claim(store, 'b', 'two', 500, ['one']), undefined, 'beside work of a dead owner')
    same((await claim(store, 'a', 'two', 500))?.attempt, 2, 'the work itself, taken over')
    await commit(store, { withdrawn: ['a'] })
    same((await claim(store, 'b', 'two', 500))?.attempt, 1, 'after it was withdrawn')
  }),
]
