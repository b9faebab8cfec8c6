// Properties:
//   - A release stands in its phase since the row that moved it there, however many rows have come since: now and in its past.
//   - Of others it is told by the steps that are here; where those do not go back far enough, it is said.

import {
  inspect,
  nothingInspected,
  type InspectionStep,
  type SeenState,
  type StatusView,
} from '@opschart/core'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { enteredBefore, enteredIn, enteredOf } from '../../page/entered.ts'
import { actorOf } from '../../page/model.ts'

const at = (value: string): SeenState => ({ status: 'active', value })
const step = (sequence: number, value: string, type = 'GO'): InspectionStep => ({
  actor: 'web/one',
  sequence,
  at: sequence * 10,
  event: { type },
  from: null,
  state: at(value),
})
const modelOf = (chart: string, status: StatusView | null = null, steps: readonly InspectionStep[] = []) => ({
  inspected: inspect(nothingInspected, [
    { kind: 'source', source: 's', protocol: 1, name: 's', at: 0, answers: true },
    {
      kind: 'actor',
      source: 's',
      actor: 'web/one',
      chart,
      name: 'one',
      parent: null,
      at: 500,
      state: at('REVIEW'),
    },
    ...steps.map((each) => ({ kind: 'step' as const, source: 's', ...each })),
  ]),
  source: 's',
  actor: 'web/one',
  status,
})
const statusOf = (phase: string) =>
  ({ services: [{ lifecycles: [{ id: 'web/one', phase, since: 70 }] }] }) as unknown as StatusView

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('when an actor came to stand where it stands', () => {
  it('is what the status says, where that is of the same phase', () => {
    const model = modelOf('lifecycle', statusOf('REVIEW'))
    expect(enteredOf(model, actorOf(model)!)).toEqual({ at: 70, isKnown: true })
    const older = modelOf('lifecycle', statusOf('STAGING'))
    expect(enteredOf(older, actorOf(older)!)).toEqual({ at: 500, isKnown: false })
  })

  it('is what was seen, and is said not to be known where it was not', () => {
    const model = modelOf('workflow:deploy', null, [step(60, 'b'), step(61, 'b')])
    expect(enteredOf(model, actorOf(model)!)).toEqual({ at: 600, isKnown: true })
    const unseen = modelOf('workflow:deploy')
    expect(enteredOf(unseen, actorOf(unseen)!)).toEqual({ at: 500, isKnown: false })
  })

  it('of its past, is the first of the steps that left it as it was', () => {
    const own = [step(1, 'a'), step(2, 'b'), step(3, 'b'), step(4, 'b')]
    expect(enteredIn(own, { at: 40, state: at('b') })).toEqual({ at: 20, isKnown: true })
    expect(enteredIn(own.slice(1), { at: 40, state: at('b') })).toEqual({ at: 20, isKnown: false })
    expect(enteredIn([step(2, 'b', 'opened'), ...own.slice(2)], { at: 40, state: at('b') }).isKnown).toBe(
      true,
    )
  })

  it('of the past of a release, is asked of the journal, as far back as it takes', async () => {
    const rows = (from: number, moved: object | null) =>
      Array.from({ length: 500 }, (_, place) => ({
        sequence: from - place,
        at: from - place,
        kind: 'signal',
        moved: place === 499 ? moved : null,
      }))
    const pages = [rows(2000, null), rows(1500, { from: 'DEVELOPMENT', to: 'REVIEW' })]
    const asked: unknown[] = []
    vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
      asked.push(JSON.parse(body))
      return Promise.resolve({ ok: true, json: () => Promise.resolve({ answer: pages.shift() }) })
    })
    const then = { sequence: 2000, at: 2000, state: at('REVIEW') }
    expect(await enteredBefore(modelOf('lifecycle'), 'web/one', then)).toEqual({ at: 1001, isKnown: true })
    expect(asked).toMatchObject([{ to: 2000 }, { to: 1500, actor: 'web/one', backwards: true }])
  })
})
