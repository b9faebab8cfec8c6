import type { Clock, JournalRow, LogEntryView, Store } from '@opschart/core'

const page = 500
/** Milliseconds between two looks for what other processes have written. */
const rhythm = 250

/** Hands out the journal's rows as they are written, by this process or another, in order and without a gap. */
export function createFeed(sources: {
  store: Store
  clock: Clock
  onRow: (row: JournalRow) => void
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
  const waiting = new Set<() => void>()

  async function hand(): Promise<void> {
    for (;;) {
      const rows = await store.history({ from: told + 1, limit: page })
      if (rows.length === 0) return
      for (const row of rows) {
        told = row.sequence
        try {
          sources.onRow(row)
        } catch (error) {
          sources.problem(`a listener broke on row ${row.sequence}: ${messageOf(error)}`)
        }
      }
      for (const wake of waiting) wake()
    }
  }

  function look(): void {
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
          look()
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

  async function* rows(
    first: number,
    given: Subscription,
    view: (row: JournalRow) => LogEntryView,
  ): AsyncGenerator<LogEntryView> {
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
    /** Something was written: by this process up to that row, or by others when it is not known. */
    moved(sequence?: number): void {
      if (sources.isHeard()) return look()
      if (sequence === undefined) passOver().catch(() => {})
      else told = Math.max(told, sequence)
      for (const wake of waiting) wake()
    },
    /** Goes on from the journal's present end. */
    async start(): Promise<void> {
      told = (await store.head()).sequence
    },
    /** Every row from there on: those that exist, and those that come. Ends when the runtime closes, or at once when it is told to. */
    from(first: number, view: (row: JournalRow) => LogEntryView): AsyncGenerator<LogEntryView> {
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
