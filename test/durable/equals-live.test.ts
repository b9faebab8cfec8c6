// Properties:
//   - Durable equals live: for any machine and any schedule, on both stores, an actor whose process is gone after every step
//     shows what XState's own actor shows that was never interrupted, and its journal can be replayed.
//   - The kernel alone does so too, driven by the plainest of drivers: what differs then is the driver's doing.
//   - What was once different is not so any more.
//   - It is so with XState's development build, which tests load, and its production build, which users run.

import { compareWithLive, equalsLive, type DurablePlace } from '@opschart/testing'
import * as fc from 'fast-check'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { tried } from './equality.ts'
import { foundCases } from './found-cases.ts'
import { plainDriver } from './plain-driver.ts'
import { inFile, inMemory } from './stores.ts'

const plainly: DurablePlace = (machine, input) => Promise.resolve(plainDriver(machine, input))
const patience = 3_600_000

describe('[D11] a durable actor', () => {
  // XState's development build tells of each event that comes to a stopped actor.
  beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
  afterEach(() => void vi.restoreAllMocks())

  it.each(foundCases)('is XState’s own where it once was not: %s', async (_, given) => {
    for (const place of [plainly, inMemory, inFile]) expect(await compareWithLive(given, place)).toBe(true)
  })

  it('is XState’s own by the kernel alone', () => fc.assert(equalsLive(plainly), tried(120)), patience)

  it('is XState’s own on the store in memory', () => fc.assert(equalsLive(inMemory), tried(100)), patience)

  it('is XState’s own on the store in a file', () => fc.assert(equalsLive(inFile), tried(30)), patience)

  it(
    'is XState’s own on its production build',
    async () => {
      const script = path.join(import.meta.dirname, 'print-equality.ts')
      const { OPSCHART_RUNS, OPSCHART_SEED } = process.env
      const asked = Object.fromEntries(
        Object.entries({ OPSCHART_RUNS, OPSCHART_SEED }).filter(([, value]) => value !== undefined),
      )
      const { stdout } = await promisify(execFile)(process.execPath, [script], {
        env: { PATH: process.env['PATH'], ...asked },
        maxBuffer: 64 * 1024 * 1024,
      })
      expect(stdout.trim()).toMatch(/^production: \d+ cases are the same$/)
    },
    patience,
  )
})
