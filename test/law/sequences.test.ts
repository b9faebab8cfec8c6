// Properties:
//   - After every step of any sequence, half of whose steps are legal, the table and `decide` agree.
//   - Nothing is ever accepted from a name that is none of a signal.
//   - Sequences are long enough to see each arrow of the table taken.

import {
  contextOf,
  createLifecycle,
  phaseOf,
  releaseLifecycle,
  type JsonObject,
  type Lifecycle,
} from '@opschart/core'
import { lawProperty, type LawTaken } from '@opschart/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { expectedAdmission, expectedOf, type GateAnswer } from './law-model.ts'
import { rows, type TablePhase } from './law-table.ts'
import { toldGates } from '../../packages/core/test/law-world.ts'

const names = [
  ...new Set(rows.flatMap(({ gates }) => gates)),
  'plan_matches',
  'still_its_turn',
  'four_eyes',
  'operation_open',
]
const lifecycle: Lifecycle = createLifecycle(releaseLifecycle.definition, { gates: toldGates(names) })
const answers = fc
  .dictionary(
    fc.constantFrom(...names),
    fc.constantFrom<GateAnswer>('open', 'closed', 'throws', 'promises'),
    { maxKeys: 3 },
  )
  .map((gates) => ({ gates }))

describe('sequences', () => {
  it('[L1] [L4] keep to the table, step by step', () => {
    const taken = new Set<string>()
    fc.assert(
      lawProperty(lifecycle, {
        data: answers,
        check: (step) => {
          const arrow = agree(step)
          if (arrow !== undefined) taken.add(arrow)
        },
      }),
      { numRuns: 120, seed: 20_261_123 },
    )
    const arrows = rows.flatMap((row) => row.phases.map((phase) => `${row.signal} in ${phase}`))
    expect(arrows.filter((arrow) => !taken.has(arrow))).toEqual([])
  }, 30_000)
})

/** Compares one step with the table; gives the arrow that was taken, if one was. */
function agree({ asked, before, after }: LawTaken): string | undefined {
  if (asked === undefined) return undefined
  const { event, decided } = asked
  const { data, by } = event.signal
  const { verdict } = decided
  const phase = phaseOf(before) as TablePhase
  if (!/^[A-Z]/.test(event.type)) {
    expect(verdict.kind).toBe('refused')
    return undefined
  }
  if (event.type === 'OPERATION_REQUESTED') {
    agreeOnAdmission(asked, before, phase)
    return undefined
  }
  if (event.type === 'MOVE_REQUESTED') {
    expect(verdict.kind).toBe('refused')
    return undefined
  }
  const gates = (data['gates'] ?? {}) as Record<string, GateAnswer>
  const named = data['phase']
  const expected = expectedOf({
    phase,
    signal: event.type,
    by,
    gates,
    ...(typeof named === 'string' ? { names: named } : {}),
  })
  expect(verdict.kind, verdict.reason).toBe(expected.kind)
  if (expected.kind !== 'accepted') return undefined
  expect(phaseOf(after)).toBe(expected.to)
  const started = decided.step?.effects.flatMap((effect) => (effect.kind === 'spawn' ? [effect.src] : []))
  expect(started).toEqual(expected.starts === null ? [] : [expected.starts])
  return `${event.type} in ${phase}`
}

function agreeOnAdmission(
  { event, decided }: NonNullable<LawTaken['asked']>,
  before: LawTaken['before'],
  phase: TablePhase,
): void {
  const { id, agent, task, warrant } = event.signal.data
  const { verdict } = decided
  const context = contextOf(before)
  const hostile = typeof id !== 'string' || id === '' || id in Object.prototype
  if (hostile || typeof agent !== 'string' || typeof task !== 'string') {
    expect(verdict.kind, verdict.reason).toBe('refused')
    return
  }
  const known = Object.hasOwn(context.operations, id) ? context.operations[id] : undefined
  // What waits is asked for again by the system alone, and as it was.
  const by =
    known !== undefined && event.signal.by === 'system' && known.status === 'waiting'
      ? known.requested_by
      : event.signal.by
  if (known !== undefined && by === event.signal.by) {
    expect(verdict.kind, verdict.reason).toBe('refused')
    return
  }
  const open =
    typeof warrant === 'string' && Object.hasOwn(context.warrants, warrant)
      ? context.warrants[warrant]
      : undefined
  const expected = expectedAdmission({
    phase,
    agent,
    by,
    warrant: typeof warrant !== 'string' ? 'none' : open === undefined ? 'forged' : 'open',
    owner: open?.workflow ?? '',
    named: open?.tasks.includes(`${agent}.${task}`) === true,
  })
  const told = verdict.kind === 'waiting' ? verdict.awaiting : verdict.kind
  expect(told, verdict.reason).toBe(expected)
  const operation = (after(decided) ?? {})[id] as unknown as JsonObject | undefined
  if (expected === 'refused') expect(operation).toBeUndefined()
}

const after = (decided: NonNullable<LawTaken['asked']>['decided']) =>
  decided.step === undefined ? undefined : contextOf(decided.step.state).operations
