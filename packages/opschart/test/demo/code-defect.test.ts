// The main job on real parts: a git repository, a service under load, its deploy command, a daemon in its own process.
import { expect, it } from 'vitest'

import { story } from './story.ts'

it(
  '[D3] [D5] the daemon is killed at each boundary of the roll-back, and there is one roll-back',
  { timeout: 180_000 },
  async () => {
    const { result, shown } = await story({ defect: 1, crash: true })
    expect(shown).toContain('PRODUCTION → INCIDENT')
    expect(result).toMatchObject({
      passed: true,
      live: 'orders/release-1',
      effectiveRollbacks: 1,
      audit: { sound: true },
    })
    expect(shown.match(/the daemon is killed/g)).toHaveLength(5)
    expect(result.guilty.found).toBe(result.guilty.planted)
  },
)
