// Properties:
//   - Ten lines check a user's own chart, and a chart that breaks a promise is found and shrunk to its cause.
//   - The default law keeps what every law must keep, for sequences of which half the steps are legal.
//   - Sequences get somewhere: every phase is visited and every kind of verdict given.

import {
  checkLaw,
  createLifecycle,
  defineLifecycle,
  phaseOf,
  releaseLifecycle,
  type Lifecycle,
} from '@opschart/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { lawProperty } from './law-property.ts'

const release = defineLifecycle({
  id: 'release',
  agents: ['deployer', 'responder'],
  initial: 'STAGING',
  phases: {
    STAGING: { allow: ['deployer'], on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'] } } },
    PRODUCTION: { allow: ['responder'], on: { ERRORS_ROSE: 'INCIDENT' } },
    INCIDENT: { allow: ['responder'], on: { RESOLVED: 'PRODUCTION' } },
  },
})

describe('the law property', () => {
  it('holds for a small law, and the walk finds nothing', () => {
    expect(checkLaw(release, { invariants: [{ enter: 'PRODUCTION', onlyFrom: ['STAGING'] }] })).toEqual([])
    fc.assert(lawProperty(release), { numRuns: 100, seed: 1 })
  })

  it('holds for the default law, in every phase and with every verdict', () => {
    const phases = new Set<string>()
    const kinds = new Set<string>()
    const check = ({
      after,
      asked,
    }: {
      after: Parameters<typeof phaseOf>[0]
      asked?: { decided: { verdict: { kind: string } } }
    }) => {
      phases.add(phaseOf(after))
      if (asked !== undefined) kinds.add(asked.decided.verdict.kind)
    }
    fc.assert(lawProperty(releaseLifecycle as Lifecycle, { check, legal: 60 }), { numRuns: 120, seed: 2 })
    expect([...phases].toSorted()).toEqual(Object.keys(releaseLifecycle.definition.phases).toSorted())
    expect([...kinds].toSorted()).toEqual(['accepted', 'ignored', 'refused', 'violation', 'waiting'])
  }, 30_000)

  it('finds a gate that is no pure function, and says so', () => {
    let count = 0
    const gates = { sometimes: () => (count++ % 5 === 0 ? (true as const) : `no, ${count}`) }
    const moody = createLifecycle(
      {
        ...release.definition,
        phases: {
          ...release.definition.phases,
          STAGING: { on: { DEPLOYED: { to: 'PRODUCTION', gate: 'sometimes' } } },
        },
      },
      { gates },
    )
    const found = fc.check(lawProperty(moody), { numRuns: 100, seed: 3 })
    expect(String(found.errorInstance)).toMatch(
      /broken: the same question has the same answer; in STAGING, on .*DEPLOYED/,
    )
    expect(found.counterexample?.[0].length).toBe(1)
  })

  it('finds a promise of the user’s own that is broken, and shrinks to the fewest steps', () => {
    const check = ({ after }: { after: Parameters<typeof phaseOf>[0] }) => {
      if (phaseOf(after) === 'INCIDENT') throw new Error('there was an incident')
    }
    const found = fc.check(lawProperty(release, { check }), { numRuns: 200, seed: 4 })
    expect(found.failed).toBe(true)
    expect(found.counterexample?.[0].length).toBe(2)
  })

  it('refuses names that do not exist, at compile time and at run time', () => {
    const agents = ['deployer'] as const
    expect(() =>
      defineLifecycle({
        id: 'typo',
        agents,
        // @ts-expect-error a phase that there is not
        initial: 'STAGNG',
        phases: { STAGING: {} },
      }),
    ).toThrow('law typo, initial: no phase STAGNG; there are STAGING')
    expect(() =>
      defineLifecycle({
        id: 'typo',
        agents,
        initial: 'STAGING',
        // @ts-expect-error an agent that there is not
        phases: { STAGING: { allow: ['deploier'] } },
      }),
    ).toThrow('law typo, phase STAGING: no agent deploier; there are deployer')
    expect(() =>
      defineLifecycle({
        id: 'typo',
        agents,
        initial: 'STAGING',
        // @ts-expect-error an arrow that leads nowhere
        phases: { STAGING: { on: { DEPLOYED: 'PRODUCTIN' } }, PRODUCTION: {} },
      }),
    ).toThrow('law typo, arrow DEPLOYED of STAGING: no phase PRODUCTIN; there are STAGING, PRODUCTION')
    expect(() =>
      defineLifecycle({
        id: 'typo',
        agents,
        initial: 'STAGING',
        // @ts-expect-error a sender that there is not
        phases: { STAGING: { on: { DEPLOYED: { by: ['deploier'] } } } },
      }),
    ).toThrow('law typo, arrow DEPLOYED of STAGING: no sender deploier')
  })
})
