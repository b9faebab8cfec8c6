// Properties of several processes on one SQLite file, of which some carry work out and some only decide:
//   - On one actor that all send to, no update is lost, and nobody starves: each has its share, and waits for a bounded number
//     of the others' turns. The same on actors of their own.
//   - Each operation is done once, by one of those that work, whoever has asked for it; the journal is sound.
//   - A short process that sends one signal while a daemon works is answered.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { createRuntime, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { afterAll, expect, it } from 'vitest'

import { operationFindings, type LedgerLine } from './journal-findings.ts'
import { orderMachines } from './order-machines.ts'
import type { Answer, Asked } from './process-child.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-several-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const one of children) one.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

type Line = 'ready' | { readonly accepted: number } | { readonly done: Answer; readonly turns?: number }

interface Child {
  readonly name: string
  readonly ask: (asked: Asked) => void
  readonly stop: () => void
  /** The next line that it says. */
  readonly next: () => Promise<Line>
  readonly ended: Promise<unknown>
}

async function child(place: string, name: string, kind: 'work' | 'decide'): Promise<Child> {
  const file = path.join(import.meta.dirname, 'process-child.ts')
  const started = spawn(process.execPath, [file, place, name, kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
  })
  children.push(started)
  started.stdin.on('error', () => {})
  const ended = new Promise((resolve) => started.once('close', resolve))
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]()
  const write = (text: string) => void started.stdin.write(`${text}\n`)
  const own: Child = {
    name,
    ask: (asked) => write(JSON.stringify(asked)),
    stop: () => write('stop'),
    async next() {
      const line = await lines.next()
      if (line.done) throw new Error(`${name} has ended`)
      return JSON.parse(line.value) as Line
    },
    ended,
  }
  return own
}

const four = (place: string): Promise<Child[]> =>
  Promise.all(
    ['ann', 'bob', 'cid', 'dee'].map(async (name, index) => {
      const one = await child(place, name, index % 2 === 0 ? 'work' : 'decide')
      expect(await one.next()).toBe('ready')
      return one
    }),
  )

async function opened(place: string): Promise<Runtime> {
  return createRuntime({
    store: sqliteStore(path.join(place, 'state.db')),
    machines: orderMachines(() => Promise.reject(new Error('nothing is carried out here'))),
    work: false,
    others: 20,
  })
}

async function place(name: string): Promise<string> {
  const made = path.join(folder, name)
  const runtime = await opened(made)
  for (const tally of ['hot', 'ann', 'bob', 'cid', 'dee'])
    await runtime.as({ person: 'eve' }).start(`tally/${tally}`)
  await runtime.close()
  return made
}

/** All of them send until so many signals were accepted. */
async function contest(
  all: readonly Child[],
  actorOf: (name: string) => string,
  total: number,
): Promise<Map<string, Answer>> {
  const accepted = new Map<string, number>()
  const answers = new Map<string, Answer>()
  const begun = Promise.withResolvers<void>()
  for (const { name, ask } of all) ask({ do: 'send', to: actorOf(name), beside: 2 })
  const ends = all.map(async ({ name, next }) => {
    for (;;) {
      const line = await next()
      if (line === 'ready') continue
      if ('done' in line) return void answers.set(name, line.done)
      accepted.set(name, line.accepted)
      if ([...accepted.values()].reduce((sum, count) => sum + count, 0) >= total) begun.resolve()
    }
  })
  await Promise.race([begun.promise, ...ends])
  for (const { stop } of all) stop()
  await Promise.all(ends)
  return answers
}

/** The most turns of others between two of one, from its first to its last; by name. */
function longestWaits(senders: readonly string[]): Map<string, number> {
  const last = new Map<string, number>()
  const waits = new Map<string, number>()
  for (const [index, name] of senders.entries()) {
    const before = last.get(name) ?? -1
    waits.set(name, Math.max(waits.get(name) ?? 0, index - before - 1))
    last.set(name, index)
  }
  for (const [name, index] of last) waits.set(name, Math.max(waits.get(name)!, senders.length - 1 - index))
  return waits
}

it.each([
  ['one actor', () => 'tally/hot'],
  ['actors of their own', (name: string) => `tally/${name}`],
] as const)(
  '[D8] four processes send to %s: nothing is lost, and nobody starves',
  async (what, actorOf) => {
    const made = await place(what)
    const all = await four(made)
    const total = 400
    const answers = await contest(all, actorOf, total)
    for (const { ask } of all) ask({ do: 'end' })
    await Promise.all(all.map(({ ended }) => ended))
    const runtime = await opened(made)
    const rows = (await runtime.store.history({ limit: Infinity })).filter(
      ({ key }) => key !== null && key.id !== 'start',
    )
    const waits = longestWaits(rows.map(({ key }) => key!.id.split('-', 1)[0]!))
    const accepted = [...answers.values()].reduce((sum, answer) => sum + answer.accepted, 0)
    for (const [name, { accepted: own, others, longest }] of answers) {
      process.stdout.write(
        `${what}: ${name} ${own} of ${accepted}, longest wait ${waits.get(name)} turns, ${longest.toFixed(0)} ms\n`,
      )
      expect(others, name).toEqual([])
      expect(own, `the share of ${name}`).toBeGreaterThan(accepted / 40)
      expect(waits.get(name), `the longest wait of ${name}`).toBeLessThan(accepted / 2)
    }
    expect(accepted).toBeGreaterThanOrEqual(total)
    expect(rows).toHaveLength(accepted)
    expect(new Set(rows.map(({ key }) => key!.id)).size).toBe(accepted)
    const counts = await Promise.all(
      [...new Set(all.map(({ name }) => actorOf(name)))].map(
        async (actor) => (await runtime.actor(actor))!.context,
      ),
    )
    expect(counts.reduce((sum, { count }) => sum + Number(count), 0)).toBe(accepted)
    expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
    await runtime.close()
  },
  60_000,
)

it('[D8] four processes lead orders: each operation is done once, by one of those that work', async () => {
  const made = await place('orders')
  const all = await four(made)
  const count = 6
  for (const { ask } of all) ask({ do: 'orders', count })
  const answers = await Promise.all(all.map(({ next }) => next()))
  expect(answers).toEqual(
    all.map(() => ({ done: { accepted: 5 * count, others: [], longest: expect.any(Number) as number } })),
  )
  const runtime = await opened(made)
  // Those that work go on until each order has ended, which it does by a timer; this one looks on.
  for await (const { kind } of runtime.subscribe({})) {
    if (kind === 'timer' && (await runtime.store.actors({ prefix: 'machine:order/' })).length === 0) break
  }
  for (const { ask } of all) ask({ do: 'end' })
  await Promise.all(all.map(({ ended }) => ended))
  const ledger = readFileSync(path.join(made, 'ledger'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as readonly [...LedgerLine, by: string])
  const rows = await runtime.store.history({ limit: Infinity })
  const { faults, completed, repeated } = operationFindings(
    rows,
    ledger.map(([key, attempt, job]) => [key, attempt, job]),
  )
  expect(faults).toEqual([])
  expect([repeated, completed]).toEqual([0, ledger.length])
  expect(new Set(ledger.map(([, , , by]) => by))).toEqual(new Set(['ann', 'cid']))
  const orders = await runtime.store.actors({ prefix: 'machine:order/', ended: true })
  expect(orders.filter(({ actor }) => !actor.includes('~'))).toHaveLength(4 * count)
  expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
  await runtime.close()
}, 60_000)

it('[D8] a short process that sends one signal while a daemon works is answered', async () => {
  const made = await place('hooks')
  const daemon = await child(made, 'ann', 'work')
  await daemon.next()
  daemon.ask({ do: 'send', to: 'tally/hot', beside: 32 })
  const reading = (async () => {
    for (;;) {
      const line = await daemon.next()
      if (typeof line === 'object' && 'done' in line) return line.done
    }
  })()
  const waits: string[] = []
  for (const name of ['bob', 'cid', 'dee', 'bob2', 'cid2']) {
    const hook = await child(made, name, 'decide')
    await hook.next()
    hook.ask({ do: 'one', to: name.startsWith('bob') ? 'tally/hot' : 'tally/cid' })
    const line = await hook.next()
    hook.ask({ do: 'end' })
    await hook.ended
    if (typeof line !== 'object' || !('done' in line)) throw new Error('the hook was not answered')
    expect(line.done).toMatchObject({ accepted: 1, others: [] })
    waits.push(`${line.done.longest.toFixed(1)} ms, ${line.turns} turns`)
    expect(line.turns).toBeLessThan(5_000)
  }
  daemon.stop()
  const { accepted } = await reading
  process.stdout.write(`hooks beside a daemon that took ${accepted} signals: ${waits.join('; ')}\n`)
  expect(accepted).toBeGreaterThan(100)
  daemon.ask({ do: 'end' })
  await daemon.ended
  const runtime = await opened(made)
  expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
  expect((await runtime.actor('tally/hot'))?.context).toMatchObject({ count: accepted + 2 })
  await runtime.close()
}, 60_000)
