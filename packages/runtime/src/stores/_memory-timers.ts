import type { Json, Timer } from '@opschart/core'

import { orderedList } from './_ordered-list.ts'
import type { PreparedUnit } from './_prepared-unit.ts'

type PreparedTimer = PreparedUnit['timers'][number]
interface Item {
  readonly number: number
  readonly timer: PreparedTimer
}

/** The timers of a store in memory: the earliest first, and of those due together the one that was set first. */
export function memoryTimers() {
  const byActor = new Map<string, Map<string, Item>>()
  const inOrder = orderedList(earlier)
  let last = 0

  function remove({ actor, id }: { readonly actor: string; readonly id: string }): void {
    const own = byActor.get(actor)
    const item = own?.get(id)
    if (!own || !item) return
    inOrder.remove(item)
    own.delete(id)
    if (own.size === 0) byActor.delete(actor)
  }

  return {
    remove,
    set(timer: PreparedTimer): void {
      remove(timer)
      last += 1
      const item = { timer, number: last }
      const own = byActor.get(timer.actor) ?? new Map<string, Item>()
      byActor.set(timer.actor, own.set(timer.id, item))
      inOrder.add(item)
    },
    due(now: number, limit: number): Timer[] {
      const due: Timer[] = []
      for (const item of inOrder.items) {
        if (item.timer.due > now || due.length >= limit) break
        due.push(timerOf(item))
      }
      return due
    },
    /** All of them, in the order in which they were set. */
    written: (): Timer[] => inOrder.items.toSorted((one, other) => one.number - other.number).map(timerOf),
    next: (): number | undefined => inOrder.items[0]?.timer.due,
    of: (actor: string): Timer[] => [...(byActor.get(actor)?.values() ?? [])].toSorted(earlier).map(timerOf),
  }
}

// Times are not subtracted: two infinite ones would give NaN.
function earlier(one: Item, other: Item): number {
  return one.timer.due < other.timer.due
    ? -1
    : one.timer.due > other.timer.due
      ? 1
      : one.number - other.number
}

function timerOf({ timer }: Item): Timer {
  return { ...timer, event: JSON.parse(timer.event) as Json }
}
