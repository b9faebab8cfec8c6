// A process of its own that sends to actors beside others on one store: `node process-child.ts <folder> <name> <work|decide>`.
// It says `ready` when it is open, does what each line asks for, and answers each with a line of JSON. With `work` it also
// fires timers and carries operations out; what those do outside is a line in `ledger`.

import { appendFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { createRuntime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

import { orderMachines } from './order-machines.ts'

/** What a process is asked to do. */
export type Asked =
  /** Send to this actor, one signal after the other (so many beside one another), until the next line. */
  | { readonly do: 'send'; readonly to: string; readonly beside: number }
  /** Lead so many orders to their ends. */
  | { readonly do: 'orders'; readonly count: number }
  | { readonly do: 'one'; readonly to: string }
  | { readonly do: 'end' }

/** What has come of it. */
export interface Answer {
  /** Signals that were accepted. */
  readonly accepted: number
  readonly others: readonly string[]
  /** The longest that one took, in milliseconds. */
  readonly longest: number
}

const [folder = '', name = '', kind = ''] = process.argv.slice(2)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (line: unknown) => void process.stdout.write(`${JSON.stringify(line)}\n`)

const runtime = await createRuntime({
  store: sqliteStore(path.join(folder, 'state.db'), { busyTimeout: 60_000 }),
  machines: orderMachines(({ key, attempt, input }) => {
    appendFileSync(path.join(folder, 'ledger'), `${JSON.stringify([key, attempt, input.job, name])}\n`)
    if (input['declined'] === true) return Promise.reject(new Error('declined'))
    return Promise.resolve({ by: name })
  }),
  work: kind === 'work',
  others: 20,
  onProblem: (text) => process.stderr.write(`${name}: ${text}\n`),
})
const sender = runtime.as({ person: name })

let number = 0
async function timed(
  answer: { accepted: number; others: string[]; longest: number },
  to: string,
  type: string,
  data = {},
) {
  number += 1
  const before = performance.now()
  try {
    const verdict = await sender.send(to, { type, id: `${name}-${number}`, data })
    if (verdict.kind === 'accepted' && verdict.duplicate === undefined) answer.accepted += 1
    else answer.others.push(`${verdict.kind}: ${verdict.reason}`)
  } catch (error) {
    answer.others.push(String(error))
  }
  answer.longest = Math.max(answer.longest, performance.now() - before)
}

async function sendUntilTold(to: string, beside: number): Promise<void> {
  const answer = { accepted: 0, others: [], longest: 0 }
  let stopped = false
  const loops = Array.from({ length: beside }, async () => {
    while (!stopped) {
      await timed(answer, to, 'ADD', { amount: 1 })
      say({ accepted: answer.accepted })
    }
  })
  await lines.next()
  stopped = true
  await Promise.all(loops)
  say({ done: answer })
}

async function leadOrders(count: number): Promise<void> {
  const answer = { accepted: 0, others: [], longest: 0 }
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const to = `order/${name}-${index}`
      await sender.start(to, { input: { name: to, declines: index % 3 === 0 } })
      for (const amount of [1, 2, 3]) await timed(answer, to, 'LINE', { amount })
      await timed(answer, to, 'NOTE', { in: 5 })
      await timed(answer, to, 'CHECKOUT')
    }),
  )
  say({ done: answer })
}

say('ready')
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const asked = JSON.parse(line.value) as Asked
  if (asked.do === 'end') break
  if (asked.do === 'send') await sendUntilTold(asked.to, asked.beside)
  if (asked.do === 'orders') await leadOrders(asked.count)
  if (asked.do === 'one') {
    const { sequence } = await runtime.store.head()
    const answer = { accepted: 0, others: [], longest: 0 }
    await timed(answer, asked.to, 'ADD', { amount: 1 })
    const [row] = await runtime.store.history({ limit: 1, backwards: true, actor: `machine:${asked.to}` })
    say({ done: answer, turns: (row?.sequence ?? 0) - sequence - 1 })
  }
}
await runtime.idle()
await runtime.close()
process.exit(0)
