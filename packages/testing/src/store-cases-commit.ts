import type { Store, Unit } from '@opschart/core'

import { rejects, same, storeCase, type Case } from './store-case.ts'
import { claim, commit, contents, decision, timer, work } from './store-samples.ts'

/** A unit that has something of everything, for an actor that is at `version - 1` and a fact that is there `version - 1` times. */
function wholeUnit(version: number): Unit {
  return {
    decisions: [decision({ version, key: { source: 'git', id: `signal-${version}` } })],
    facts: [{ name: 'live/web', version, value: { lifecycle: `web/v${version}` } }],
    work: [work(`web/v1:${version}:0`)],
    timers: [timer(`timer-${version}`, 5000 + version)],
    checkpoints: [{ watcher: 'git', value: { commit: version } }],
  }
}

/** A unit that would be written whole is kept out by one stale part: nothing of it may be there afterwards. */
async function staysOut(store: Store, stale: Partial<Unit>, on: string): Promise<void> {
  const before = await contents(store)
  const whole = wholeUnit(2)
  const outcome = await commit(store, { ...whole, timersGone: [timer('timer-1', 0)], ...stale })
  same(outcome, { kind: 'conflict', on }, 'the outcome')
  same(await contents(store), before, 'the store after the conflict')
  same(await commit(store, whole), { kind: 'written', sequence: 2 }, 'the same without its stale part')
}

/** What a store promises of one call of `commit`. */
export const commitCases: readonly Case<Store>[] = [
  storeCase('[D1] a unit that is written is there whole', async (store) => {
    same(await commit(store, wholeUnit(1)), { kind: 'written', sequence: 1 }, 'the outcome')
    const { journal, head, ...rest } = await contents(store)
    const { entry, key, at, definition } = decision({ key: { source: 'git', id: 'signal-1' } })
    const row = { sequence: 1, hash: head.hash, actor: 'web/v1', version: 1, definition, at, key, entry }
    same(journal, [row], 'the journal')
    same(
      rest,
      {
        open: [
          {
            actor: 'web/v1',
            version: 1,
            definition,
            shard: 'web',
            state: { phase: 'STAGING', version: 1 },
            ended: false,
          },
        ],
        ended: [],
        facts: [{ name: 'live/web', version: 1, value: { lifecycle: 'web/v1' } }],
        work: [{ ...work('web/v1:1:0'), status: 'queued', attempt: 0, owner: null, until: null }],
        timers: [timer('timer-1', 5001)],
        nextTimer: 5001,
        checkpoint: { commit: 1 },
      },
      'the rest',
    )
  }),

  storeCase('[D1] a unit whose actor was moved by somebody else leaves nothing behind', async (store) => {
    await commit(store, wholeUnit(1))
    await staysOut(store, { decisions: [decision({ version: 1 })] }, 'web/v1')
  }),

  storeCase('[D1] a unit that leaves out a version of its actor leaves nothing behind', async (store) => {
    await commit(store, wholeUnit(1))
    await staysOut(store, { decisions: [decision({ version: 2 }), decision({ version: 4 })] }, 'web/v1')
  }),

  storeCase('[D1] a unit whose second actor is stale leaves nothing of the first behind', async (store) => {
    await commit(store, wholeUnit(1))
    const other = decision({ actor: 'web/v2', version: 2 })
    await staysOut(store, { decisions: [decision({ version: 2 }), other] }, 'web/v2')
  }),

  storeCase(
    '[D1] a unit that was decided on an actor which moved since, or came to be, leaves nothing behind',
    async (store) => {
      await commit(store, wholeUnit(1))
      const other = decision({ actor: 'web/v2' })
      const readBefore = { read: [{ actor: 'web/v2', version: 0 }] }
      same(await commit(store, { decisions: [other], ...readBefore }), { kind: 'written', sequence: 2 }, 'it')
      const before = await contents(store)
      const unit = { ...wholeUnit(2), timersGone: [timer('timer-1', 0)] }
      for (const version of [0, 2]) {
        const outcome = await commit(store, { ...unit, read: [{ actor: 'web/v2', version }] })
        same(outcome, { kind: 'conflict', on: 'web/v2' }, `as of version ${version}`)
        same(await contents(store), before, 'the store after the conflict')
      }
      const outcome = await commit(store, { ...unit, read: [{ actor: 'web/v2', version: 1 }] })
      same(outcome, { kind: 'written', sequence: 3 }, 'as of the version that is there')
    },
  ),

  storeCase('[D1] a unit whose fact was moved by somebody else leaves nothing behind', async (store) => {
    await commit(store, wholeUnit(1))
    await staysOut(store, { facts: [{ name: 'live/web', version: 1, value: 'stale' }] }, 'live/web')
  }),

  storeCase('[D1] a unit that settles what is not running leaves nothing behind', async (store) => {
    await commit(store, wholeUnit(1))
    await staysOut(store, { settled: [{ key: 'web/v1:1:0', attempt: 0 }] }, 'web/v1:1:0')
  }),

  storeCase(
    '[D1] a unit that settles an attempt which was taken over leaves nothing behind',
    async (store) => {
      await commit(store, wholeUnit(1))
      await claim(store, 'web/v1:1:0', 'one', 1000)
      await claim(store, 'web/v1:1:0', 'two', 1100)
      await staysOut(store, { settled: [{ key: 'web/v1:1:0', attempt: 1 }] }, 'web/v1:1:0')
    },
  ),

  storeCase('a unit that brings work which is there already conflicts', async (store) => {
    await commit(store, wholeUnit(1))
    await staysOut(store, { work: [work('web/v1:1:0', { task: 'another' })] }, 'web/v1:1:0')
  }),

  storeCase('[D1] a unit that fails does not touch the others of its call', async (store) => {
    const outcomes = await store.commit([
      { decisions: [decision({ actor: 'a' })] },
      { decisions: [decision({ actor: 'b', version: 7 })] },
      { decisions: [decision({ actor: 'c' })] },
      { decisions: [decision({ actor: 'a', version: 2 })] },
    ])
    same(
      outcomes,
      [
        { kind: 'written', sequence: 1 },
        { kind: 'conflict', on: 'b' },
        { kind: 'written', sequence: 2 },
        { kind: 'written', sequence: 3 },
      ],
      'the outcomes',
    )
    const journal = await store.history({})
    same(
      journal.map(({ actor, version }) => [actor, version]),
      [
        ['a', 1],
        ['c', 1],
        ['a', 2],
      ],
      'the journal',
    )
  }),

  storeCase('[D2] a signal that was journaled is a duplicate, whoever it is sent to', async (store) => {
    const key = { source: 'git', id: 'commit-1' }
    await commit(store, { decisions: [decision({ actor: 'a' })] })
    await commit(store, { decisions: [decision({ actor: 'b', key })] })
    const before = await contents(store)
    const duplicate = { kind: 'duplicate', sequence: 2 }
    const again = { decisions: [decision({ actor: 'b', version: 2, key })] }
    same(await commit(store, again), duplicate, 'the same actor')
    same(await commit(store, { decisions: [decision({ actor: 'new', key })] }), duplicate, 'another actor')
    const mixed = [decision({ actor: 'b', version: 2 }), decision({ actor: 'a', version: 2, key })]
    same(await commit(store, { decisions: mixed }), duplicate, 'the second of a unit')
    same(await contents(store), before, 'the store after the duplicates')
  }),

  storeCase('[D2] a duplicate is told as one even where the actor has moved on', async (store) => {
    const key = { source: 'git', id: 'commit-1' }
    await commit(store, { decisions: [decision({ key })] })
    await commit(store, { decisions: [decision({ version: 2 })] })
    const late = await commit(store, { decisions: [decision({ version: 1, key })] })
    same(late, { kind: 'duplicate', sequence: 1 }, 'the outcome')
  }),

  storeCase('[D2] of two units of one call with the same signal the second is a duplicate', async (store) => {
    const key = { source: 'git', id: 'commit-1' }
    const outcomes = await store.commit([
      { decisions: [decision({ actor: 'a' }), decision({ actor: 'a', version: 2, key })] },
      { decisions: [decision({ actor: 'b', key })] },
    ])
    same(
      outcomes,
      [
        { kind: 'written', sequence: 2 },
        { kind: 'duplicate', sequence: 2 },
      ],
      'the outcomes',
    )
    same(await store.actor('b'), undefined, 'the actor of the second')
  }),

  storeCase('[D2] signals are told apart by source and id together', async (store) => {
    const keys = [
      { source: 'a', id: 'bc' },
      { source: 'ab', id: 'c' },
      { source: 'abc', id: '' },
      { source: 'A', id: 'bc' },
      { source: 'a', id: 'bc ' },
      { source: 'a', id: 'bc\0' },
      { source: 'a', id: '\ud800' },
      { source: 'a', id: '\ud801' },
      { source: 'a', id: '\ufffd' },
    ]
    for (const [index, key] of keys.entries()) {
      const outcome = await commit(store, { decisions: [decision({ version: index + 1, key })] })
      same(outcome, { kind: 'written', sequence: index + 1 }, `signal ${index + 1}`)
    }
    for (const [index, key] of keys.entries()) {
      const row = await store.seen(key.source, key.id)
      same([row?.sequence, row?.key], [index + 1, key], `the row of signal ${index + 1}`)
    }
    same(await store.seen('abc', 'abc'), undefined, 'a signal that never came')
  }),

  storeCase(
    'a unit without decisions has the sequence 0, and a call without units no outcome',
    async (store) => {
      await commit(store, { decisions: [decision()] })
      const outcome = await commit(store, { checkpoints: [{ watcher: 'git', value: 1 }] })
      same(outcome, { kind: 'written', sequence: 0 }, 'the outcome')
      same(await store.commit([]), [], 'the outcomes of no units')
      same(await store.checkpoint('git'), 1, 'the checkpoint')
    },
  ),

  storeCase('a call with a unit that cannot be is rejected whole, and the store goes on', async (store) => {
    const right = { decisions: [decision()] }
    const key = { source: 'git', id: 'commit-1' }
    const wrong: [string, Partial<Unit>][] = [
      ['no JSON', { decisions: [decision({ actor: 'b', state: (() => 1) as never })] }],
      ['no time', { timers: [timer('t', Number.NaN)] }],
      ['one signal twice', { decisions: [decision({ actor: 'b', key }), decision({ actor: 'c', key })] }],
      ['one key of work twice', { work: [work('k'), work('k')] }],
      ['no severity', { work: [work('k', { severity: 'SEVERE' as never })] }],
    ]
    for (const [what, unit] of wrong) {
      await rejects(store.commit([right, { decisions: [], ...unit }]), 'input', what)
    }
    same((await store.head()).sequence, 0, 'the journal')
    same(await commit(store, right), { kind: 'written', sequence: 1 }, 'the next commit')
  }),

  storeCase(
    'what is committed is what was handed over at the call, whatever becomes of it',
    async (store) => {
      const state = { phase: 'STAGING' }
      const committed = commit(store, { decisions: [decision({ state })] })
      state.phase = 'changed'
      await committed
      const read = await store.actor('web/v1')
      same(read?.state, { phase: 'STAGING' }, 'the state')
      Object.assign(read?.state as object, { phase: 'changed' })
      same(
        (await store.actor('web/v1'))?.state,
        { phase: 'STAGING' },
        'the state after a copy of it was changed',
      )
    },
  ),
]
