// Properties:
//   - Every step is one row, in order; its arrow goes from who sent it to who got it, whose lifelines stand in one order.
//   - Runs of one workflow share a lifeline; many principals are told by their kind, however many there are.
//   - What it tells of a past is what was read and what was told, each row once.

import { inspect, nothingInspected, type InspectionMessage, type InspectionStep } from '@opschart/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { begunBy, homeOf, isKin, kinSteps, labelOf, sequenceOf } from '../../page/sequence.ts'

const home = 'web/v1'
const step = (
  sequence: number,
  type: string,
  from: string | null,
  actor = home,
  more: Partial<InspectionStep> = {},
): InspectionStep => ({ actor, sequence, at: sequence, event: { type }, from, ...more })
const accepted = (from: string, phase: string): Partial<InspectionStep> => ({
  verdict: { kind: 'accepted', from, phase, reason: 'so' },
})
const refused: Partial<InspectionStep> = {
  verdict: { kind: 'refused', phase: 'A', reason: 'no', allowed: { phase: 'A', signals: [], agents: [] } },
}
const actor = (source: string, id: string, parent: string | null = null): InspectionMessage => ({
  kind: 'actor',
  source,
  actor: id,
  chart: null,
  name: `${id} called`,
  parent,
  at: 0,
})
const begin = (source: string, answers: boolean): InspectionMessage => ({
  kind: 'source',
  source,
  protocol: 1,
  name: source,
  at: 0,
  ...(answers ? { answers: true as const } : {}),
})
const own = inspect(nothingInspected, [begin('s', true)]).get('s')!
const arrows = ({ lifelines, rows }: ReturnType<typeof sequenceOf>) =>
  rows.map(({ from, to, label, verdict, moved }) => [
    `${lifelines[from]!.name} → ${lifelines[to]!.name}`,
    label,
    verdict,
    moved,
  ])

describe('a sequence', () => {
  const run = `${home}~deploy:sent-5`
  const drawn = sequenceOf(own, home, [
    step(1, 'opened', null),
    step(2, 'REVIEW_REQUESTED', 'agent:other', home, refused),
    step(3, 'CODE_MERGED', 'watcher:git', home, accepted('REVIEW', 'STAGING')),
    step(4, 'opened', null, run),
    step(5, 'OPERATION_REQUESTED', 'workflow:deploy', home, accepted('STAGING', 'STAGING')),
    step(6, 'xstate.done.actor.check', null, run),
    step(7, 'xstate.after.5000.deploy.wait', null, run),
    step(8, 'xstate.error.actor.deploy:sent-5', null),
    step(9, 'APPROVED', 'person:ann', home),
  ])

  it('is an arrow for each step, from who sent it to who got it', () => {
    expect(arrows(drawn)).toEqual([
      ['web/v1 → web/v1', 'begins', null, null],
      ['other → web/v1', 'REVIEW_REQUESTED', 'refused', null],
      ['git → web/v1', 'CODE_MERGED', 'accepted', 'STAGING'],
      ['web/v1 → deploy', 'begins', null, null],
      ['deploy → web/v1', 'OPERATION_REQUESTED', 'accepted', null],
      ['work → deploy', 'check is done', null, null],
      ['time → deploy', 'after 5000 ms', null, null],
      ['deploy → web/v1', 'deploy failed', null, null],
      ['ann → web/v1', 'APPROVED', null, null],
    ])
  })

  it('has the border first, then who is looked at, then who belongs to it', () => {
    expect(drawn.lifelines.map(({ kind, name, place }) => [kind, name, place])).toEqual([
      ['person', 'ann', 'border'],
      ['watcher', 'git', 'border'],
      ['agent', 'other', 'border'],
      ['', 'time', 'border'],
      ['', 'work', 'border'],
      ['', 'web/v1', 'home'],
      ['', 'deploy', 'kin'],
    ])
  })

  it('tells many principals by their kind, and is bounded however many there are', () => {
    const principal = fc
      .tuple(fc.constantFrom('agent', 'person', 'watcher', 'rule'), fc.nat(60))
      .map(([kind, number]) => `${kind}:${number}`)
    const whose = fc.nat(60).map((number) => (number === 0 ? home : `${home}~run-${number}`))
    fc.assert(
      fc.property(fc.array(fc.tuple(principal, whose), { maxLength: 120 }), (sent) => {
        const steps = sent.map(([from, to], index) => step(index + 1, 'GO', from, to))
        const { lifelines, rows } = sequenceOf(own, home, steps)
        expect(lifelines.length).toBeLessThanOrEqual(7 + 1 + 17)
        expect(new Set(lifelines.map(({ id }) => id)).size).toBe(lifelines.length)
        expect(rows.map((row) => row.step)).toEqual(steps)
        for (const { from, to, step: of } of rows) {
          expect(lifelines[from]!.place).toBe('border')
          expect(lifelines[to]!.place).toBe(of.actor === home ? 'home' : 'kin')
        }
      }),
      { numRuns: 200, seed: 1 },
    )
  })

  it('says where the receiver came to stand only where it was seen to move', () => {
    const at = (sequence: number, value: string) =>
      step(sequence, 'GO', null, home, { state: { status: 'active', value } })
    expect(
      sequenceOf(own, home, [at(1, 'a'), at(2, 'a'), at(3, 'b')]).rows.map(({ moved }) => moved),
    ).toEqual([null, null, 'b'])
  })

  it('follows the parents that another process names, and its ids', () => {
    const known = inspect(nothingInspected, [
      begin('app', false),
      actor('app', 'x:0'),
      actor('app', 'x:1', 'x:0'),
      actor('app', 'x:2', 'x:1'),
      actor('app', 'x:9'),
    ]).get('app')!
    expect(homeOf(known, 'x:2')).toBe('x:0')
    expect(['x:1', 'x:2', 'x:9'].map((id) => isKin(known, 'x:0', id))).toEqual([true, true, false])
    const told = sequenceOf(known, 'x:0', [step(1, 'GO', 'x:0', 'x:1'), step(2, 'BACK', 'x:1', 'x:0')])
    expect(arrows(told)).toEqual([
      ['x:0 called → x:1 called', 'GO', null, null],
      ['x:1 called → x:0 called', 'BACK', null, null],
    ])
  })
})

describe('the rows of a sequence', () => {
  it('are those that were read and those that were told, each once and in order', () => {
    const told = [3, 4, 5].map((sequence): InspectionMessage => ({
      kind: 'step',
      source: 's',
      ...step(sequence, 'TOLD', null, sequence === 4 ? 'pay/1' : home),
    }))
    const inspected = inspect(nothingInspected, [begin('s', true), ...told])
    const kin = {
      source: 's',
      home,
      steps: [step(1, 'READ', null), step(3, 'READ', null)],
      isWhole: true,
      isWaiting: false,
    }
    const steps = kinSteps({ inspected, source: 's', kin })
    expect(steps.map(({ sequence, event }) => [sequence, event.type])).toEqual([
      [1, 'READ'],
      [3, 'TOLD'],
      [5, 'TOLD'],
    ])
    expect(kinSteps({ inspected, source: 's', kin: null })).toEqual([])
  })

  it('are also those of whom a row has begun, which an operation is not', () => {
    const effects = [
      { kind: 'spawn', key: 'a', id: 'deploy:1', src: 'deploy' },
      { kind: 'spawn', key: 'b', id: 'check', src: 'operation' },
      { kind: 'stop', key: 'c', id: 'old', child: 'd' },
    ] as const
    expect(begunBy(step(1, 'GO', null, home, { effects }))).toEqual(['web/v1~deploy:1'])
  })
})

it.each([
  ['xstate.snapshot.actor.child', 'child moved'],
  ['xstate.after.backoff.a.b', 'after backoff'],
  ['CODE_MERGED', 'CODE_MERGED'],
])('%s is said as %s', (type, said) => {
  expect(labelOf(type)).toBe(said)
})
