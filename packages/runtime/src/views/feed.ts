import type { Clock, JournalRow, LogEntryView, Store } from '@opschart/core'

const page = 500
/** Milliseconds between two looks for what other processes have written. */
const rhythm = 250

/** Hands out the journal's rows as they are written, by this process or another, in order and without a gap. */
export function createFeed(sources: { store: Store; clock: Clock; onRow: (row: JournalRow) => void; problem: (text: string) => void }) {
  const { store, clock } = sources
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
        sources.onRow(row)
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
        if (!closed) sources.problem(`the journal could not be read: ${error instanceof Error ? error.message : String(error)}`)
      })
      .finally(() => {
        looking = undefined
        if (again) {
          again = false
          look()
        }
      })
  }

  return {
    look,
    /** Goes on from the journal's present end. */
    async start(): Promise<void> {
      told = (await store.head()).sequence
    },
    /** Every row from there on: those that exist, and those that come. Ends when the runtime closes. */
    async *from(first: number, view: (row: JournalRow) => LogEntryView): AsyncGenerator<LogEntryView> {
      let next = first
      while (!closed) {
        const counter = await store.changeCounter()
        const rows = await store.history({ from: next, limit: page })
        for (const row of rows) {
          yield view(row)
          next = row.sequence + 1
        }
        if (rows.length === 0) await somethingWritten(counter)
      }
    },
    async idle(): Promise<void> {
      while (looking !== undefined) await looking
    },
    close(): void {
      closed = true
      for (const wake of waiting) wake()
    },
  }

  /** Resolves when this process has written, or another one has since that count. */
  async function somethingWritten(counter: number): Promise<void> {
    while (!closed && (await store.changeCounter()) === counter) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          takeBack()
          waiting.delete(wake)
          resolve()
        }
        const takeBack = clock.at(clock.now() + rhythm, wake)
        waiting.add(wake)
      })
    }
  }
}

/** Hands out rows. */
export type Feed = ReturnType<typeof createFeed>
