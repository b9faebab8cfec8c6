import { xstateReader, type Clock } from '@opschart/core'
import type { AppHub } from '@opschart/hosts/apps'
import type { InspectionEvent } from 'xstate'

/** Events that wait to be read; those that come while as many do are dropped, and counted. */
const mostWaiting = 10_000
/** Milliseconds after which reading lets the app go on. */
const turn = 5

/**
 * Makes an observer for `createActor(machine, { inspect })`. Within the app's own step it only notes what it is told; that
 * is read when the app has nothing else to do at the moment, a few milliseconds at a time. It never throws.
 */
export function inspectInProcess(options: {
  readonly hub: AppHub
  readonly clock: Clock
  /** As its first actor is called when absent. */
  readonly name?: string
}): { inspect(event: InspectionEvent): void; close(): void } {
  const { hub, clock, name } = options
  const connection = hub.open(xstateReader, name)
  let waiting: { readonly event: InspectionEvent; readonly at: number }[] = []
  let next = 0
  let dropped = 0
  let takeBack: (() => void) | undefined

  function readSome(): void {
    takeBack = undefined
    const end = clock.now() + turn
    for (; next < waiting.length && clock.now() < end; next += 1) {
      const { event, at } = waiting[next]!
      connection.hear(event, at)
    }
    if (next < waiting.length) return readLater()
    if (dropped > 0) connection.lose(dropped, 'the app did more than could be followed')
    dropped = 0
    waiting = []
    next = 0
  }

  const readLater = (): void => {
    takeBack ??= clock.at(clock.now(), readSome)
  }

  return {
    inspect(event) {
      switch (event.type) {
        case '@xstate.actor':
        case '@xstate.event':
        case '@xstate.snapshot':
          if (waiting.length - next < mostWaiting) waiting.push({ event, at: clock.now() })
          else dropped += 1
          readLater()
          return
        case '@xstate.action':
        case '@xstate.microstep':
        case '@xstate.transition':
      }
    },
    close() {
      takeBack?.()
      waiting = []
      next = 0
      connection.end()
    },
  }
}
