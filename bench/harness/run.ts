import type { Found, Kit, Measure, Row } from '../plan.ts'
import type { Times } from './loops.ts'
import { readLoad, waitForQuiet } from './machine.ts'
import { median } from './statistics.ts'
import type { Subject } from './subject.ts'

/** How a run goes. */
export interface RunOptions {
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly times: Times
  readonly quick: boolean
  readonly folder: string
  /** Why the peers are not there; undefined when they are. */
  readonly peersMissing: string | undefined
  /** Seconds for which a window waits at most for the machine to be quiet, and all windows together. */
  readonly patience: { readonly each: number; readonly inAll: number }
  tell(text: string): void
}

/** What a run has found, and what went wrong in it. */
export interface Run {
  readonly found: Found
  /** By measure. */
  readonly failed: ReadonlyMap<string, string>
  readonly others: { readonly median: number; readonly worst: number }
  readonly samples: ReadonlyMap<string, readonly object[]>
}

/**
 * Runs every measure of the rows once in each round, in turn, so that what happens to the machine happens to all. Each
 * second round goes backwards: none always follows the same other.
 */
export async function run(options: RunOptions): Promise<Run> {
  const { rows, rounds } = options
  const measures = new Map<string, Measure>()
  for (const row of rows) for (const measure of row.measures) measures.set(measure.name, measure)
  const samples = new Map<string, object[]>()
  const failed = new Map<string, string>()
  const subjects = new Map<string, Promise<Subject>>()
  const others: number[] = []
  let waited = 0
  const found: Found = {
    of: (measure, part) =>
      (samples.get(measure) ?? []).map((sample) => Number((sample as Record<string, unknown>)[part])),
    missing: (measure) => failed.get(measure),
  }
  const kit: Kit = {
    ...options,
    subject(name, start) {
      const known = subjects.get(name)
      if (known !== undefined) return known
      const started = start()
      subjects.set(name, started)
      return started
    },
  }
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const order = [...measures.values()]
      // What others are reckoned from must come first in the first round.
      if (round % 2 === 0) order.reverse()
      for (const [index, measure] of order.entries()) {
        if (failed.has(measure.name)) continue
        if (measure.peer === true && options.peersMissing !== undefined) {
          failed.set(measure.name, options.peersMissing)
          continue
        }
        options.tell(`round ${round} of ${rounds}, ${index + 1} of ${order.length}: ${measure.name}`)
        try {
          const from = performance.now()
          await waitForQuiet(Math.min(options.patience.each, options.patience.inAll - waited))
          waited += (performance.now() - from) / 1_000
          const before = readLoad()
          const sample = await measure.run(kit, found)
          const after = readLoad()
          const { cpuSeconds } = sample as { cpuSeconds?: number }
          if (cpuSeconds !== undefined && (round > 1 || rounds === 1))
            others.push(Math.max(0, after.busy - before.busy - cpuSeconds) / (after.whole - before.whole))
          samples.set(measure.name, [...(samples.get(measure.name) ?? []), sample])
        } catch (error) {
          failed.set(measure.name, error instanceof Error ? error.message : String(error))
        }
      }
    }
  } finally {
    for (const subject of subjects.values()) await (await subject.catch(() => undefined))?.close()
  }
  return {
    found,
    failed,
    samples,
    others: { median: median(others), worst: others.length === 0 ? Number.NaN : Math.max(...others) },
  }
}
