import { setImmediate as turn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

import {
  entryOf,
  OperationError,
  type Clock,
  type JournalEntry,
  type JournalRow,
  type Json,
  type Timer,
} from '@opschart/core'
import { createRuntime, memoryStore, type Runtime } from '@opschart/runtime'

import { orderMachines } from './order-machines.ts'

/** Turns of the event loop that a unit is given to be written. */
const patience = 10_000

/**
 * A runtime that is never killed, given what came from outside in a journal: the same signals, outcomes and firings of
 * timers, in that order and at the recorded times. It decides everything itself: what comes from within must follow.
 */
export async function twinOf(rows: readonly JournalRow[]) {
  const store = memoryStore()
  const faults: string[] = []
  let now = 0
  /** The timer that may fire next. */
  let permitted: Timer[] = []
  const clock: Clock = { now: () => now, at: () => () => {} }
  const outcomes = new Map<string, PromiseWithResolvers<Json>>()
  const outcomeOf = (key: string) => {
    const found = outcomes.get(key) ?? Promise.withResolvers<Json>()
    outcomes.set(key, found)
    return found
  }

  const runtime = await createRuntime({
    store: {
      ...store,
      timersDue: () => Promise.resolve(permitted.splice(0)),
      nextTimer: () => Promise.resolve(undefined),
    },
    clock,
    machines: orderMachines(({ key }) => outcomeOf(key).promise),
    concurrency: Infinity,
    others: 0,
    onProblem: (text) => faults.push(`the twin tells a problem: ${text}`),
  })

  async function give(row: JournalRow, entry: JournalEntry): Promise<unknown> {
    const { actor, key } = row
    const id = actor.slice('machine:'.length)
    const { event, by, kind, cause } = entry
    if (kind === 'opened') {
      const input = event['input']
      return runtime.as(by!).start(id, input === undefined ? {} : { input })
    }
    if (kind === 'signal') {
      const { type, ...data } = event
      return runtime.as(by!).send(id, { type, data, id: key!.id })
    }
    if (kind === 'result') {
      const { resolve, reject } = outcomeOf(cause!)
      if (event.type.startsWith('xstate.done.')) return resolve(event['output'] as Json)
      const { name, message, code } = event['error'] as { name: string; message: string; code?: string }
      if (name === 'OperationError') return reject(new OperationError({ code: code!, message }))
      return reject(Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) }))
    }
    const timers = await store.timersDue(Infinity, Infinity)
    const timer = timers.find((one) => one.id === cause && (one.actor === actor || isAway(one)))
    if (timer === undefined) return void faults.push(`row ${row.sequence}: the twin has no timer ${cause}`)
    permitted = [timer]
    return runtime.check()
  }

  const outside = rows.filter((row) => isFromOutside(row, entryOf(row)))
  for (const [index, row] of outside.entries()) {
    if (faults.length > 0) break
    now = row.at
    const given = give(row, entryOf(row))
    const last = (outside[index + 1]?.sequence ?? rows.length + 1) - 1
    let turns = 0
    while ((await store.head()).sequence < last && turns < patience) {
      turns += 1
      await turn()
    }
    await given
    const difference = await firstDifference(row.sequence, last)
    if (difference !== undefined) faults.push(difference)
  }
  return { runtime: runtime as Runtime, store, faults }

  async function firstDifference(from: number, to: number): Promise<string | undefined> {
    const own = await store.history({ from, limit: Infinity })
    for (let sequence = from; sequence <= Math.max(to, from + own.length - 1); sequence += 1) {
      const [one, other] = [rows[sequence - 1], own[sequence - from]]
      if (sequence <= to && isDeepStrictEqual(one, other)) continue
      return `row ${sequence} is ${JSON.stringify(one)}, the twin’s ${JSON.stringify(other)}`
    }
    return undefined
  }
}

const isAway = ({ event }: Timer) => (event as { to?: string }).to !== undefined

/** What is not a message between actors, nor a child that another has started. */
function isFromOutside({ key }: JournalRow, { kind }: JournalEntry): boolean {
  return key !== null || kind === 'timer' || kind === 'result'
}
