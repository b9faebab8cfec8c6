import process from 'node:process'

import type { Store } from '@opschart/core'

/** A place in a program where it may die: called with the kind of place it is. */
export type CrashPoint = (kind: string) => void

/** Kills this process at the so-manieth point of a kind, counted from now. */
export function crashPoint(kind: string, count: number): CrashPoint {
  let passed = 0
  return (name) => {
    if (name !== kind) return
    passed += 1
    if (passed === count) process.kill(process.pid, 'SIGKILL')
  }
}

/** A store that is a crash point `before` and `after` each commit, and where work was `claimed`. */
export function mortalStore(store: Store, point: CrashPoint): Store {
  return {
    ...store,
    async commit(units) {
      point('before')
      const outcomes = await store.commit(units)
      point('after')
      return outcomes
    },
    async claim(claim) {
      const work = await store.claim(claim)
      point('claimed')
      return work
    },
  }
}
