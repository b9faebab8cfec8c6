import type { Json } from '@opschart/core'
import * as fc from 'fast-check'
import { isDeepStrictEqual, inspect } from 'node:util'

import { liveRun } from './live-run.ts'
import { caseLiterals } from './machine-arbitraries.ts'
import type { CaseLiteral, MachineLiteral, StepLiteral } from './machine-literal.ts'
import type { Observation } from './observation.ts'

/** A durable actor of a literal's machine at work. */
export interface DurableRun {
  /** What could be seen when it had started. */
  readonly started: Observation
  /** Takes a step, and lets all that it sets off among the actors come to its end. */
  take(step: StepLiteral): Promise<Observation>
  /** Ends the run. Rejects when what it leaves behind is not sound. */
  close(): Promise<void>
}

/** Starts a durable actor named `root`, under a clock that shows 0, of the machine that `machineOf` makes. */
export type DurablePlace = (machine: MachineLiteral, input: Json) => Promise<DurableRun>

/**
 * Takes a case with XState's own actor and with a durable one, and compares all that can be seen after each step. False when
 * the case says nothing; see {@link LiveRun.useless}.
 *
 * @throws Error naming the step and the first difference, with the case as a literal that can be pasted into a test.
 */
export async function compareWithLive(given: CaseLiteral, place: DurablePlace): Promise<boolean> {
  const { machine, input, steps } = given
  const live = await liveRun(machine, { input })
  if (live.useless() !== undefined) return false
  let after = 'its start'
  let durable: DurableRun | undefined
  try {
    durable = await place(machine, input)
    hold(live.started, durable.started)
    for (const [index, step] of steps.entries()) {
      after = `step ${index + 1}, ${printed(step)}`
      const wanted = await live.take(step)
      if (live.useless() !== undefined) break
      hold(wanted, await durable.take(step))
    }
    const ended = durable
    durable = undefined
    if (live.useless() !== undefined) await ended.close().catch(() => {})
    else await ended.close()
    return live.useless() === undefined
  } catch (cause) {
    // What is left of it is as wrong as what was found.
    await durable?.close().catch(() => {})
    throw new Error(`after ${after}: ${(cause as Error).message}\n\n${printedCase(given)}`, { cause })
  } finally {
    live.stop()
  }
}

/**
 * The property that a durable actor is XState's own, for `fc.assert`: random machines, random schedules, and after every step
 * the same value, context, output, status, timers, operations and emissions of each actor of the tree. Cases that say nothing
 * are passed over.
 */
export function equalsLive(place: DurablePlace): fc.IAsyncPropertyWithHooks<[CaseLiteral]> {
  return fc.asyncProperty(caseLiterals, async (given) => {
    fc.pre(await compareWithLive(given, place))
  })
}

function hold(live: Observation, durable: Observation): void {
  if (isDeepStrictEqual(live, durable)) return
  const [where, wanted, got] = firstDifference(live, durable, '')
  throw new Error(
    `${where} of XState’s own actor is\n  ${printed(wanted)}\nand of the durable one\n  ${printed(got)}`,
  )
}

function firstDifference(live: unknown, durable: unknown, where: string): [string, unknown, unknown] {
  if (isObject(live) && isObject(durable) && Array.isArray(live) === Array.isArray(durable)) {
    for (const key of new Set([...Object.keys(live), ...Object.keys(durable)])) {
      const [one, other] = [live[key], durable[key]]
      if (!isDeepStrictEqual(one, other))
        return firstDifference(one, other, where === '' ? key : `${where}.${key}`)
    }
  }
  return [where, live, durable]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object'
}

const printed = (value: unknown): string =>
  inspect(value, { depth: null, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: null, compact: true })

/** A case as TypeScript. */
export function printedCase(given: CaseLiteral): string {
  // Through JSON, since fast-check's records have no prototype, which would be printed.
  const text = inspect(JSON.parse(JSON.stringify(given)), {
    depth: null,
    breakLength: 110,
    maxArrayLength: null,
  })
  return `const found: CaseLiteral = ${text}`
}
