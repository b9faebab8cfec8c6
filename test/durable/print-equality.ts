// Compares durable actors with XState's own on the build that node loads, and prints which it is and what came of it. Started
// by equals-live.test.ts.

import { compareWithLive, equalsLive } from '@opschart/testing'
import * as fc from 'fast-check'

import { xstateBuild } from '../law/recorded-sequence.ts'
import { tried } from './equality.ts'
import { foundCases } from './found-cases.ts'
import { inFile, inMemory } from './stores.ts'

let cases = 0
for (const [, given] of foundCases) cases += Number(await compareWithLive(given, inMemory))
for (const [place, runs] of [
  [inMemory, 40],
  [inFile, 15],
] as const) {
  const options = tried(runs)
  await fc.assert(equalsLive(place), options)
  cases += options.numRuns
}
console.log(`${xstateBuild()}: ${cases} cases are the same`)
