import {
  canonicalJson,
  OpschartError,
  type Clock,
  type JsonObject,
  type Store,
  type Timer,
} from '@opschart/core'

import { isMachineActor, rootOf } from '../machines/actor-names.ts'
import { misfitPatience, type Trees } from '../machines/trees.ts'
import { shardOf } from './names.ts'
import type { Turns } from './turn.ts'

const most = 100
const patience = 1_000

/** Fires timers at their time: one clock call for the nearest, however many there are [D4]. */
export function createTimers(sources: {
  store: Store
  clock: Clock
  turns: Turns
  trees: Trees
  problem: (text: string) => void
  after: () => void
}) {
  const { store, clock, turns, trees } = sources
  let takeBack: (() => void) | undefined
  let armedFor: number | undefined
  let closed = false
  let busy: Promise<void> | undefined
  let again = false

  async function fire(): Promise<void> {
    // One that cannot be fired holds up no other: it stays due, and is tried again after a while.
    const failing = new Map<string, unknown>()
    /** What is due and is not fired now. */
    const passed = new Set<string>()
    let misfits = false
    for (;;) {
      const found = await store.timersDue(clock.now(), most + passed.size)
      const due = found.filter((timer) => !passed.has(nameOf(timer)))
      if (due.length === 0 || closed) break
      let fired = false
      // Those of one shard in order; the shards beside one another, so that they are written together.
      const lines = Map.groupBy(due, ({ actor }) => shardOfTimer(actor))
      await Promise.all(
        [...lines.values()].map(async (line) => {
          for (const timer of line) {
            if (closed) return
            try {
              if (await fireOne(timer)) fired = true
              else {
                misfits = true
                passed.add(nameOf(timer))
              }
            } catch (error) {
              if (error instanceof OpschartError && error.code === 'storage') throw error
              failing.set(nameOf(timer), error)
              passed.add(nameOf(timer))
            }
          }
        }),
      )
      if (closed) return
      // Nothing follows from what was not fired: to look again at once would go round in a circle.
      if (fired) sources.after()
    }
    for (const error of failing.values()) throw error
    const due = await nextDue(passed)
    const next = misfits ? Math.min(due ?? Infinity, clock.now() + misfitPatience) : due
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

  /** When the next one is due that was not passed over. */
  async function nextDue(passed: ReadonlySet<string>): Promise<number | undefined> {
    if (passed.size === 0) return store.nextTimer()
    const first = await store.timersDue(Infinity, passed.size + 1)
    return first.find((timer) => !passed.has(nameOf(timer)))?.due
  }

  /** False when its actor does not fit: then it waits. */
  async function fireOne(timer: Timer): Promise<boolean> {
    const { actor, id, version, event } = timer
    if (isMachineActor(actor)) {
      if ((await trees.misfitOf(actor)) !== undefined) return false
      await trees.fire(timer)
      return true
    }
    await turns.take(shardOf(actor), [
      {
        kind: 'private',
        entry: 'timer',
        actor,
        event: event as JsonObject & { type: string },
        fence: { timer: { id, version } },
      },
    ])
    return true
  }

  /** Looks what is due, and when the next one is; not when `due` is no earlier than what is waited for anyway. */
  function look(due = -Infinity): void {
    if (closed || due === Infinity) return
    // What is being looked at may have been read before this one was set.
    if (busy !== undefined) {
      again = true
      return
    }
    if (takeBack !== undefined && due >= armedFor!) return
    busy = fire()
      .catch((error: unknown) => {
        sources.problem(
          `timers could not be looked at: ${error instanceof Error ? error.message : String(error)}`,
        )
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
    isIdle: () => busy === undefined,
    async idle(): Promise<void> {
      while (busy !== undefined) await busy
    },
    /** Fires no more; resolves when the one that is being fired is. */
    async close(): Promise<void> {
      closed = true
      takeBack?.()
      await busy
    },
  }
}

const shardOfTimer = (actor: string) => (isMachineActor(actor) ? rootOf(actor) : shardOf(actor))

/** Fires timers. */
export type Timers = ReturnType<typeof createTimers>

const nameOf = ({ actor, id, version }: Timer) => canonicalJson([actor, id, version])
