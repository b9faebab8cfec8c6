// Properties:
//   - The refusal of a move says what was asked, where the release is, why not, which moves there are, which signals
//     lead on, and which way leads there.
//   - A phase that the law does not have is told with the nearest that it has.

import { describe, expect, it } from 'vitest'

import { at, event, stateIn } from '../../test/law-world.ts'
import { createLifecycle, releaseLifecycle, type Lifecycle } from '../index.ts'
import { decide } from './decide.ts'

const { definition } = releaseLifecycle
const law = createLifecycle({
  ...definition,
  phases: {
    ...definition.phases,
    STAGING: { ...definition.phases.STAGING, moves: ['CANARY', 'DEVELOPMENT'] },
    CANARY: { allow: ['monitoring-agent'], moves: ['STAGING'] },
  },
} as Lifecycle['definition'])

function refusal(from: string, phase: unknown, by: Parameters<typeof event>[1] = 'person:ann'): string {
  const data = phase === undefined ? {} : { phase: phase as string }
  const { verdict, step } = decide(law, stateIn(law, from), event('MOVE_REQUESTED', by, data), at)
  expect(step).toBeUndefined()
  expect(verdict.kind).toBe('refused')
  return verdict.reason
}

describe('a move that is refused', () => {
  it('[L4] says where it is, why not, which moves and signals there are, and the way', () => {
    expect(refusal('STAGING', 'INCIDENT')).toBe(
      'move from STAGING to INCIDENT: nothing leads there from STAGING, the way is PRODUCTION, INCIDENT; ' +
        'moves from STAGING: CANARY, DEVELOPMENT; ' +
        'signals that lead on: DEPLOYMENT_COMPLETE → PRODUCTION, DEPLOYMENT_REJECTED → REVIEW',
    )
  })

  it('[L4] names the signals that lead there instead', () => {
    expect(refusal('DEVELOPMENT', 'REVIEW')).toBe(
      'move from DEVELOPMENT to REVIEW: no move leads there, REVIEW_REQUESTED does; ' +
        'no moves lead on from DEVELOPMENT; signals that lead on: REVIEW_REQUESTED → REVIEW',
    )
  })

  it('[L4] names the nearest phase for one that the law does not have', () => {
    expect(refusal('STAGING', 'CANRY')).toBe(
      'move from STAGING to CANRY: the law has no phase CANRY (did you mean CANARY?); ' +
        'moves from STAGING: CANARY, DEVELOPMENT; ' +
        'signals that lead on: DEPLOYMENT_COMPLETE → PRODUCTION, DEPLOYMENT_REJECTED → REVIEW',
    )
    expect(refusal('CANARY', 'MOON')).toBe(
      'move from CANARY to MOON: the law has no phase MOON (it has DEVELOPMENT, REVIEW, STAGING, PRODUCTION, ' +
        'INCIDENT, ROLLBACK, OPTIMIZATION, RETIRED, CANARY); moves from CANARY: STAGING; no signal leads on',
    )
  })

  it.each([
    ['to where it is', 'STAGING', 'move from STAGING to STAGING: it is there already; '],
    ['to no text', 3, 'move from STAGING to 3: it names no phase; '],
    ['to nothing', undefined, 'move from STAGING to nothing: it names no phase; '],
    [
      'to a name of every object',
      'constructor',
      'move from STAGING to constructor: the law has no phase constructor (it has ',
    ],
    [
      'to a hostile name',
      'A\u001b[2J\nB',
      'move from STAGING to A [2J B: the law has no phase A [2J B (it has ',
    ],
  ])('%s', (_, phase, start) => {
    expect(refusal('STAGING', phase).slice(0, start.length)).toBe(start)
  })

  it('[L4] [L9] says who may move', () => {
    expect(refusal('STAGING', 'CANARY', 'agent:monitoring-agent')).toContain(
      'move from STAGING to CANARY: only person may send it, not agent:monitoring-agent; ',
    )
  })

  it('says where no way leads', () => {
    expect(refusal('RETIRED', 'DEVELOPMENT')).toContain(
      'nothing leads there from RETIRED, the way is PRODUCTION, INCIDENT, ROLLBACK, DEVELOPMENT; ',
    )
    const closed = createLifecycle({
      id: 'law',
      agents: ['a'],
      initial: 'ONE',
      phases: { ONE: { on: { GO: 'TWO' } }, TWO: {} },
    })
    const { verdict } = decide(
      closed,
      stateIn(closed, 'TWO'),
      event('MOVE_REQUESTED', 'person:ann', { phase: 'ONE' }),
      at,
    )
    expect(verdict.reason).toBe(
      'move from TWO to ONE: no way leads there from TWO; no moves lead on from TWO; no signal leads on',
    )
  })
})

describe('an adoption into a phase that there is not', () => {
  it('[L4] is told the nearest', () => {
    const { verdict } = decide(
      law,
      stateIn(law, 'STAGING'),
      event('ADOPTED', 'person:ann', { phase: 'PRODUCTOIN' }),
      at,
    )
    expect(verdict).toMatchObject({
      kind: 'refused',
      reason: 'ADOPTED in STAGING: the law has no phase PRODUCTOIN (did you mean PRODUCTION?)',
    })
  })
})
