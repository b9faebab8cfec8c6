import { setImmediate as turn } from 'node:timers/promises'

import type { Clock, Decision, JournalRow, Store } from '@opschart/core'

const page = 500
/** Milliseconds between two looks for what other processes have written. */
const rhythm = 250

/** A row as those who listen see it. */
export type HeardRow = Omit<JournalRow, 'hash'>

/** What this process has written: the rows up to a sequence, and the decisions that became the last of them. */
export interface Written {
  readonly sequence: number
  readonly decisions: readonly Decision[]
}

/** Hands out the journal's rows as they are written, by this process or another, in order and without a gap. */
export function createFeed(sources: {
  store: Store
  clock: Clock
  onRow: (row: HeardRow) => void
  /** Whether anybody listens: rows are read only then. */
  isHeard: () => boolean
  problem: (text: string) => void
}) {
  const { store, clock } = sources
  /** The last row that was handed out, or was written while nobody listened. */
  let told = 0
  let closed = false
  let looking: Promise<void> | undefined
  let again = false
  /** Whether others may have written. */
  let mustRead = false
  /** What this process has written and has not been handed out, by its first row: what was before it has not come yet. */
  const early = new Map<number, Written>()
  const waiting = new Set<() => void>()

  async function hand(): Promise<void> {
    // What is committed together is told one by one, within a turn.
    await turn()
    handOver()
    if (!mustRead && early.size === 0) return
    mustRead = false
    for (;;) {
      const rows = await store.history({ from: told + 1, limit: page })
      if (rows.length === 0) break
      for (const row of rows) if (row.sequence > told) tell(row)
      for (const wake of waiting) wake()
    }
    early.clear()
  }

  function tell(row: HeardRow): void {
    told = row.sequence
    try {
      sources.onRow(row)
    } catch (error) {
      sources.problem(`a listener broke on row ${row.sequence}: ${messageOf(error)}`)
    }
  }

  /** What this process has just written need not be read, when nobody else has written before it. */
  function handOver(): void {
    for (let next = early.get(told + 1); next !== undefined; next = early.get(told + 1)) {
      const first = told + 1
      early.delete(first)
      let sequence = first
      for (const { actor, version, definition, at, key, entry } of next.decisions) {
        tell({ sequence, actor, version, definition, at, key, entry })
        sequence += 1
      }
      for (const wake of waiting) wake()
    }
  }

  function heard(written: Written): void {
    if (written.sequence <= told || written.decisions.length === 0) return
    early.set(written.sequence - written.decisions.length + 1, written)
    handOver()
    if (early.size > 0) start()
  }

  function look(): void {
    mustRead = true
    start()
  }

  function start(): void {
    if (closed) return
    if (looking !== undefined) {
      again = true
      return
    }
    looking = hand()
      .catch((error: unknown) => {
        if (!closed) sources.problem(`the journal could not be read: ${messageOf(error)}`)
      })
      .finally(() => {
        looking = undefined
        if (again) {
          again = false
          start()
        }
      })
  }

  /** What others have written while nobody listens is passed over. */
  async function passOver(): Promise<void> {
    const { sequence } = await store.head()
    if (!sources.isHeard()) told = Math.max(told, sequence)
  }

  /** Resolves when this process has written, another one has since that count, or nobody waits any more. */
  async function somethingWritten(counter: number, given: Subscription): Promise<void> {
    while (!closed && !given.ended && (await store.changeCounter()) === counter) {
      if (closed || given.ended) return
      await new Promise<void>((resolve) => {
        const wake = () => {
          takeBack()
          waiting.delete(wake)
          given.wake = () => {}
          resolve()
        }
        const takeBack = clock.at(clock.now() + rhythm, wake)
        waiting.add(wake)
        given.wake = wake
      })
    }
  }

  async function* rows<View>(
    first: number,
    given: Subscription,
    view: (row: JournalRow) => View,
  ): AsyncGenerator<View> {
    let next = first
    while (!closed && !given.ended) {
      const counter = await store.changeCounter()
      const found = await store.history({ from: next, limit: page })
      for (const row of found) {
        yield view(row)
        next = row.sequence + 1
      }
      if (found.length === 0) await somethingWritten(counter, given)
    }
  }

  return {
    /** Something was written: by this process, or by others when it is not known what. */
    moved(written?: Written): void {
      if (closed) return
      if (sources.isHeard()) return written === undefined ? look() : heard(written)
      if (written === undefined) passOver().catch(() => {})
      else told = Math.max(told, written.sequence)
      for (const wake of waiting) wake()
    },
    /** Goes on from the journal's present end. */
    async start(): Promise<void> {
      told = (await store.head()).sequence
    },
    /** Every row from there on: those that exist, and those that come. Ends when the runtime closes, or at once when it is told to. */
    from<View>(first: number, view: (row: JournalRow) => View): AsyncGenerator<View> {
      const given: Subscription = { ended: false, wake: () => {} }
      const generator = rows(first, given, view)
      const end = generator.return.bind(generator)
      // A generator that waits would hear of its end only with the next row.
      generator.return = (value) => {
        given.ended = true
        given.wake()
        return end(value)
      }
      return generator
    },
    async idle(): Promise<void> {
      while (looking !== undefined) await looking
    },
    async close(): Promise<void> {
      closed = true
      for (const wake of waiting) wake()
      await looking
    },
  }
}

/** One who reads on: whether they have ended, and what wakes them. */
interface Subscription {
  ended: boolean
  wake: () => void
}

/** Hands out rows. */
export type Feed = ReturnType<typeof createFeed>

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
