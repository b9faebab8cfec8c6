// The main job on real parts: a git repository, a service under load, its deploy command, a daemon in its own process.
import { expect, it } from 'vitest'

import { story } from './story.ts'

it(
  'finds the configuration defect, rolls back and reports with nobody asking',
  { timeout: 180_000 },
  async () => {
    const { result, shown } = await story({ defect: 2 })
    expect(shown).toContain('PRODUCTION → INCIDENT')
    expect(result).toMatchObject({
      passed: true,
      live: 'orders/release-1',
      effectiveRollbacks: 1,
      audit: { sound: true },
    })
    // The law at work: each of these is shown, not only decided.
    for (const line of [
      'refused: DEPLOYMENT_REQUESTED in DEVELOPMENT',
      '$ opschart why',
      'waiting: incident-response-agent.triage',
    ]) {
      expect(shown).toContain(line)
    }
    expect(shown).toContain('gate plan_matches: no such operation is open')
    expect(shown).toContain('violation: CODE_MERGED in DEVELOPMENT')
    expect(result.guilty.found).toBe(result.guilty.planted)
  },
)
