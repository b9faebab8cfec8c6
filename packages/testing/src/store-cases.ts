import type { Store } from '@opschart/core'

import type { Case } from './store-case.ts'
import { actorCases } from './store-cases-actors.ts'
import { commitCases } from './store-cases-commit.ts'
import { readingCases } from './store-cases-reading.ts'
import { timerCases } from './store-cases-timers.ts'
import { workCases } from './store-cases-work.ts'

/**
 * What every store promises. Each case takes a fresh store and closes it; the store hashes with SHA-256. A store that
 * outlives its process proves `durableStoreCases` as well.
 *
 * ```ts
 * for (const { name, run } of storeCases) it(name, () => run(() => myStore()))
 * ```
 */
export const storeCases: readonly Case<Store>[] = [
  ...commitCases,
  ...actorCases,
  ...workCases,
  ...timerCases,
  ...readingCases,
]
