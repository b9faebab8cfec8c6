// A process of its own that uses a store: `node store-child.ts <job> <file> [name]`. It says `ready` when everything is
// loaded, begins on a line from its parent, and answers with one line of JSON per step.

import { createReadStream } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { importStore, OpschartError, type BaseState, type Store, type Unit } from '@opschart/core'

import { nodeCrypto } from '../src/node-crypto.ts'
import { sqliteStore } from '../src/stores/sqlite.ts'

const [job = '', file = '', name = ''] = process.argv.slice(2)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

const jobs: Record<string, () => Promise<void>> = {
  /** Opens, writes one row of its own, closes. */
  async open() {
    const store = sqliteStore(file)
    const [outcome] = await store.commit([{ decisions: [step(name, 1)] }])
    await store.close()
    say({ outcome })
  },

  /** Adds 1 to each of two shared numbers, 25 times, reading before and beginning again after each conflict. */
  async count() {
    const store = sqliteStore(file)
    let conflicts = 0
    for (let done = 0; done < 25;) {
      const actors = await Promise.all(['one', 'two'].map((actor) => store.actor(actor)))
      const decisions = ['one', 'two'].map((actor, index) => {
        const version = (actors[index]?.version ?? 0) + 1
        return { ...step(actor, version), state: Number(actors[index]?.state ?? 0) + 1 }
      })
      const [outcome] = await store.commit([{ decisions }])
      if (outcome?.kind === 'written') done += 1
      else conflicts += 1
    }
    await store.close()
    say({ conflicts })
  },

  /** Commits without end, several at once, and says each version that is durable. */
  async endless() {
    const store = sqliteStore(file)
    await Promise.all(
      [1, 2, 3].map(async (part) => {
        const actor = `${name}-${part}`
        for (let version = 1; ; version += 1) {
          const [outcome] = await store.commit([whole(actor, version)])
          if (outcome?.kind !== 'written') throw new Error(JSON.stringify(outcome))
          say({ actor, version })
        }
      }),
    )
  },

  /** Writes until the disk is full, reads, and writes again when its parent says that there is room. */
  async fill() {
    // What a limit on file sizes sends, besides failing the write.
    process.on('SIGXFSZ', () => {})
    const store = sqliteStore(file)
    let version = 0
    let failure: unknown
    while (failure === undefined) {
      failure = await writeLarge(store, version + 1)
      if (failure === undefined) version += 1
    }
    say({ version, failure, ...(await heldBy(store)) })
    await lines.next()
    // The disk has room: what failed goes through, and what waits with it.
    say({ failure: (await writeLarge(store, version + 1)) ?? null, ...(await heldBy(store)) })
    await store.close()
  },

  /** Prunes 1,500 of 2,000 rows, and says each step. */
  async prune() {
    const store = sqliteStore(file)
    const pruning = store.pruning!
    say({ step: 'prepare' })
    const states = Array.from({ length: 1_000 }, (_, index): BaseState => ({
      kind: 'actor',
      name: String(index),
      version: 1,
      state: 'x'.repeat(500),
    }))
    const base = await pruning.prepare(states)
    say({ step: 'cut' })
    const unit = { decisions: [step('system', 1)] }
    await pruning.cut({ sequence: 1_500, after: 0, base, unit })
    say({ step: 'sweep' })
    while (await pruning.sweep()) say({ step: 'sweep' })
    await store.close()
    say({ step: 'end' })
  },

  /** Fills an empty store from a file of lines beside it, and says how far it is. */
  async import() {
    const store = sqliteStore(file)
    async function* told() {
      let read = 0
      for await (const line of createInterface({ input: createReadStream(name) })) {
        read += 1
        if (read % 400 === 0) say({ step: read })
        yield line
      }
      say({ step: 'end of lines' })
    }
    await importStore(store, told(), nodeCrypto)
    say({ step: 'imported' })
    await store.close()
    say({ step: 'end' })
  },

  /** Reads and writes a place that this user may not write. */
  async readOnly() {
    // The superuser may write everything, so the process becomes nobody.
    if (process.getuid?.() === 0) {
      process.setgid?.(65534)
      process.setuid?.(65534)
    }
    const store = sqliteStore(file)
    const failure = await store.commit([{ decisions: [step('a', 2)] }]).catch(told)
    const claimed = await store.claim({ key: 'a:1:0', owner: 'me', now: 1, until: 2 }).catch(told)
    say({ failure, claimed, ...(await heldBy(store)) })
    await store.close()
    try {
      sqliteStore(`${file}.new`)
    } catch (error) {
      say({ failure: told(error) })
    }
  },
}

function step(actor: string, version: number): Unit['decisions'][number] {
  const key = { source: name, id: `${actor}:${version}` }
  return { actor, version, definition: 'd', at: version, key, shard: 's', state: version, entry: { version } }
}

/** A unit that moves one of everything to `version`: whoever finds two different versions has found half a unit. */
function whole(actor: string, version: number): Unit {
  return {
    decisions: [step(actor, version)],
    facts: [{ name: actor, version, value: version }],
    work: [
      { key: `${actor}:${version}`, actor, shard: 's', slot: null, severity: 'LOW', at: 1, task: version },
    ],
    withdrawn: [`${actor}:${version - 1}`],
    timers: [{ actor, id: 'timer', due: version, version, event: null }],
    checkpoints: [{ watcher: actor, value: version }],
  }
}

async function writeLarge(store: Store, version: number): Promise<unknown> {
  const large = { ...step('a', version), state: 'x'.repeat(20_000), entry: 'y'.repeat(20_000) }
  const small = step(`small-${version}`, 1)
  const outcomes = await Promise.allSettled([
    store.commit([{ decisions: [large] }]),
    store.commit([{ decisions: [small] }]),
  ])
  const [first] = outcomes
  return first.status === 'rejected' ? told(first.reason) : undefined
}

async function heldBy(store: Store) {
  const rows = await store.history({ actor: 'a', limit: Number.POSITIVE_INFINITY })
  return { rows: rows.length, actor: (await store.actor('a'))?.version ?? 0 }
}

function told(error: unknown) {
  if (error instanceof OpschartError) return { code: error.code, message: error.message }
  throw error
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

process.stdout.write('ready\n')
await lines.next()
await jobs[job]?.()
process.exit(0)
