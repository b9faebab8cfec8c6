// Properties:
//   - XState accepts every random machine.
//   - The machines have every feature, and runs of them come to every feature: the generator is no toy.
//   - Two live runs of one case are the same in all that can be seen.
//   - Hardly any case is of no use: one that goes on for ever, or sends to a child that is not there.

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { liveRun } from '../src/machines/live-run.ts'
import { caseLiterals } from '../src/machines/machine-arbitraries.ts'
import { createFeatureWatch, features, featuresOf, type Feature } from './feature-watch.ts'

const seed = 20_261_128

describe('random machines', () => {
  // XState's development build tells of each event that comes to a stopped actor.
  beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
  afterEach(() => void vi.restoreAllMocks())

  it('have every feature and come to it; two live runs are the same', async () => {
    const used = new Map<Feature, number>()
    const taken = new Map<Feature, number>()
    let [useless, steps, moved] = [0, 0, 0]
    const cases = fc.sample(caseLiterals, { numRuns: 1_000, seed })
    for (const { machine, input, steps: schedule } of cases) {
      const watch = createFeatureWatch()
      const run = await liveRun(machine, { input, inspect: watch.inspect })
      const again = await liveRun(machine, { input })
      expect(again.started).toEqual(run.started)
      let before = JSON.stringify(run.started.actors)
      for (const step of schedule) {
        const seen = await run.take(step)
        expect(await again.take(step)).toEqual(seen)
        if (run.useless() !== undefined) break
        const now = JSON.stringify(seen.actors)
        steps += 1
        moved += now === before ? 0 : 1
        before = now
      }
      if (run.useless() !== undefined) useless += 1
      for (const feature of featuresOf(machine)) used.set(feature, (used.get(feature) ?? 0) + 1)
      for (const feature of watch.taken) taken.set(feature, (taken.get(feature) ?? 0) + 1)
    }
    const table = features.map((feature) => [feature, used.get(feature) ?? 0, taken.get(feature) ?? 0])
    if (process.env['OPSCHART_FEATURES'] !== undefined)
      console.table([...table, ['moved', steps, moved], ['useless', 1000, useless]])
    expect(table.filter(([, has, comes]) => Number(has) < 50 || Number(comes) < 10)).toEqual([])
    expect(useless).toBeLessThan(100)
    expect(moved / steps).toBeGreaterThan(0.3)
  }, 60_000)
})
