import { rowHash, type ActorFilter, type Crypto, type Store, type StoredActor } from '@opschart/core'

import { repeatableCrypto } from './repeatable-crypto.ts'
import { same, storeCase, type Case } from './store-case.ts'
import { commit, decision } from './store-samples.ts'

const crypto: Crypto = repeatableCrypto('store cases')

/** @throws Error when a row's hash does not follow from the row before it. */
export async function chained(store: Store): Promise<void> {
  let previous = ''
  for (const { hash, ...row } of await store.history({ limit: Number.POSITIVE_INFINITY })) {
    same(hash, rowHash(crypto, previous, row), `the hash of row ${row.sequence}`)
    previous = hash
  }
  same((await store.head()).hash, previous, 'the hash of the head')
}

/** What a store promises of actors, facts, the order of rows and their chain. */
export const actorCases: readonly Case<Store>[] = [
  storeCase(
    'rows are in the order of the commits, without gaps, whatever was refused between',
    async (store) => {
      for (const version of [1, 1, 2, 9, 3]) await commit(store, { decisions: [decision({ version })] })
      const rows = await store.history({})
      same(
        rows.map(({ sequence, version }) => [sequence, version]),
        [
          [1, 1],
          [2, 2],
          [3, 3],
        ],
        'sequence and version of the rows',
      )
    },
  ),

  storeCase('[D10] each row carries the hash that follows from the row before it', async (store) => {
    same(await store.head(), { sequence: 0, hash: '' }, 'the head of an empty journal')
    const odd = { text: 'ü\ud800\0\n', list: [1, -0, 0.1, null, undefined], absent: undefined, z: 1, a: 2 }
    await commit(store, { decisions: [decision({ entry: odd as never, at: 0.5 })] })
    await store.commit([
      {
        decisions: [decision({ version: 2 }), decision({ actor: 'b', key: { source: 'é\ud800', id: '\0' } })],
      },
      { decisions: [decision({ version: 2 })] },
      { decisions: [decision({ version: 3 })] },
    ])
    same((await store.head()).sequence, 4, 'the sequence of the head')
    await chained(store)
  }),

  storeCase('a decision without a state keeps the state and moves the version on', async (store) => {
    await commit(store, { decisions: [decision({ state: { phase: 'REVIEW' } })] })
    const { state: _, ...stateless } = decision({ version: 2, definition: 'definition-2' })
    await commit(store, { decisions: [stateless] })
    const expected = { actor: 'web/v1', version: 2, definition: 'definition-2', shard: 'web', ended: false }
    same(await store.actor('web/v1'), { ...expected, state: { phase: 'REVIEW' } }, 'the actor')
    await commit(store, { decisions: [{ ...stateless, actor: 'never', version: 1 }] })
    same((await store.actor('never'))?.state, null, 'the state of an actor that never had one')
  }),

  storeCase('an actor that has ended is kept, and listed with the ended only', async (store) => {
    await commit(store, { decisions: [decision({ ended: true })] })
    same(await store.actors(), [], 'the open actors')
    same((await store.actor('web/v1'))?.ended, true, 'the actor')
    same((await store.actors({ ended: true })).length, 1, 'the ended actors')
    await commit(store, { decisions: [decision({ version: 2 })] })
    same((await store.actor('web/v1'))?.ended, true, 'after a decision that does not say')
    await commit(store, { decisions: [decision({ version: 3, shard: 'moved' })] })
    same((await store.actors({ ended: true, shard: 'moved' })).length, 1, 'the ended actors of its new shard')
    await commit(store, { decisions: [decision({ version: 4, ended: false })] })
    same((await store.actors()).length, 1, 'the open actors after it was opened again')
    same(await store.actors({ ended: true }), [], 'the ended actors after it was opened again')
  }),

  storeCase(
    '[D7] actors are listed by what decided them last: those under none of some definitions',
    async (store) => {
      const given: [actor: string, definition: string, ended: boolean][] = [
        ['a', 'old', false],
        ['b', 'new', false],
        ['c', 'older', false],
        ['d', 'old', true],
        ['e', 'new', true],
      ]
      await store.commit(
        given.map(([actor, definition, ended]) => ({ decisions: [decision({ actor, definition, ended })] })),
      )
      const listed = async (filter: Parameters<Store['actors']>[0]) =>
        (await store.actors(filter)).map(({ actor }) => actor)
      same(await listed({ notUnder: ['new', 'never'] }), ['a', 'c'], 'those that are not under the new one')
      same(await listed({ notUnder: ['new', 'old', 'older'] }), [], 'those under none of all')
      same(await listed({ notUnder: [] }), ['a', 'b', 'c'], 'those under none of none')
      same(await listed({ notUnder: ['new'], ended: true }), ['d'], 'the ended')
      same(await listed({ notUnder: ['new'], prefix: 'c' }), ['c'], 'those of a beginning')
      await commit(store, { decisions: [decision({ actor: 'a', version: 2, definition: 'new' })] })
      same(await listed({ notUnder: ['new'] }), ['c'], 'after one was decided under the new one')
    },
  ),

  storeCase('actors are listed by id, of a shard and of a beginning where asked', async (store) => {
    const ids = ['b', 'a/2', 'a/10', 'a', 'A', 'a/\uffff', 'a/\u{1f600}', 'a0', '%', 'a_']
    const shard = (id: string) => (id.startsWith('a') ? 'one' : 'two')
    await store.commit(ids.map((actor) => ({ decisions: [decision({ actor, shard: shard(actor) })] })))
    const names = async (filter?: Parameters<Store['actors']>[0]) =>
      (await store.actors(filter)).map(({ actor }) => actor)
    same(await names(), ids.toSorted(), 'all')
    same(await names({ prefix: 'a/' }), ['a/10', 'a/2', 'a/\u{1f600}', 'a/\uffff'], 'those beginning a/')
    same(await names({ prefix: 'a_' }), ['a_'], 'those beginning a_')
    same(await names({ shard: 'two' }), ['%', 'A', 'b'], 'those of a shard')
    same(await names({ shard: 'two', prefix: 'a' }), [], 'of a shard and a beginning')
    same(await names({ shard: 'none' }), [], 'those of a shard that nobody is in')
    same(await store.actor('none'), undefined, 'an actor that is not there')
  }),

  storeCase(
    'actors are read in pages: each once, none left out, whatever moves in between',
    async (store) => {
      const ids = Array.from({ length: 23 }, (_, index) => `${index % 2 === 0 ? 'a' : 'b\ud800'}/${index}`)
      const shard = (id: string) => (id.startsWith('a') ? 'one' : 'two')
      await store.commit(
        ids.map((actor, index) => ({
          decisions: [decision({ actor, shard: shard(actor), ended: index === 4 })],
        })),
      )
      const read = async (filter: ActorFilter, between?: (last: string) => Promise<unknown>) => {
        const found: string[] = []
        for (let after: StoredActor | undefined; ;) {
          const page = await store.actors({ ...filter, ...(after === undefined ? {} : { after }) })
          found.push(...page.map(({ actor }) => actor))
          after = page.at(-1)
          if (after === undefined || found.length > 100) return found.toSorted()
          await between?.(after.actor)
        }
      }
      const open = ids.filter((_, index) => index !== 4).toSorted()
      const isOne = (id: string) => shard(id) === 'one'
      for (const limit of [1, 5, 22, 23, 100]) same(await read({ limit }), open, `pages of ${limit}`)
      same(await read({ limit: 2, ended: true }), [ids[4]], 'the ended')
      same(await read({ limit: 3, shard: 'one' }), open.filter(isOne), 'those of a shard')
      same(
        await read({ limit: 3, prefix: 'b' }),
        open.filter((id) => !isOne(id)),
        'those of a beginning',
      )
      same(await read({ limit: 3, notUnder: ['definition-1'] }), [], 'those under another definition')
      same((await store.actors({ limit: 0 })).length, 0, 'none')
      // The last one of each page ends, or goes to another shard, and the others are given all the same.
      const left = new Set<string>()
      const move = async (actor: string) => {
        if (left.has(actor)) return
        left.add(actor)
        const otherwise = left.size % 2 === 0 ? { ended: true } : { shard: 'none' }
        await commit(store, {
          decisions: [decision({ actor, version: 2, shard: shard(actor), ...otherwise })],
        })
      }
      same([...new Set(await read({ limit: 4 }, move))], open, 'those that were open at first')
    },
  ),

  storeCase('facts count their writes, and are read by name and by beginning', async (store) => {
    const set = (name: string, version: number) =>
      commit(store, { facts: [{ name, version, value: { version } }] })
    for (const name of ['live/web', 'live/api', 'pauses']) await set(name, 1)
    same((await set('live/web', 2)).kind, 'written', 'the second write')
    same(await set('live/web', 2), { kind: 'conflict', on: 'live/web' }, 'the second write again')
    same(await set('live/new', 2), { kind: 'conflict', on: 'live/new' }, 'a first write that is no first')
    const [web, api] = [
      { name: 'live/web', version: 2, value: { version: 2 } },
      { name: 'live/api', version: 1, value: { version: 1 } },
    ]
    same(await store.facts(['live/web', 'none', 'live/api']), [web, api], 'facts in the order asked')
    same(await store.factsBeginning('live/'), [api, web], 'facts by their beginning')
    same(await store.facts([]), [], 'no facts')
  }),

  storeCase('a fact may be written twice in one unit, step by step', async (store) => {
    const steps = [1, 2].map((version) => ({ name: 'live/web', version, value: version }))
    same((await commit(store, { facts: steps })).kind, 'written', 'the outcome')
    same(await store.facts(['live/web']), [{ name: 'live/web', version: 2, value: 2 }], 'the fact')
  }),

  storeCase('[D1] a checkpoint is saved with its unit or not at all', async (store) => {
    const report = (version: number, value: number) =>
      commit(store, { decisions: [decision({ version })], checkpoints: [{ watcher: 'git', value }] })
    same(await store.checkpoint('git'), undefined, 'before the first')
    await report(1, 10)
    await report(1, 20)
    same(await store.checkpoint('git'), 10, 'after a unit that conflicted')
    await report(2, 30)
    same(await store.checkpoint('git'), 30, 'after one that was written')
    same(await store.checkpoint('logs'), undefined, 'of another watcher')
  }),

  storeCase('[D8] of fifty writers of one version exactly one writes', async (store) => {
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => commit(store, { decisions: [decision({ entry: index })] })),
    )
    const written = outcomes.flatMap(({ kind }, index) => (kind === 'written' ? [index] : []))
    same(written.length, 1, 'how many wrote')
    same(outcomes.filter(({ kind }) => kind === 'conflict').length, 49, 'how many conflicted')
    const rows = await store.history({})
    same(
      rows.map(({ entry }) => entry),
      written,
      'the journal',
    )
  }),

  storeCase('[D8] fifty commits at once to as many actors are all written, one by one', async (store) => {
    const ids = Array.from({ length: 50 }, (_, index) => `actor-${String(index).padStart(2, '0')}`)
    const outcomes = await Promise.all(
      ids.map((actor) => commit(store, { decisions: [decision({ actor })] })),
    )
    const sequences = outcomes.map((outcome) => (outcome.kind === 'written' ? outcome.sequence : 0))
    same(
      sequences.toSorted((one, other) => one - other),
      ids.map((_, index) => index + 1),
      'the sequences',
    )
    same(
      (await store.actors()).map(({ actor }) => actor),
      ids,
      'the actors',
    )
    await chained(store)
  }),
]
