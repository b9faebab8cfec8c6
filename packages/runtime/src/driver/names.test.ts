// Properties: from an actor's or an operation's id alone it is known whose it is, whatever signals and branches are called.

import { describe, expect, it } from 'vitest'

import {
  actorOfOperation,
  deciderOf,
  isLifecycleActor,
  isLifecycleId,
  lifecycleOf,
  outsideOperation,
  ruleActor,
  serviceOf,
  shardOf,
  workflowActor,
} from './names.ts'

const lifecycle = 'web/feature/a.b'

describe('names', () => {
  it.each(['1', 'a:b', 'a:1:2', 'x~y', 'web/two~deploy:1', 'a b', '…'])(
    'of a run of the signal %j lead back to its lifecycle',
    (signal) => {
      const actor = workflowActor(lifecycle, `deploy:${signal}`)
      expect([lifecycleOf(actor), deciderOf(actor), shardOf(actor), isLifecycleActor(actor)]).toEqual([
        lifecycle,
        'workflow:deploy',
        'web',
        false,
      ])
      const operation = `${actor}:12:0`
      expect([lifecycleOf(operation), actorOfOperation(operation)]).toEqual([lifecycle, actor])
    },
  )

  it('tell what decides', () => {
    expect(deciderOf(lifecycle)).toBe('lifecycle')
    expect(deciderOf(ruleActor('errors', 'web'))).toBe('rule:errors')
    expect(deciderOf('ledger:web')).toBe('none')
    expect(deciderOf('system')).toBe('system')
    expect(shardOf(ruleActor('errors', 'web'))).toBe('web')
    expect(serviceOf('web')).toBe('web')
  })

  it('[L2] of what somebody outside has asked for are those of no step of a workflow', () => {
    const operation = outsideOperation(lifecycle, 'abc')
    expect([lifecycleOf(operation), actorOfOperation(operation)]).toEqual([lifecycle, lifecycle])
  })

  it.each([
    ['web/v1', true],
    ['user-service/feature/x#2', true],
    ['web', false],
    ['/v1', false],
    ['web/', false],
    ['web/a~b', false],
    ['web/a:b', false],
    ['.web/a', false],
    ['rule:x/y', false],
    ['web/\u0085', false],
  ])('%j can be a lifecycle: %s', (id, can) => expect(isLifecycleId(id)).toBe(can))
})
