// Keeps processes of `crash-child.ts` under load and kills them at random instants, one after the other on one store. Which
// signals are sent and where each process dies follow from the seed; what the system makes of it in between does not.

import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'

import type { Verdict } from '@opschart/core'

import type { CrashRecord, FromChild, Message, Opening } from './crash-record.ts'
import { mostLines } from './order-machines.ts'
import { seeded } from './seeded.ts'

/** How a run goes. */
export interface CrashRun {
  readonly folder: string
  readonly seed: number
  readonly kills: number
  /** Options of Node's own for the processes. */
  readonly node?: readonly string[]
}

/** Orders that are begun for each process that is killed, and those that are under way at once. */
const ordersPerLife = 3
const atOnce = 12
/** Actors that every order sends to; half of it to the first. */
const tallies = ['tally/hot', 'tally/one', 'tally/two', 'tally/three']
/** The longest that a process lives before it is killed, in milliseconds. */
const longestLife = 250
/** The longest that the last process may take to finish what they have left. */
const longestEnd = 60_000

interface Child {
  readonly process: ChildProcess
  readonly send: (line: string) => void
  readonly ended: Promise<unknown>
  /** Called with each line that it says. */
  hear: (line: FromChild) => void
  readonly ready: Promise<void>
  readonly errors: () => string
}

function child({ folder, node = [] }: CrashRun): Child {
  const file = path.join(import.meta.dirname, 'crash-child.ts')
  const started = spawn(process.execPath, [...node, file, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Loading is most of what a process costs here: compiled code is kept for the next one.
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: path.join(folder, 'compiled') },
  })
  let errors = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  // A pipe to a process that was killed: what it did not read is sent again to the next one.
  started.stdin.on('error', () => {})
  const ready = Promise.withResolvers<void>()
  const ended = new Promise((resolve) => started.once('close', resolve))
  void ended.then(() => ready.reject(new Error(`a process could not be loaded: ${errors}`)))
  const own: Child = {
    process: started,
    send: (line) => void started.stdin.write(`${line}\n`),
    ended,
    hear: () => {},
    ready: ready.promise,
    errors: () => errors,
  }
  createInterface({ input: started.stdout }).on('line', (line) => {
    const said = parsed(line)
    if (said?.kind === 'ready') ready.resolve()
    else if (said !== undefined) own.hear(said)
  })
  return own
}

/** A line that the kill has cut off says nothing. */
function parsed(line: string): FromChild | undefined {
  try {
    return JSON.parse(line) as FromChild
  } catch {
    return undefined
  }
}

/** Runs until so many processes were killed, and one has finished what they have left. */
export async function crashRun(run: CrashRun): Promise<CrashRecord> {
  const { seed, kills } = run
  const acknowledged: { message: Message; verdict: Verdict }[] = []
  const faults: string[] = []
  const lives: [number, number][] = []
  const emitted: { sequence: number; type: string }[] = []
  const open = new Map<string, { message: Message; answered: (verdict: Verdict) => void }>()
  let living: Child | undefined
  let allowance = 0
  let waiting: (() => void)[] = []
  let draining = false

  function ask(message: Message): Promise<Verdict> {
    return new Promise((answered) => {
      open.set(message.id, { message, answered })
      living?.send(JSON.stringify(message))
    })
  }

  async function told(message: Message): Promise<void> {
    const verdict = await ask(message)
    acknowledged.push({ message, verdict })
  }

  /** Sends once more what was answered before: it is answered the same. */
  async function again(message: Message): Promise<void> {
    const first = acknowledged.findLast((one) => one.message.id === message.id)!.verdict
    const second = await ask(message)
    if (!isDeepStrictEqual(second, { ...first, duplicate: true }))
      faults.push(`${message.id} was answered ${JSON.stringify(first)}, and later ${JSON.stringify(second)}`)
  }

  async function leave(): Promise<boolean> {
    while (allowance === 0 && !draining) await new Promise<void>((resolve) => waiting.push(resolve))
    if (draining) return false
    allowance -= 1
    return true
  }

  const founded = Promise.all(tallies.map((to) => told({ id: to, to, start: null, expected: 'accepted' })))
  let begun = 0
  async function work(): Promise<void> {
    await founded
    while (await leave()) {
      begun += 1
      const messages = orderMessages(seed, begun)
      const { chance } = seeded(seed, `again ${begun}`)
      for (const message of messages) {
        await told(message)
        if (chance(0.1)) await again(message)
      }
    }
  }

  function hear(said: FromChild): void {
    if (said.kind === 'acknowledged') {
      const asked = open.get(said.id)
      open.delete(said.id)
      asked?.answered(said.verdict)
    } else if (said.kind === 'failed') faults.push(`${said.id}: ${said.error}`)
    else if (said.kind === 'emitted') emitted.push({ sequence: said.sequence, type: said.type })
  }

  /** Lets a process live until it is killed; without `death`, until it has finished. */
  async function live(one: Child, death: (Opening & { after: number }) | undefined): Promise<void> {
    await one.ready
    let opened: number | undefined
    let finished = false
    const { after, ...opening } = death ?? { after: longestEnd }
    // Its own crash point may lie further ahead than it gets: then it is killed from here.
    const kill = () => setTimeout(() => one.process.kill('SIGKILL'), after)
    let timer = opening.die === 'opening' ? kill() : undefined
    one.hear = (said) => {
      hear(said)
      finished ||= said.kind === 'finished'
      if (said.kind !== 'opened') return
      opened = said.at
      living = one
      timer ??= kill()
      for (const { message } of open.values()) one.send(JSON.stringify(message))
    }
    one.send(JSON.stringify(opening))
    if (death === undefined) {
      await Promise.race([Promise.all(workers), one.ended])
      one.send('finish')
    }
    await one.ended
    clearTimeout(timer)
    living = undefined
    if (opened !== undefined) lives.push([opened, Date.now()])
    if (one.process.signalCode !== 'SIGKILL' && !finished)
      faults.push(`a process ended by itself: ${one.errors()}`)
    else if (death === undefined && !finished)
      faults.push(`the last process did not come to an end; unanswered: ${[...open.keys()].join(', ')}`)
  }

  const workers = Array.from({ length: atOnce }, work)
  let next = child(run)
  for (let life = 1; life <= kills; life += 1) {
    const one = next
    // The next one loads meanwhile: between two lives there is no more than the opening.
    next = child(run)
    allowance += ordersPerLife
    for (const wake of waiting.splice(0)) wake()
    await live(one, deathOf(seed, life))
  }
  draining = true
  for (const wake of waiting.splice(0)) wake()
  waiting = []
  await live(next, undefined)
  return { seed, acknowledged, lives, emitted, faults }
}

/** Where a process dies: in its opening, after a while, or at a point of its own. */
function deathOf(seed: number, life: number): Opening & { after: number } {
  const { below, chance } = seeded(seed, `life ${life}`)
  if (chance(0.15)) return { die: 'opening', after: below(25) }
  if (chance(0.5)) return { after: below(longestLife) }
  const die = ['before', 'after', 'claimed', 'task', 'effect'][below(5)]!
  return { die, count: 1 + below(die === 'before' || die === 'after' ? 40 : 8), after: 2 * longestLife }
}

/** All that is sent for one order, in order: each message after the one before it was acknowledged. */
function orderMessages(seed: number, number: number): Message[] {
  const { below, chance } = seeded(seed, `order ${number}`)
  const to = `order/${number}`
  const messages: Message[] = []
  const send = (actor: string, type: string, data: Record<string, number>, expected?: Verdict['kind']) => {
    const id = `${number}-${messages.length}`
    const draft = { type, id, data }
    messages.push({ id, to: actor, draft, ...(expected === undefined ? {} : { expected }) })
  }
  const tally = () => {
    const actor = chance(0.5) ? tallies[0]! : tallies[below(tallies.length)]!
    if (chance(0.6)) send(actor, 'ADD', { amount: below(100) }, 'accepted')
    else if (chance(0.4)) send(actor, 'SNOOZE', { in: below(30) }, 'accepted')
    else if (chance(0.5)) send(actor, 'HUSH', {}, 'accepted')
    else send(actor, 'ODD', { amount: 1 }, 'refused')
  }

  messages.push({
    id: `${number}-start`,
    to,
    start: { name: to, declines: chance(0.3) },
    expected: 'accepted',
  })
  if (chance(0.2)) send(to, 'CHECKOUT', {}, 'refused')
  for (let lines = 1 + below(mostLines + 2), line = 1; line <= lines; line += 1) {
    send(to, 'LINE', { amount: below(50) }, line > mostLines ? 'refused' : 'accepted')
    if (chance(0.4)) send(to, 'NOTE', { in: below(80) }, 'accepted')
    if (chance(0.5)) tally()
  }
  send(to, 'CHECKOUT', {}, 'accepted')
  if (chance(0.3)) {
    if (chance(0.5)) tally()
    // Whether there is still something to cancel, or again something to pay, depends on how far it is.
    send(to, 'CANCEL', {})
    send(to, 'CHECKOUT', {})
  }
  for (let more = below(4); more > 0; more -= 1) {
    if (chance(0.5)) send(to, 'HURRY', {})
    else tally()
  }
  return messages
}
