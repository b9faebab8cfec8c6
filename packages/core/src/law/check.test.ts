// Properties:
//   - The default law has no finding, and its promise about PRODUCTION holds.
//   - Each kind of finding is found in a law that has it, named as a person would look for it.
//   - A promise that does not hold comes with the fewest signals that break it.

import { describe, expect, it } from 'vitest'

import {
  createLifecycle,
  releaseLifecycle,
  type LifecycleDefinition,
  type LifecycleOptions,
  type Lifecycle,
} from '../index.ts'
import { checkLaw, type CheckOptions } from './check.ts'

const check = (
  definition: Omit<LifecycleDefinition, 'id'>,
  options: LifecycleOptions = {},
  more: CheckOptions = {},
) => checkLaw(createLifecycle({ id: 'law', ...definition }, options), more)

const small: Omit<LifecycleDefinition, 'id'> = {
  agents: ['deployer', 'responder'],
  initial: 'STAGING',
  phases: {
    STAGING: { allow: ['deployer'], on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'] } } },
    PRODUCTION: { allow: ['responder'], on: { ERRORS_ROSE: 'INCIDENT' } },
    INCIDENT: { allow: ['responder'], on: { RESOLVED: 'PRODUCTION' } },
  },
}
const phases = (changed: LifecycleDefinition['phases']) => ({
  ...small,
  phases: { ...small.phases, ...changed },
})

describe('the default law', () => {
  const law = releaseLifecycle as Lifecycle

  it('has no finding, and its promise holds', () => {
    const invariants = [{ enter: 'PRODUCTION', onlyFrom: ['STAGING'], orBy: ['ADOPTED'] }]
    expect(checkLaw(law, { invariants })).toEqual([])
  })

  it('breaks the promise without a person’s word, in one signal', () => {
    expect(checkLaw(law, { invariants: [{ enter: 'PRODUCTION', onlyFrom: ['STAGING'] }] })).toEqual([
      {
        kind: 'invariant',
        about: 'PRODUCTION is first entered only from STAGING',
        text: 'PRODUCTION is first entered only from STAGING: not so; ADOPTED leads there from DEVELOPMENT',
        path: ['ADOPTED'],
      },
    ])
  })

  it('has the shortest way to what is promised wrongly', () => {
    const invariants = [{ enter: 'ROLLBACK', onlyFrom: ['PRODUCTION'], orBy: ['ADOPTED'] }]
    expect(checkLaw(law, { invariants })[0]?.path).toEqual([
      'REVIEW_REQUESTED',
      'CODE_MERGED',
      'DEPLOYMENT_COMPLETE',
      'ERROR_THRESHOLD_EXCEEDED',
      'ROLLBACK_REQUESTED',
    ])
  })

  it('is refused a promise about what there is not', () => {
    expect(() => checkLaw(law, { invariants: [{ enter: 'PRODUCTON', onlyFrom: [] }] })).toThrow(
      'no phase PRODUCTON; there are DEVELOPMENT',
    )
    expect(() =>
      checkLaw(law, { invariants: [{ enter: 'REVIEW', onlyFrom: [], orBy: ['ADOPTD'] }] }),
    ).toThrow('no signal ADOPTD')
  })
})

describe('a small law', () => {
  it('has no finding', () => {
    expect(check(small)).toEqual([])
  })

  it('may end: a phase without arrows and agents is no trap', () => {
    expect(check(phases({ INCIDENT: { on: { RESOLVED: 'OVER' } }, OVER: {} }))).toEqual([])
  })

  it('may end by `opschart move`', () => {
    expect(check(phases({ INCIDENT: { allow: ['responder'], moves: ['PRODUCTION'] } }))).toEqual([])
  })
})

describe('a finding', () => {
  const kinds = (findings: ReturnType<typeof checkLaw>) =>
    findings.map(({ kind, about }) => `${kind}: ${about}`)

  it('unreachable: no way leads there', () => {
    const [finding] = check(phases({ ATTIC: { on: { DUSTED: 'STAGING' } } }))
    expect(finding).toMatchObject({ kind: 'unreachable', about: 'ATTIC' })
    expect(finding?.text).toBe(
      'ATTIC is never reached: no arrow that anyone may take leads to it; add an arrow to it',
    )
  })

  it('unreachable: a person’s word alone leads there', () => {
    const [finding] = check({ ...phases({ ATTIC: {} }), all: { ADOPTED: { to: '*', by: ['person'] } } })
    expect(finding?.text).toContain('only ADOPTED leads to it')
  })

  it('unreachable: behind an arrow that nobody may take', () => {
    const shut = phases({
      PRODUCTION: {
        allow: ['responder'],
        on: { ERRORS_ROSE: { to: 'INCIDENT', by: ['deployer'] }, ENDED: 'STAGING' },
      },
    })
    expect(kinds(check(shut))).toEqual(['unreachable: INCIDENT', 'dead_arrow: ERRORS_ROSE of PRODUCTION'])
  })

  it('trap: it is never left, with the way into it', () => {
    const [finding] = check(phases({ INCIDENT: { allow: ['responder'], on: { NOTED: 'INCIDENT' } } }))
    expect(finding).toMatchObject({ kind: 'trap', about: 'INCIDENT', path: ['DEPLOYED', 'ERRORS_ROSE'] })
  })

  it('dead_arrow: those that it names are not allowed there', () => {
    const by = (list: readonly ('deployer' | 'responder' | 'person')[]) =>
      kinds(
        check(
          phases({
            STAGING: {
              allow: ['deployer'],
              on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'] }, SKIPPED: { to: 'INCIDENT', by: list } },
            },
          }),
        ),
      )
    expect(by(['responder'])).toEqual(['dead_arrow: SKIPPED of STAGING'])
    expect(by([])).toEqual(['dead_arrow: SKIPPED of STAGING'])
    expect(by(['responder', 'deployer'])).toEqual([])
    expect(by(['person'])).toEqual([])
  })

  it('dead_arrow: a workflow that nothing starts', () => {
    const workflows = { nightly: { steps: [['deployer', 'tidy'] as const] } }
    const findings = check(
      phases({
        STAGING: {
          allow: ['deployer'],
          on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'] }, TIDIED: { by: ['workflow:nightly'] } },
        },
      }),
      { workflows },
    )
    expect(kinds(findings)).toEqual(['dead_arrow: TIDIED of STAGING', 'unused_workflow: nightly'])
  })

  it('uncovered_step: an agent that nothing lets in', () => {
    const workflows = { nightly: { steps: [['stranger', 'tidy'] as const] } }
    expect(kinds(check(small, { workflows }))).toEqual([
      'uncovered_step: nightly: stranger.tidy',
      'unused_workflow: nightly',
    ])
    const started = phases({
      STAGING: {
        allow: ['deployer'],
        on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'], starts: 'nightly' } },
      },
    })
    expect(kinds(check(started, { workflows }))).toEqual(['uncovered_step: nightly: stranger.tidy'])
  })

  it('idle_agent: it may act nowhere', () => {
    expect(kinds(check({ ...small, agents: ['deployer', 'responder', 'ghost'] }))).toEqual([
      'idle_agent: ghost',
    ])
    const workflows = { nightly: { steps: [['ghost', 'tidy'] as const] } }
    const started = phases({
      STAGING: {
        allow: ['deployer'],
        on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'], starts: 'nightly' } },
      },
    })
    expect(check({ ...started, agents: ['deployer', 'responder', 'ghost'] }, { workflows })).toEqual([])
  })

  it('unused_gate and unused_action: of one’s own', () => {
    const options = { gates: { sunny: () => true as const }, actions: { wave: () => {} } }
    expect(kinds(check(small, options))).toEqual(['unused_gate: sunny', 'unused_action: wave'])
    const used = phases({
      STAGING: {
        allow: ['deployer'],
        on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'], gate: 'sunny', does: ['wave'] } },
      },
    })
    expect(check(used, options)).toEqual([])
  })
})
