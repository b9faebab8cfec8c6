// A process of its own that keeps a shop on a SQLite store in a place that takes no more: `node files-child.ts <job> <file>`.
// It says `ready` when everything is loaded, begins on a line from its parent, and answers with lines of JSON.

import process from 'node:process'
import { createInterface } from 'node:readline'

import { OpschartError, type Json } from '@opschart/core'
import { createRuntime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

import { shopMachine } from './shop-machine.ts'

const [job = '', file = ''] = process.argv.slice(2)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (line: unknown) => void process.stdout.write(`${JSON.stringify(line)}\n`)

function told(error: unknown): { code: string; message: string } {
  if (error instanceof OpschartError) return { code: error.code, message: error.message }
  throw error
}

const problems: string[] = []
let heard = Promise.withResolvers<void>()
const loaf = Promise.withResolvers<Json>()
const open = () =>
  createRuntime({
    store: sqliteStore(file),
    machines: { shop: shopMachine(() => loaf.promise) },
    others: 0,
    onProblem(text) {
      problems.push(text)
      heard.resolve()
    },
  })

const jobs: Record<string, () => Promise<void>> = {
  /** Sells until nothing can be written, lets a timer and an outcome come due, and goes on when there is room. */
  async fill() {
    // What a limit on file sizes sends, besides failing the write.
    process.on('SIGXFSZ', () => {})
    const runtime = await open()
    const ann = runtime.as({ person: 'ann' })
    const shop = async () => (await runtime.actor('shop/a'))?.context as Record<string, Json>
    await ann.start('shop/a')
    await ann.send('shop/a', { type: 'BAKE' })
    await ann.send('shop/a', { type: 'RING', data: { in: 1_000 } })
    let failure: unknown
    let sold = 0
    let wrapping = 'x'.repeat(20_000)
    const sell = () => ann.send('shop/a', { type: 'SELL', id: `sale-${sold + 1}`, data: { wrapping } })
    // With large ones until none fits, then with small ones: nothing fits any more.
    for (const next of ['', undefined]) {
      for (failure = undefined; failure === undefined;) {
        failure = await sell().then(() => undefined, told)
        if (failure === undefined) sold += 1
      }
      if (next !== undefined) wrapping = next
    }
    loaf.resolve('rye')
    while (problems.length < 2) {
      await heard.promise
      heard = Promise.withResolvers()
    }
    say({ failure, acknowledged: sold, problems, ...(await shop()) })
    await lines.next()
    const verdict = await sell()
    const done = Promise.withResolvers<void>()
    const look = async () => {
      const { bells, loaves } = (await shop()) as { bells: number; loaves: Json[] }
      if (bells === 1 && loaves.length === 1) done.resolve()
    }
    runtime.on('row', () => void look())
    await look()
    await done.promise
    await runtime.idle()
    const again = await sell()
    say({ verdict, again, ...(await shop()), audit: await runtime.audit() })
    await runtime.close()
  },

  /** Reads a shop in a place that this user may not write, and tries to move it. */
  async readOnly() {
    // The superuser may write everything, so the process becomes nobody.
    if (process.getuid?.() === 0) {
      process.setgid?.(65534)
      process.setuid?.(65534)
    }
    const runtime = await open()
    const failure = await runtime
      .as({ person: 'ann' })
      .send('shop/a', { type: 'SELL' })
      .then(() => undefined, told)
    await runtime.idle().catch(told)
    say({ failure, problems, ...(await runtime.actor('shop/a'))?.context, audit: await runtime.audit() })
    await runtime.close()
  },
}

process.stdout.write('ready\n')
await lines.next()
await jobs[job]?.()
process.exit(0)
