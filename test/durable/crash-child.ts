// A process of its own that keeps orders on a SQLite store until it is killed: `node crash-child.ts <folder>`. It says
// `ready` when everything is loaded, opens the runtime on a line that says where to die, takes one message a line, and
// acknowledges each when it is durable. What operations do outside is a line in the file `ledger`, under their key.

import { appendFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { createRuntime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

import { crashPoint, mortalStore } from '../runtime/mortal-store.ts'
import type { FromChild, Message, Opening } from './crash-record.ts'
import { orderMachines, type CarryOut } from './order-machines.ts'

const [folder = ''] = process.argv.slice(2)
const file = (name: string) => path.join(folder, name)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

// A pipe is written to at once: whatever was said before the kill arrives.
const say = (line: FromChild) => void process.stdout.write(`${JSON.stringify(line)}\n`)

/** Milliseconds, the same for each attempt under a key. */
const durationOf = (key: string, attempt: number): number =>
  Array.from(key).reduce((sum, letter) => sum + letter.codePointAt(0)!, attempt) % 13

const carryOut: CarryOut = async ({ input, key, attempt }) => {
  await pause(durationOf(key, attempt))
  point('task')
  appendFileSync(file('ledger'), `${JSON.stringify([key, attempt, input.job])}\n`)
  point('effect')
  await pause(durationOf(key, attempt) % 4)
  if (input['declined'] === true) throw Object.assign(new Error('declined'), { code: 'DECLINED' })
  return { attempt }
}

// Whoever is killed leaves no cache behind at its end.
flushCompileCache()
say({ kind: 'ready' })
const { die = '', count = 0 } = JSON.parse((await lines.next()).value as string) as Opening
const point = crashPoint(die, count)
const runtime = await createRuntime({
  store: mortalStore(sqliteStore(file('state.db')), point),
  machines: orderMachines(carryOut),
  concurrency: 8,
  others: 0,
  onProblem: (text) => appendFileSync(file('problems'), `${text}\n`),
})
runtime.on('emitted', ({ sequence, event }) => say({ kind: 'emitted', sequence, type: event.type }))
say({ kind: 'opened', at: Date.now() })
const driver = runtime.as({ person: 'driver' })

async function answer(message: Message): Promise<void> {
  try {
    const verdict =
      'start' in message
        ? await driver.start(message.to, { input: { ...message.start } })
        : await driver.send(message.to, message.draft)
    say({ kind: 'acknowledged', id: message.id, verdict })
  } catch (error) {
    say({ kind: 'failed', id: message.id, error: String(error) })
  }
}

/** Resolves when nothing is left to be done, now or later. */
async function settled(): Promise<void> {
  let moved = Promise.withResolvers<void>()
  runtime.on('row', () => moved.resolve())
  for (;;) {
    await runtime.idle()
    if ((await runtime.store.nextTimer()) === undefined && (await runtime.store.work()).length === 0) return
    await moved.promise
    moved = Promise.withResolvers()
  }
}

for (let line = await lines.next(); !line.done; line = await lines.next()) {
  if (line.value === 'finish') break
  void answer(JSON.parse(line.value) as Message)
}
await settled()
await runtime.close()
say({ kind: 'finished', at: Date.now() })
process.exit(0)
