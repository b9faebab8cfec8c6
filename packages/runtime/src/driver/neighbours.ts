import type { Clock, Store } from '@opschart/core'

/**
 * Notices what other processes write to the same store: a signal that a command sent, work that somebody cancelled. It
 * asks the store's change counter, which costs next to nothing, and looks only when that has moved.
 */
export function createNeighbours(sources: { store: Store; clock: Clock; rhythm: number; moved: () => void }) {
  const { store, clock, rhythm, moved } = sources
  let takeBack: (() => void) | undefined
  let seen: number | undefined
  let closed = false

  async function look(): Promise<void> {
    // A store that cannot be read for a while is asked again: whoever needs it more urgently says so.
    const counter = await store.changeCounter().catch(() => seen)
    if (closed) return
    if (counter !== seen) moved()
    seen = counter
    schedule()
  }

  function schedule(): void {
    takeBack = clock.at(clock.now() + rhythm, () => void look())
  }

  return {
    start(): void {
      if (rhythm > 0) schedule()
    },
    close(): void {
      closed = true
      takeBack?.()
    },
  }
}
