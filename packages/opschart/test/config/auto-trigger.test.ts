// Properties:
//   - `auto_trigger: true` promises that an arrow into the phase starts a workflow; where none does, that is a mistake
//     which says where to name one, and which there are.
//   - `auto_trigger: false` takes the workflow from the arrows into the phase: a person asks for it, by a signal of the
//     phase. Nothing else of the law changes.
//   - Where the table says nothing, the default law's arrows start what they start.

import { arrowsOf, releaseLifecycle, type LifecycleDefinition } from '@opschart/core'
import { describe, expect, it } from 'vitest'
import { lawOf } from '../../src/config/law-of.ts'
import { parseConfiguration } from '../../src/config/parse-configuration.ts'
import { knownTasks } from './known-tasks.ts'

const parse = (text: string) => parseConfiguration(text, 'operational.yaml', { tasks: knownTasks })

function definitionOf(text: string): LifecycleDefinition {
  const { configuration, problems } = parse(text)
  if (configuration === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  return lawOf(configuration).definition
}

const told = (text: string) =>
  parse(text).problems.map(
    ({ severity, line, column, message, expected }) =>
      `${severity} ${line}:${column} ${message}${expected === undefined ? '' : ` = ${expected}`}`,
  )

/** What starts what: `phase signal workflow`. */
const starts = (definition: LifecycleDefinition) =>
  arrowsOf(definition).flatMap(({ phase, signal, arrow }) =>
    arrow.starts === undefined ? [] : [`${phase} ${signal} ${arrow.starts}`],
  )

const law = releaseLifecycle.definition

describe('auto_trigger: true', () => {
  it.each(['STAGING', 'PRODUCTION', 'INCIDENT', 'ROLLBACK', 'OPTIMIZATION'])(
    'is kept by the default law for %s, whose arrows start a workflow',
    (phase) => {
      const text = `states: { ${phase}: { auto_trigger: true } }`
      expect(told(text)).toEqual([])
      expect(starts(definitionOf(text))).toEqual(starts(law))
    },
  )

  it.each(['DEVELOPMENT', 'REVIEW', 'RETIRED'])(
    'is a mistake for %s, which is entered without a workflow',
    (phase) => {
      expect(told(`states: { ${phase}: { auto_trigger: true } }`)[0]).toMatch(
        /^error 1:\d+ auto_trigger starts the workflow of the arrow that leads here, and no arrow to \w+ has one = /,
      )
    },
  )

  it('[L2] is a mistake for a phase of one’s own that is moved to, and says which arrow and which workflow', () => {
    const text = `workflows: { canary_checks: [[monitoring-agent, verify_health]] }
states:
  STAGING: { next_states: [CANARY, PRODUCTION, REVIEW] }
  CANARY: { allowed_agents: [monitoring-agent], auto_trigger: true, next_states: [STAGING] }
`
    const [problem] = parse(text).problems.filter(({ severity }) => severity === 'error')
    expect(problem).toMatchObject({
      line: 4,
      message:
        'auto_trigger starts the workflow of the arrow that leads here, and no arrow to CANARY has one',
      expected:
        'in states.STAGING.next_states: {CANARY: {on: CANARY_REQUESTED, starts: canary_checks}}; the workflows are canary_checks, post_merge, deploy, post_deployment, incident_detected, rollback, schema_change, optimize, apply_optimization',
    })
    const mended = text.replace(
      '[CANARY, PRODUCTION, REVIEW]',
      '{ CANARY: { on: CANARY_REQUESTED, starts: canary_checks }, PRODUCTION: null, REVIEW: null }',
    )
    expect(told(mended).filter((line) => line.startsWith('error'))).toEqual([])
    expect(starts(definitionOf(mended))).toContain('STAGING CANARY_REQUESTED canary_checks')
  })

  it('is a mistake where the table itself takes the workflow away', () => {
    const without = '{ INCIDENT: { starts: null }, OPTIMIZATION: null }'
    const table = (more: string) =>
      `states: { PRODUCTION: { next_states: ${without} }, OPTIMIZATION: { next_states: { INCIDENT: { starts: null }, PRODUCTION: null } }${more} }`
    expect(
      told(table(', INCIDENT: { auto_trigger: true }')).filter((line) => line.startsWith('error')),
    ).toEqual([expect.stringContaining('no arrow to INCIDENT has one')])
    // Nobody asked for it here: the default’s word falls with its arrows.
    expect(definitionOf(table('')).phases['INCIDENT']?.auto_trigger).toBeUndefined()
  })

  it('is told once of a phase that nothing leads to', () => {
    expect(told('states: { CANARY: { auto_trigger: true }, REVIEW: {} }')).toEqual([
      expect.stringContaining('error 1:11 nothing leads to CANARY'),
    ])
  })

  it('is a mistake of the first phase of a law of one’s own', () => {
    expect(told('states: { BUILT: { auto_trigger: true, next_states: [SHIPPED] }, SHIPPED: {} }')).toContain(
      'error 1:34 auto_trigger starts the workflow of the arrow that leads here, and no arrow to BUILT has one = it taken out: no arrow leads here',
    )
  })

  it('is not told where a misspelt workflow is the mistake', () => {
    expect(
      told(
        'states: { DEVELOPMENT: { next_states: { REVIEW: { starts: 3 } } }, REVIEW: { auto_trigger: true } }',
      ).filter((line) => line.startsWith('error')),
    ).toEqual([expect.stringContaining('a workflow is a text')])
    expect(
      told(
        'states: { DEVELOPMENT: { next_states: { REVIEW: { starts: post_merg } } }, REVIEW: { auto_trigger: true } }',
      ).filter((line) => line.startsWith('error')),
    ).toEqual([expect.stringContaining('no workflow is called post_merg')])
  })
})

describe('auto_trigger: false', () => {
  const text = 'states: { INCIDENT: { auto_trigger: false } }'
  const definition = definitionOf(text)

  it('[L2] takes the workflow from each arrow into the phase, and asks a person instead', () => {
    expect(starts(definition)).toEqual([
      'REVIEW CODE_MERGED post_merge',
      'STAGING DEPLOYMENT_REQUESTED deploy',
      'STAGING DEPLOYMENT_COMPLETE post_deployment',
      'PRODUCTION PERFORMANCE_DEGRADED optimize',
      'PRODUCTION SLOW_QUERY optimize',
      'PRODUCTION MAINTENANCE_WINDOW_STARTED apply_optimization',
      'INCIDENT ROLLBACK_REQUESTED rollback',
      'INCIDENT INCIDENT_DETECTED_REQUESTED incident_detected',
      '* SCHEMA_CHANGED schema_change',
    ])
    expect(definition.phases['PRODUCTION']?.on?.['INCIDENT_DECLARED']).toEqual({
      to: 'INCIDENT',
      by: ['person', 'incident-response-agent', 'system'],
      does: ['open_incident', 'ask_a_person'],
    })
    expect(definition.phases['INCIDENT']).toMatchObject({
      auto_trigger: false,
      on: { INCIDENT_DETECTED_REQUESTED: { by: ['person'], starts: 'incident_detected' } },
    })
  })

  it('says how the workflow is asked for', () => {
    expect(told(text)).toEqual([
      'note 1:37 entering INCIDENT starts nothing by itself: a person asks for incident_detected with opschart send <lifecycle> INCIDENT_DETECTED_REQUESTED',
    ])
  })

  it('leaves an arrow alone that stays in the phase', () => {
    const { on } = definitionOf('states: { PRODUCTION: { auto_trigger: false } }').phases['PRODUCTION']!
    expect(on?.['MAINTENANCE_WINDOW_STARTED']).toEqual(
      law.phases['PRODUCTION']?.on?.['MAINTENANCE_WINDOW_STARTED'],
    )
    expect(on?.['POST_DEPLOYMENT_REQUESTED']).toEqual({ by: ['person'], starts: 'post_deployment' })
  })

  it('starts a workflow that excludes others only when nothing else is under way', () => {
    const { on } = definitionOf('states: { ROLLBACK: { auto_trigger: false } }').phases['ROLLBACK']!
    expect(on?.['ROLLBACK_REQUESTED']).toEqual({
      by: ['person'],
      gate: 'nothing_else_under_way',
      starts: 'rollback',
    })
  })

  it('uses a signal of the table where it has one for this', () => {
    const own =
      'states: { INCIDENT: { auto_trigger: false, next_states: { INCIDENT: { on: LOOK_INTO_IT, by: [person], starts: incident_detected }, PRODUCTION: null, ROLLBACK: null } } }'
    expect(starts(definitionOf(own)).filter((line) => line.endsWith('incident_detected'))).toEqual([
      'INCIDENT LOOK_INTO_IT incident_detected',
    ])
    expect(told(own).join('\n')).toContain('with opschart send <lifecycle> LOOK_INTO_IT')
  })

  it('is a mistake where the signal means something else', () => {
    const taken =
      'states: { INCIDENT: { auto_trigger: false, next_states: { INCIDENT: { on: INCIDENT_DETECTED_REQUESTED }, PRODUCTION: null, ROLLBACK: null } } }'
    expect(told(taken).filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining(
        'INCIDENT_DETECTED_REQUESTED would ask for incident_detected, and means something else in INCIDENT',
      ),
    ])
  })

  it('says nothing where no arrow into the phase starts anything', () => {
    expect(told('states: { REVIEW: { auto_trigger: false } }')).toEqual([])
  })
})

describe('no auto_trigger', () => {
  it('leaves the default law as it is', () => {
    expect(definitionOf('states: { INCIDENT: {}, STAGING: {} }')).toEqual(law)
  })
})
