// Properties:
//   - A pasted table of phases gives the default law's arrows for the phases that it lists.
//   - What a row leaves out stays as in the default law; what it lists replaces it; nothing else changes.
//   - The law of a configuration decides: what the table says is what the kernel does.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  arrowsOf,
  decide,
  emptyService,
  phaseOf,
  releaseLifecycle,
  releaseWorkflows,
  type ActorState,
  type JsonObject,
  type LawEvent,
  type Lifecycle,
  type Principal,
} from '@opschart/core'
import { describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/config/configuration.ts'
import { lawOf } from '../../src/config/law-of.ts'
import { parseConfiguration } from '../../src/config/parse-configuration.ts'
import { knownTasks } from './known-tasks.ts'

const law = releaseLifecycle.definition

function configurationOf(text: string): Configuration {
  const { configuration, problems } = parseConfiguration(text, 'operational.yaml', { tasks: knownTasks })
  if (configuration === undefined)
    throw new Error(problems.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return configuration
}

const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8')
const notesOf = (text: string) =>
  parseConfiguration(text, 'operational.yaml', { tasks: knownTasks }).problems.map(
    ({ severity, line, message }) => `${severity} ${line}: ${message}`,
  )

describe('the default law', () => {
  it('is what an empty configuration gives', () => {
    expect(lawOf(configurationOf('')).definition).toEqual(law)
    expect(lawOf(configurationOf('# nothing yet\n')).workflows).toEqual(releaseLifecycle.workflows)
  })

  it('is what a pasted table of its own phases gives, arrow by arrow', () => {
    const { definition } = lawOf(configurationOf(fixture('seed.yaml')))
    expect(definition).toEqual(law)
    expect(arrowsOf(definition)).toEqual(arrowsOf(law))
  })

  it('keeps the rest when one row is written', () => {
    const { definition } = lawOf(configurationOf(fixture('design.yaml')))
    expect(definition.phases).toEqual(law.phases)
  })
})

describe('a row of the table', () => {
  it('replaces who is allowed, and nothing else', () => {
    const { definition } = lawOf(configurationOf('states: { STAGING: { allowed_agents: [reviewer-agent] } }'))
    expect(definition.phases['STAGING']).toEqual({ ...law.phases['STAGING'], allow: ['reviewer-agent'] })
    expect({ ...definition.phases, STAGING: null }).toEqual({ ...law.phases, STAGING: null })
  })

  it('drops the arrows to phases that it does not list, and what is no longer reached', () => {
    const text = 'states: { PRODUCTION: { next_states: [INCIDENT] } }'
    const { definition } = lawOf(configurationOf(text))
    expect(Object.keys(definition.phases['PRODUCTION']?.on ?? {})).toEqual([
      'ERROR_THRESHOLD_EXCEEDED',
      'INCIDENT_DECLARED',
      'MAINTENANCE_WINDOW_STARTED',
      'SUPERSEDED',
    ])
    expect(Object.keys(definition.phases)).not.toContain('OPTIMIZATION')
    expect(notesOf(text)).toEqual([
      'note 1: OPTIMIZATION is left out: no phase leads to it any more',
      'note 1: kept from the default law: PRODUCTION → RETIRED',
    ])
  })

  it('keeps arrows to INCIDENT, ROLLBACK and RETIRED only while the table mentions them nowhere', () => {
    const silent = lawOf(configurationOf('states: { PRODUCTION: { next_states: [OPTIMIZATION] } }'))
    expect(silent.definition.phases['PRODUCTION']?.on).toEqual(law.phases['PRODUCTION']?.on)
    const spoken = lawOf(
      configurationOf(
        'states: { PRODUCTION: { next_states: [OPTIMIZATION] }, INCIDENT: {} , OPTIMIZATION: { next_states: [PRODUCTION, INCIDENT] } }',
      ),
    )
    expect(Object.keys(spoken.definition.phases['PRODUCTION']?.on ?? {})).not.toContain(
      'ERROR_THRESHOLD_EXCEEDED',
    )
    expect(Object.keys(spoken.definition.phases['PRODUCTION']?.on ?? {})).toContain('SUPERSEDED')
  })

  it('makes a move of a phase that no arrow leads to, and says so', () => {
    const text = 'states: { DEVELOPMENT: { next_states: [REVIEW, STAGING] } }'
    expect(lawOf(configurationOf(text)).definition.phases['DEVELOPMENT']?.moves).toEqual(['STAGING'])
    expect(notesOf(text)).toEqual([
      'note 1: no signal leads from DEVELOPMENT to STAGING: a person asks for it with opschart move <lifecycle> STAGING',
    ])
  })

  it('changes senders, gates and workflow of the default arrow that it names, and keeps its bookkeeping', () => {
    const text = `states:
  REVIEW:
    next_states:
      STAGING: { by: [person], gate: [], starts: null }
      DEVELOPMENT:
`
    const { definition } = lawOf(configurationOf(text))
    expect(definition.phases['REVIEW']?.on?.['CODE_MERGED']).toEqual({
      to: 'STAGING',
      by: ['person'],
      gate: [],
      does: ['note_merge'],
    })
    expect(definition.phases['REVIEW']?.on?.['CHANGES_REQUESTED']).toEqual(
      law.phases['REVIEW']?.on?.['CHANGES_REQUESTED'],
    )
  })

  it('may switch the trigger of a phase off', () => {
    expect(
      lawOf(configurationOf('states: { INCIDENT: { auto_trigger: false } }')).definition.phases['INCIDENT']
        ?.auto_trigger,
    ).toBe(false)
    expect(
      lawOf(configurationOf('states: { INCIDENT: {} }')).definition.phases['INCIDENT']?.auto_trigger,
    ).toBe(true)
  })
})

describe('phases of the user’s own', () => {
  const { definition } = lawOf(configurationOf(fixture('own-phase.yaml')))

  it('stand in the chart behind the phase that stands before them in the table', () => {
    expect(Object.keys(definition.phases).slice(0, 5)).toEqual([
      'DEVELOPMENT',
      'REVIEW',
      'STAGING',
      'CANARY',
      'PRODUCTION',
    ])
  })

  it('take the default law’s bookkeeping for its signals', () => {
    expect(definition.phases['CANARY']).toEqual({
      allow: ['canary-agent'],
      on: {
        DEPLOYMENT_COMPLETE: {
          to: 'PRODUCTION',
          by: ['canary-agent', 'workflow:deploy'],
          gate: [],
          does: ['go_live'],
        },
        ERROR_THRESHOLD_EXCEEDED: law.phases['PRODUCTION']?.on?.['ERROR_THRESHOLD_EXCEEDED'],
        INCIDENT_DECLARED: law.phases['PRODUCTION']?.on?.['INCIDENT_DECLARED'],
      },
    })
    expect(definition.phases['STAGING']?.moves).toEqual(['CANARY'])
    expect(Object.keys(definition.phases['STAGING']?.on ?? {})).not.toContain('DEPLOYMENT_COMPLETE')
  })

  it('bring their agents along', () => {
    expect(definition.agents).toEqual([...law.agents, 'canary-agent'])
  })

  it('make a law of their own when no default phase is mentioned', () => {
    const text = `states:
  BUILDING: { allowed_agents: [builder], next_states: { SHIPPED: { on: BUILT } } }
  SHIPPED: {}
`
    const own = lawOf(configurationOf(text)).definition
    expect(own.initial).toBe('BUILDING')
    expect(own.phases).toEqual({
      BUILDING: { allow: ['builder'], on: { BUILT: { to: 'SHIPPED' } } },
      SHIPPED: { allow: [] },
    })
    expect(notesOf(text)).toEqual([
      'note 2: a law of its own, without a phase of the default one; it starts in BUILDING',
    ])
  })
})

describe('what rules and trust add', () => {
  const { definition, workflowKernels } = lawOf(configurationOf(fixture('own-phase.yaml')))

  it('starts a trigger’s workflow by an arrow of all phases', () => {
    expect(definition.all?.['NIGHT_FELL']?.starts).toBe('sweep_up')
    expect(Object.keys(workflowKernels)).toContain('sweep_up')
  })

  it('gives a workflow that only a feedback loop names a signal for rules', () => {
    const text =
      'workflows: { clean-up: [[monitoring-agent, gather_metrics]] }\nfeedback_loops: [{ name: slow, monitor: error_rate, threshold: 0.5, action: clean-up }]'
    expect(lawOf(configurationOf(text)).definition.all?.['CLEAN_UP_REQUESTED']).toEqual({
      by: ['rule', 'person'],
      starts: 'clean-up',
    })
  })

  it('lets the inbox send what it is trusted with, and nothing else', () => {
    expect(definition.phases['REVIEW']?.on?.['CODE_MERGED']).toMatchObject({
      by: ['watcher', 'watcher:inbox'],
    })
    expect(definition.all?.['NIGHT_FELL']?.by).toContain('watcher:inbox')
    expect(definition.all?.['SCHEMA_CHANGED']).toEqual(law.all?.['SCHEMA_CHANGED'])
  })

  it('sets the time of the acknowledgement', () => {
    expect(definition.delays).toEqual({ ...law.delays, acknowledgement: 300_000 })
  })
})

describe('workflows', () => {
  it('keep a default’s ends when their steps are written as a list', () => {
    const { workflows } = lawOf(configurationOf(fixture('design.yaml')))
    expect(workflows['post_merge']).toEqual({
      steps: [
        ['test-executor', 'run_integration_tests'],
        ['monitoring-agent', 'update_dashboards'],
      ],
      fails: releaseWorkflows.post_merge.fails,
    })
  })

  it('change only the ends that a map names; null takes one away', () => {
    const { workflows } = lawOf(
      configurationOf(
        'workflows: { post_merge: { steps: [[test-executor, run_integration_tests]], fails: null, survives: true } }',
      ),
    )
    expect(workflows['post_merge']).toEqual({
      steps: [['test-executor', 'run_integration_tests']],
      survives: true,
    })
  })

  it('put a branch of one step into a list', () => {
    const text =
      'workflows: { nightly: [{ parallel: [[monitoring-agent, gather_metrics], [[documentation-agent, update_readme]], { do: [test-executor, run_integration_tests] }] }] }'
    expect(lawOf(configurationOf(text)).workflows['nightly']?.steps).toEqual([
      {
        parallel: [
          [['monitoring-agent', 'gather_metrics']],
          [['documentation-agent', 'update_readme']],
          [{ do: ['test-executor', 'run_integration_tests'] }],
        ],
      },
    ])
  })

  it('warn when a rewritten one no longer sends what the law waits for', () => {
    const text =
      'workflows: { incident_detected: [[incident-response-agent, triage], [monitoring-agent, gather_metrics]] }'
    expect(notesOf(text)).toEqual([
      'warning 1: the default incident_detected sends ROLLBACK_REQUESTED, INCIDENT_RESOLVED; yours does not, so that is left to a person',
    ])
  })

  it('warn when a phase no longer takes what a default one sends', () => {
    expect(notesOf('states: { STAGING: { next_states: [PRODUCTION] } }')).toEqual([
      'warning 1: post_merge sends DEPLOYMENT_REJECTED, which no phase takes from it any more',
    ])
  })
})

describe('the law decides by the table', () => {
  const lifecycle = lawOf(configurationOf(fixture('own-phase.yaml')))

  it('[L1] a person moves to the phase that no signal leads to, an agent does not', () => {
    expect(after(lifecycle, 'STAGING', 'MOVE_REQUESTED', 'person:ada', { phase: 'CANARY' })).toBe(
      'accepted CANARY',
    )
    expect(after(lifecycle, 'STAGING', 'MOVE_REQUESTED', 'agent:monitoring-agent', { phase: 'CANARY' })).toBe(
      'refused STAGING',
    )
  })

  it('[L1] the row’s senders may send, others may not', () => {
    expect(after(lifecycle, 'CANARY', 'DEPLOYMENT_COMPLETE', 'agent:canary-agent', { version: 'v2' })).toBe(
      'accepted PRODUCTION',
    )
    expect(
      after(lifecycle, 'CANARY', 'DEPLOYMENT_COMPLETE', 'agent:monitoring-agent', { version: 'v2' }),
    ).toBe('refused CANARY')
    expect(after(lifecycle, 'STAGING', 'NIGHT_FELL', 'watcher:inbox')).toBe('accepted STAGING')
  })
})

/** The verdict on a signal and the phase after it. */
function after(
  lifecycle: Lifecycle,
  phase: string,
  type: string,
  by: Principal,
  data: JsonObject = {},
): string {
  const now = 1_700_000_000_000
  const id = 'web/feature'
  const opened = lifecycle.kernel.initial({ id, service: 'web', branch: 'feature' }, { id, version: 1, now })
  if (opened.kind === 'threw') throw new Error(opened.reason)
  const state: ActorState = { ...opened.state, snapshot: { ...opened.state.snapshot, value: phase } }
  const event: LawEvent = {
    type,
    now,
    signal: { id: 'signal-1', source: 'test', type, time: now, severity: 'MEDIUM', data, by },
    facts: {
      service: emptyService('web'),
      deployable: true,
      rollback_configured: true,
      four_eyes: false,
      measure: 'unknown',
      waiting_limit: 86_400_000,
      approval_limit: 3_600_000,
    },
  }
  const { verdict, step } = decide(lifecycle, state, event, { id, version: 2, now })
  return `${verdict.kind} ${phaseOf(step?.state ?? state)}`
}
