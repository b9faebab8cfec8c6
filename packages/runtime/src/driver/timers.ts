import type { Clock, JsonObject, Store, Timer } from '@opschart/core'

import { shardOf } from './steps.ts'
import type { Turns } from './turn.ts'

const most = 100
const patience = 1_000

/** Fires timers at their time: one clock call for the nearest, however many there are [D4]. */
export function createTimers(sources: { store: Store; clock: Clock; turns: Turns; problem: (text: string) => void; after: () => void }) {
  const { store, clock, turns } = sources
  let takeBack: (() => void) | undefined
  let armedFor: number | undefined
  let closed = false
  let busy: Promise<void> | undefined
  let again = false

  async function fire(): Promise<void> {
    for (;;) {
      const due = await store.timersDue(clock.now(), most)
      if (due.length === 0 || closed) break
      for (const timer of due) await fireOne(timer)
      sources.after()
    }
    const next = await store.nextTimer()
    if (closed || (next === armedFor && takeBack !== undefined)) return
    takeBack?.()
    takeBack = undefined
    armedFor = next
    if (next === undefined) return
    takeBack = clock.at(next, () => {
      takeBack = undefined
      armedFor = undefined
      look()
    })
  }

  async function fireOne(timer: Timer): Promise<void> {
    const { actor, id, version, event } = timer
    const outcome = await turns.take(shardOf(actor), [
      {
        kind: 'private',
        entry: 'timer',
        actor,
        event: event as JsonObject & { type: string },
        fence: { timer: { id, version } },
      },
    ])
    // Nobody waits for it any more (its actor has ended): it goes, so that it is not found due again.
    if (outcome.sequence === 0) await store.commit([{ decisions: [], timersGone: [{ actor, id }] }])
  }

  /** Looks what is due, and when the next one is. Called after every turn that set or took back a timer. */
  function look(): void {
    if (closed) return
    if (busy !== undefined) {
      again = true
      return
    }
    busy = fire()
      .catch((error: unknown) => {
        sources.problem(`timers could not be looked at: ${error instanceof Error ? error.message : String(error)}`)
        if (closed) return
        takeBack?.()
        takeBack = clock.at(clock.now() + patience, () => {
          takeBack = undefined
          armedFor = undefined
          look()
        })
      })
      .finally(() => {
        busy = undefined
        if (again) {
          again = false
          look()
        }
      })
  }

  return {
    look,
    async idle(): Promise<void> {
      while (busy !== undefined) await busy
    },
    close(): void {
      closed = true
      takeBack?.()
    },
  }
}

/** Fires timers. */
export type Timers = ReturnType<typeof createTimers>
