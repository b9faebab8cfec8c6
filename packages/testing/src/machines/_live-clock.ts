import type { Json } from '@opschart/core'
import type { AnyActorRef } from 'xstate'

import { plain } from './observation.ts'

interface LiveTimer {
  readonly number: number
  readonly due: number
  readonly callback: () => void
}

interface Scheduler {
  schedule(source: AnyActorRef, target: AnyActorRef, event: object, delay: number, id?: string): void
  cancel(source: AnyActorRef, id: string): void
}

interface Told {
  readonly source: AnyActorRef
  readonly id: string | null
  readonly event: Json
}

/**
 * XState's clock port, moved by hand: each timer fires when the clock shows its time, of the same time the one that was set
 * first. (XState's own `SimulatedClock` jumps: a timer that another one sets would count from the end of the jump.)
 *
 * `watch` puts one rule of ours into the scheduler: a delayed event whose id is in use takes the place of the earlier one.
 * XState itself would let both fire, and lose the means to cancel either.
 */
export function createLiveClock(start: number) {
  let time = start
  let last = 0
  const timers = new Map<number, LiveTimer>()
  const told = new Map<number, Told>()

  const waiting = (until: number): readonly LiveTimer[] =>
    [...timers.values()]
      .filter(({ due }) => due <= until)
      .toSorted((one, other) => one.due - other.due || one.number - other.number)

  const fire = ({ number, due, callback }: LiveTimer): void => {
    timers.delete(number)
    time = Math.max(time, due)
    callback()
  }

  return {
    now: () => time,
    clock: {
      setTimeout(callback: (...given: never[]) => void, delay: number): number {
        last += 1
        timers.set(last, { number: last, due: time + delay, callback: callback as () => void })
        return last
      },
      clearTimeout: (number: number) => void timers.delete(number),
    },
    watch(root: AnyActorRef): void {
      const scheduler = (root.system as unknown as { scheduler: Scheduler }).scheduler
      const schedule = scheduler.schedule.bind(scheduler)
      scheduler.schedule = (source, target, event, delay, id) => {
        if (id !== undefined) scheduler.cancel(source, id)
        schedule(source, target, event, delay, id)
        told.set(last, { source, id: id ?? null, event: plain(event) })
      }
    },
    isDue: (until: number) => waiting(until).length > 0,
    /** Fires what is due by then, and what that makes due. */
    pass(until: number): void {
      for (let [next] = waiting(until); next; [next] = waiting(until)) fire(next)
    },
    async advance(milliseconds: number, settle: () => Promise<unknown>): Promise<void> {
      const until = time + milliseconds
      for (let [next] = waiting(until); next; [next] = waiting(until)) {
        fire(next)
        await settle()
      }
      time = until
    },
    timers: () =>
      waiting(Number.POSITIVE_INFINITY).flatMap(({ number, due }) => {
        const known = told.get(number)
        return known === undefined ? [] : [{ ...known, due }]
      }),
  }
}
