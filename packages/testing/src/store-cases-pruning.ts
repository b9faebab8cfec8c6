import {
  baseDigest,
  exportStore,
  importStore,
  rowHash,
  type BaseState,
  type Pruning,
  type Store,
  type UnitOutcome,
} from '@opschart/core'

import { repeatableCrypto } from './repeatable-crypto.ts'
import { rejects, same, type Case } from './store-case.ts'
import { commit, contents, decision } from './store-samples.ts'

const crypto = repeatableCrypto('pruning cases')

/** A case of pruning: it gets a store of thirty rows with its ability, and what makes another. */
function pruneCase(
  name: string,
  body: (store: Store, pruning: Pruning, make: () => Promise<Store>) => Promise<void>,
): Case<Store> {
  return {
    name,
    async run(make) {
      const made: Store[] = []
      const open = async () => {
        const store = await make()
        made.push(store)
        return store
      }
      try {
        const store = await open()
        for (let row = 1; row <= 30; row += 1) await commit(store, { decisions: [rowOf(row)] })
        if (store.pruning === undefined) throw new Error('it lacks the ability that these cases are of')
        await body(store, store.pruning, open)
      } finally {
        for (const store of made) await store.close()
      }
    },
  }
}

const rowOf = (row: number) =>
  decision({
    actor: row % 2 === 0 ? 'even' : 'odd\ud800',
    version: Math.ceil(row / 2),
    key: { source: 'git', id: `${row}\ud800` },
    entry: { row },
  })

const base: readonly BaseState[] = [
  { kind: 'actor', name: 'odd\ud800', version: 5, state: { z: 1, a: { 10: 1, 9: 2 } } },
  { kind: 'service', name: 'web', version: 0, state: [] },
  { kind: 'context', name: '', version: 0, state: null },
]

const digestOf = (states: readonly BaseState[]) => {
  const digest = baseDigest(crypto)
  for (const state of states) digest.add(state)
  return digest.digest()
}

/** Cuts after a row, with a row of `system` that tells of it. */
async function cut(store: Store, sequence: number, after = 0): Promise<UnitOutcome> {
  const { pruning } = store
  const version = ((await store.actor('system'))?.version ?? 0) + 1
  const [row] = await store.history({ from: sequence, to: sequence })
  const note = { sequence, hash: row?.hash ?? '', base: digestOf(base) }
  const number = await pruning!.prepare(base)
  const entry = { event: { type: 'pruned', cut: note } }
  return pruning!.cut({
    sequence,
    after,
    base: number,
    unit: { decisions: [decision({ actor: 'system', version, entry })] },
  })
}

async function sweptAll(pruning: Pruning): Promise<void> {
  for (let times = 0; await pruning.sweep(); times += 1) {
    if (times > 1_000) throw new Error('sweeping never ends')
  }
}

const sequencesOf = async (store: Store, query: Parameters<Store['history']>[0]) =>
  (await store.history(query)).map(({ sequence }) => sequence)

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** What a store promises that has the ability `pruning`. */
export const pruningStoreCases: readonly Case<Store>[] = [
  pruneCase(
    '[D15] the rows before a cut are gone for every reader, swept or not; the rest stays',
    async (store, pruning) => {
      const actors = await store.actors()
      const before = await store.history({})
      same(await pruning.beginning(), { sequence: 0, hash: '', told: 0 }, 'where it begins before')
      same(await cut(store, 10), { kind: 'written', sequence: 31 }, 'the outcome')
      for (const when of ['before the sweeping', 'after it']) {
        const { hash } = before[9]!
        same(await pruning.beginning(), { sequence: 10, hash, told: 31 }, `where it begins ${when}`)
        same(await sequencesOf(store, {}), range(11, 31), `the rows ${when}`)
        same(await sequencesOf(store, { backwards: true, limit: 3 }), [31, 30, 29], `the last rows ${when}`)
        same(
          await sequencesOf(store, { actor: 'even' }),
          range(6, 15).map((half) => half * 2),
          `those of one actor ${when}`,
        )
        same(await sequencesOf(store, { actor: 'even', to: 10 }), [], `its rows before the cut ${when}`)
        same(await sequencesOf(store, { from: 3, to: 11 }), [11], `a range across the cut ${when}`)
        same(await store.seen('git', '3\ud800'), undefined, `the row of a pruned signal ${when}`)
        same((await store.seen('git', '11\ud800'))?.sequence, 11, `the row of another ${when}`)
        same(
          (await store.actors()).filter(({ actor }) => actor !== 'system'),
          actors,
          `the actors ${when}`,
        )
        await sweptAll(pruning)
      }
      same((await store.history({})).slice(0, 20), before.slice(10), 'the rows that stay')
    },
  ),

  pruneCase('[D15] the chain goes on from the cut', async (store, pruning) => {
    await cut(store, 30)
    await sweptAll(pruning)
    await commit(store, { decisions: [decision({ actor: 'even', version: 16 })] })
    let { hash: previous } = await pruning.beginning()
    for (const { hash, ...row } of await store.history({})) {
      same(hash, rowHash(crypto, previous, row), `the hash of row ${row.sequence}`)
      previous = hash
    }
    same(await store.head(), { sequence: 32, hash: previous }, 'the head')
  }),

  pruneCase(
    '[D2] a signal whose row was pruned stays a duplicate, and is told as pruned',
    async (store, pruning) => {
      await cut(store, 20)
      for (const when of ['before the sweeping', 'after it']) {
        for (const row of range(1, 30)) {
          const pruned = row <= 20 ? { pruned: { source: 'git', id: `${row}\ud800` } } : {}
          const again = { ...rowOf(row), version: 99 }
          same(
            await commit(store, { decisions: [again] }),
            { kind: 'duplicate', sequence: row, ...pruned },
            `signal ${row} ${when}`,
          )
        }
        await sweptAll(pruning)
      }
      const fresh = { ...rowOf(2), version: 16, key: { source: 'git', id: 'fresh' } }
      same((await commit(store, { decisions: [fresh] })).kind, 'written', 'a new signal')
    },
  ),

  pruneCase(
    '[D15] the base is given as it was prepared, the order in its states too',
    async (store, pruning) => {
      await cut(store, 10)
      const given: BaseState[] = []
      for await (const state of pruning.base()) given.push(state)
      same(digestOf(given), digestOf(base), 'the digest')
      await sweptAll(pruning)
      const again: BaseState[] = []
      for await (const state of pruning.base()) again.push(state)
      same(again, given, 'the base after sweeping')
    },
  ),

  pruneCase(
    '[D15] what is prepared counts for nothing before the cut, and goes when it does not come',
    async (store, pruning) => {
      const before = await contents(store)
      const number = await pruning.prepare(base)
      await sweptAll(pruning)
      same(await contents(store), before, 'the contents')
      same((await pruning.beginning()).sequence, 0, 'where it begins')
      const system = decision({ actor: 'system' })
      const late = await pruning.cut({
        sequence: 10,
        after: 0,
        base: number,
        unit: { decisions: [system] },
      })
      same(late, { kind: 'conflict', on: 'journal' }, 'a cut whose base was swept')
      same(await contents(store), before, 'the contents')
    },
  ),

  pruneCase(
    '[D15] a cut conflicts when the journal begins elsewhere by now, or its unit does',
    async (store, pruning) => {
      const conflict = { kind: 'conflict', on: 'journal' }
      await cut(store, 10)
      same(await cut(store, 15), conflict, 'a cut that knows nothing of the one before')
      same(await cut(store, 10, 10), conflict, 'the same cut again')
      same(await cut(store, 99, 10), conflict, 'a cut after a row that is not there')
      const number = await pruning.prepare(base)
      const stale = { decisions: [decision({ actor: 'system' })] }
      const outcome = await pruning.cut({ sequence: 15, after: 10, base: number, unit: stale })
      same(outcome, { kind: 'conflict', on: 'system' }, 'a cut whose unit comes too late')
      same((await pruning.beginning()).sequence, 10, 'where it begins')
      same((await cut(store, 15, 10)).kind, 'written', 'a cut that knows')
      await sweptAll(pruning)
      same(await sequencesOf(store, {}), range(16, 32), 'the rows')
    },
  ),

  pruneCase('[D14] a pruned store is moved with all that it knows', async (store, pruning, make) => {
    await cut(store, 20)
    const lines = async (from: Store) => {
      const all: string[] = []
      for await (const line of exportStore(from, crypto)) all.push(line)
      return all
    }
    const before = await lines(store)
    await sweptAll(pruning)
    const [given, to] = [await lines(store), await make()]
    same(given, before, 'the lines before and after sweeping')
    await importStore(to, given, crypto)
    same(await lines(to), given, 'the lines of the new store')
    same(await to.pruning?.beginning(), await pruning.beginning(), 'where it begins')
    for (const row of [1, 20, 21]) {
      const expected = await commit(store, { decisions: [{ ...rowOf(row), version: 99 }] })
      same(await commit(to, { decisions: [{ ...rowOf(row), version: 99 }] }), expected, `signal ${row} again`)
    }
    const base = given.findIndex((line) => line.startsWith('{"kind":"base"'))
    const without = relined(given.toSpliced(base, 1))
    await rejects(importStore(await make(), without, crypto), 'input', 'an import of another base')
  }),
]

/** Lines whose checks were made anew, by somebody who knows how. */
function relined(lines: readonly string[]): string[] {
  let check = ''
  return lines.map((line) => {
    const body = line
      .replace(/,"check":"[0-9a-f]{16}"\}$/, '}')
      .replace(/("kind":"end","lines":)\d+/, `$1${lines.length - 1}`)
    check = crypto.sha256(`${check}\n${body}`).slice(0, 16)
    return `${body.slice(0, -1)},"check":"${check}"}`
  })
}
