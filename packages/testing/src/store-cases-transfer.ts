import { exportStore, importStore, type Store, type Unit } from '@opschart/core'

import { repeatableCrypto } from './repeatable-crypto.ts'
import { rejects, same, type Case } from './store-case.ts'
import { chained } from './store-cases-actors.ts'
import { claim, commit, contents, decision, timer, work } from './store-samples.ts'

const crypto = repeatableCrypto('transfer cases')

/** A case of moving from one store to others: it gets what makes fresh ones, which are closed afterwards. */
function transferCase(name: string, body: (make: () => Promise<Store>) => Promise<void>): Case<Store> {
  return {
    name,
    async run(make) {
      const made: Store[] = []
      try {
        await body(async () => {
          const store = await make()
          made.push(store)
          return store
        })
      } finally {
        for (const store of made) await store.close()
      }
    },
  }
}

/** A store that holds something of everything, odd names and values among it. */
async function filled(store: Store): Promise<Store> {
  const odd = { text: 'ü\ud800\0\n', list: [1, -0, 0.1, null], z: { 10: 'x', 9: 'y' }, a: [] }
  const units: Unit[] = [
    {
      decisions: [
        decision({
          key: { source: 'git', id: 'é\ud800' },
          entry: odd,
          state: { z: 1, a: [odd], 10: 2, 9: 3 },
        }),
        decision({ actor: '\ud800', at: 0.5, shard: '' }),
      ],
      facts: [
        { name: 'live/b', version: 1, value: odd },
        { name: 'live/\u{1f600}', version: 1, value: null },
        { name: 'live/\uffff', version: 1, value: 1 },
      ],
      work: [work('w1', { slot: 'web/deployer', severity: 'LOW' }), work('w2', { at: 2000.5 })],
      timers: [timer('late', 9e15), timer('b', 10), timer('a', 10)],
      checkpoints: [{ watcher: 'git', value: odd }],
    },
    {
      decisions: [
        decision({ version: 2, definition: 'definition-2' }),
        decision({ actor: 'done', ended: true }),
      ],
    },
    {
      decisions: [],
      timers: [timer('b', 10, { version: 2 })],
      facts: [{ name: 'live/b', version: 2, value: 2 }],
    },
  ]
  await store.commit(units)
  for (let version = 3; version <= 200; version += 1)
    await commit(store, { decisions: [decision({ version, key: { source: 'git', id: String(version) } })] })
  await claim(store, 'w1', 'one', 100)
  return store
}

async function linesOf(store: Store): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportStore(store, crypto)) lines.push(line)
  return lines
}

function sameLines(actual: readonly string[], expected: readonly string[]): void {
  same(actual.length, expected.length, 'how many lines there are')
  for (const [index, line] of expected.entries()) same(actual[index], line, `line ${index + 1}`)
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing',
    (error: unknown) => (error as Error).message,
  )
}

/** What a store promises that has the ability `transfer`: to be moved, whole, to another of its kind or of any other. */
export const transferStoreCases: readonly Case<Store>[] = [
  transferCase(
    '[D14] an imported store holds the same, and gives the same lines to the byte',
    async (make) => {
      const from = await filled(await make())
      const lines = await linesOf(from)
      const to = await make()
      const { head } = await importStore(to, lines, crypto)
      same(head, await from.head(), 'the head')
      same(await contents(to), await contents(from), 'the contents')
      sameLines(await linesOf(to), lines)
      same(Object.keys((await to.actor('web/v1'))?.state ?? {}), ['phase', 'version'], 'the order in a state')
    },
  ),

  transferCase('[D14] an empty store is exported and imported like any other', async (make) => {
    const lines = await linesOf(await make())
    const to = await make()
    await importStore(to, lines, crypto)
    sameLines(await linesOf(to), lines)
    await commit(to, { decisions: [decision()] })
    await chained(to)
  }),

  transferCase('[D14] an imported store goes on as the one that it came from', async (make) => {
    const from = await filled(await make())
    const to = await make()
    await importStore(to, await linesOf(from), crypto)
    for (const store of [from, to]) {
      const again = { decisions: [decision({ version: 201, key: { source: 'git', id: 'é\ud800' } })] }
      same(await commit(store, again), { kind: 'duplicate', sequence: 1 }, 'a signal again')
      const next = { decisions: [decision({ version: 201 }), decision({ actor: 'new' })], work: [work('w3')] }
      const { sequence } = await store.head()
      same(await commit(store, next), { kind: 'written', sequence: sequence + 2 }, 'the next decision')
      same(await claim(store, 'w1', 'two', 150), undefined, 'work that somebody else runs')
      const got = await claim(store, 'w1', 'two', 300)
      same(got?.attempt, 2, 'the attempt when its time is up')
      await chained(store)
    }
    same(await contents(to), await contents(from), 'the contents')
  }),

  transferCase(
    '[D14] an import goes into an empty store only, and leaves another as it was',
    async (make) => {
      const lines = await linesOf(await filled(await make()))
      const to = await make()
      await commit(to, { timers: [timer('t', 1)] })
      const before = await contents(to)
      await rejects(importStore(to, lines, crypto), 'input', 'the import')
      same(await contents(to), before, 'the contents')
      const second = await make()
      await importStore(second, lines, crypto)
      const message = await messageOf(importStore(second, lines, crypto))
      same(
        message.includes('not empty') && message.includes('Nothing was imported'),
        true,
        `whether it says so: ${message}`,
      )
    },
  ),

  transferCase(
    '[D14] a line that was changed, left out or put elsewhere is named, and nothing is imported',
    async (make) => {
      const lines = await linesOf(await filled(await make()))
      const to = await make()
      const empty = await contents(to)
      const last = lines.length
      const kinds = lines.map((line) => /^\{"kind":"(\w+)"/.exec(line)?.[1])
      const places = ['head', 'row', 'actor', 'fact', 'checkpoint', 'work', 'timer', 'end'].map((kind) =>
        kinds.indexOf(kind),
      )
      const changed = (index: number, change: (line: string) => string) =>
        lines.map((line, place) => (place === index ? change(line) : line))
      const bad: [given: readonly string[], line: number][] = places.flatMap((index) => [
        [
          changed(index, (line) =>
            line.replace(/[a-z](?=[^a-z]*,"check")|\d(?=,"check")|\](?=,"check")/, 'q'),
          ),
          index + 1,
        ],
        [changed(index, (line) => `${line} `), index + 1],
        [lines.toSpliced(index, 1), index === last - 1 ? last : index + 1],
        [lines.toSpliced(index, 0, lines[index]!), index + 2],
      ])
      bad.push(
        [lines.toSpliced(2, 2, lines[3]!, lines[2]!), 3],
        [lines.slice(0, 5), 6],
        [[...lines, lines[1]!], last + 1],
        [[], 1],
        [['{"kind":"head"}'], 1],
      )
      for (const [given, line] of bad) {
        const importing = importStore(to, given, crypto)
        const message = await messageOf(importing)
        same(message.startsWith(`Line ${line}: `), true, `whether line ${line} is named by: ${message}`)
        same(message.includes('Nothing was imported'), true, `whether it says so: ${message}`)
        await rejects(importing, 'input', 'the import')
        same(await contents(to), empty, 'the contents')
      }
      await importStore(to, lines, crypto)
    },
  ),

  transferCase('[D14] lines of a newer version are told as such', async (make) => {
    const [first = ''] = await linesOf(await make())
    await rejects(
      importStore(await make(), [first.replace(/"version":\d+/, '"version":99')], crypto),
      'store_version',
      'it',
    )
  }),

  transferCase('[D14] an export is of one moment, whatever is written meanwhile', async (make) => {
    const from = await filled(await make())
    const before = await linesOf(from)
    const lines: string[] = []
    for await (const line of exportStore(from, crypto)) {
      if (lines.length === 0 || lines.length === 100) {
        const version = (await from.actor('web/v1'))!.version + 1
        const more = { facts: [{ name: 'live/b', version: version - 198, value: 0 }] }
        await commit(from, { decisions: [decision({ version })], timersGone: [timer('a', 10)], ...more })
      }
      lines.push(line)
    }
    same((await from.head()).sequence > 200, true, 'whether something was written')
    sameLines(lines, before)
  }),

  transferCase('[D14] what fails on the way leaves nothing behind, and is told as it is', async (make) => {
    const lines = await linesOf(await filled(await make()))
    const to = await make()
    const empty = await contents(to)
    async function* broken() {
      yield* lines.slice(0, 50)
      throw new Error('the disk was pulled out')
    }
    same(await messageOf(importStore(to, broken(), crypto)), 'the disk was pulled out', 'what is told')
    same(await contents(to), empty, 'the contents')
  }),

  transferCase('[D14] what is never due is moved as such', async (make) => {
    const from = await make()
    const never = Number.POSITIVE_INFINITY
    await commit(from, { timers: [timer('t', never)], work: [work('w', { at: -never })] })
    await from.claim({ key: 'w', owner: 'one', now: 0, until: never })
    const lines = await linesOf(from)
    const to = await make()
    await importStore(to, lines, crypto)
    sameLines(await linesOf(to), lines)
    same([(await to.nextTimer()) === never, (await to.work())[0]?.at === -never], [true, true], 'the times')
  }),
]
