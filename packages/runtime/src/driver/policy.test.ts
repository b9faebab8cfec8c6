// Properties of autonomy: the most particular word counts, what people have switched before what is configured; production asks, a
// roll-back in its phase acts, and a remedy that repeats asks whatever was said. Of a pause: it is meant for what it names.

import { describe, expect, it } from 'vitest'

import { emptyService } from '@opschart/core'
import { autonomyOf, defaultPolicy, emptySystem, pauseOf, type Policy, type SystemState } from './policy.ts'

const question = {
  agent: 'deployer',
  task: 'deploy',
  changes: 'production',
  workflow: 'deploy',
  phase: 'STAGING',
} as const

function autonomy(
  some: Partial<typeof question> | object = {},
  policy: Partial<Policy> = {},
  system: Partial<SystemState> = {},
  oscillating: string[] = [],
) {
  return autonomyOf(
    { ...question, ...some },
    { ...defaultPolicy, ...policy },
    { ...emptySystem, ...system },
    { ...emptyService('web'), oscillating },
  ).autonomy
}

describe('[L10] autonomy', () => {
  it('is ask for what changes production, else act; a roll-back in its own phase acts', () => {
    expect(autonomy()).toBe('ask')
    expect(autonomy({ changes: 'repository' })).toBe('act')
    expect(autonomy({ task: 'roll_back', phase: 'ROLLBACK' })).toBe('act')
    expect(autonomy({ task: 'roll_back', phase: 'PRODUCTION' })).toBe('ask')
  })

  it('is what is configured: of the task before the agent, of the agent before the rest', () => {
    expect(autonomy({}, { autonomy: 'observe' })).toBe('observe')
    expect(autonomy({}, { autonomy: { default: 'observe', deployer: 'act' } })).toBe('act')
    expect(autonomy({}, { autonomy: { deployer: 'act', 'deployer.deploy': 'ask' } })).toBe('ask')
  })

  it('is what a person has switched since, before all that is configured', () => {
    const policy = { autonomy: { 'deployer.deploy': 'observe' } } as const
    expect(autonomy({}, policy, { autonomy: { '*': 'ask' } })).toBe('ask')
    expect(autonomy({}, policy, { autonomy: { '*': 'ask', deployer: 'act' } })).toBe('act')
    expect(autonomy({}, policy, { autonomy: { deployer: 'act', 'deployer.deploy': 'ask' } })).toBe('ask')
  })

  it('[L13] is ask for the remedy of a workflow that repeats, and not for what only looks', () => {
    const rollback = { task: 'roll_back', workflow: 'rollback', phase: 'ROLLBACK' }
    expect(autonomy(rollback, { autonomy: 'act' }, {}, ['rollback'])).toBe('ask')
    expect(autonomy({ ...rollback, changes: 'nothing' }, { autonomy: 'act' }, {}, ['rollback'])).toBe('act')
    expect(autonomy(rollback, { autonomy: 'act' }, {}, ['deploy'])).toBe('act')
    expect(autonomy(rollback, { autonomy: 'observe' }, {}, ['rollback'])).toBe('observe')
  })
})

it.each([
  ['everything', true],
  ['service:web', true],
  ['service:we', false],
  ['agent:deployer', true],
  ['agent:deploy', false],
  ['rule:errors', true],
  ['rule:error', false],
])('[L11] a pause of %s is meant: %s', (target, meant) => {
  const pause = { target, by: 'person:ann', at: 0, reason: '' } as const
  expect(pauseOf([pause], { service: 'web', agent: 'deployer', by: 'rule:errors' }) === pause).toBe(meant)
})
