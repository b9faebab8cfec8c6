// The main job on real parts: a git repository, a service under load, its deploy command, a daemon in its own process.
import { expect, it } from 'vitest'

import { story } from './story.ts'

it('finds the contract defect, rolls back and reports with nobody asking', { timeout: 180_000 }, async () => {
  const { result, shown } = await story({ defect: 3 })
  expect(shown).toContain('PRODUCTION → INCIDENT')
  expect(result).toMatchObject({
    passed: true,
    live: 'orders/release-1',
    effectiveRollbacks: 1,
    audit: { sound: true },
  })
  expect(result.guilty.found).toBe(result.guilty.planted)
})
