// Properties:
//   - What is answered late is shown only while it is an answer to what is looked at: another actor, another moment or
//     another supposition has none of it.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { firstModel, type Model } from '../../page/model.ts'
import { createSupposing } from '../../page/supposing.ts'
import { createTools } from '../../page/tools.ts'
import { createTravel } from '../../page/travel.ts'
import { inspect, nothingInspected } from '@opschart/core'

/** Questions that were asked, each with what answers it. */
let asked: { readonly name: string; answer(value: unknown): Promise<void> }[]
let model: Model
const tools = () =>
  createTools({
    get: () => model,
    set: (change) => void (model = change(model)),
    beforeDraw: (act) => act(),
  })
const state = { status: 'active' as const, value: 'A' }
const entered = { at: 0, isKnown: true }
const actor = (name: string) =>
  ({ kind: 'actor', source: 's', actor: name, chart: null, name, parent: null, at: 0, state }) as const

beforeEach(() => {
  asked = []
  const inspected = inspect(nothingInspected, [
    { kind: 'source', source: 's', protocol: 1, name: 's', at: 0, answers: true },
    actor('one'),
    actor('two'),
  ])
  model = { ...firstModel, inspected, source: 's', actor: 'one' }
  vi.stubGlobal('fetch', (name: string) => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    asked.push({
      name,
      async answer(value) {
        const isRefused = value instanceof Error
        const body = isRefused ? { error: { message: value.message } } : { answer: value }
        resolve({ ok: !isRefused, json: () => Promise.resolve(body) })
        // Whatever waits for it has gone on by then.
        await new Promise((done) => setImmediate(done))
      },
    })
    return promise
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})
const past = (sequence: number) => ({
  actor: 'one',
  sequence,
  at: 1,
  version: 1,
  status: 'active',
  value: 'PAST',
  context: {},
  previous: null,
  next: null,
})
const supposed = [{ by: 'person:ann', type: 'GO' }] as const
const outcome = { before: state, outcomes: [{ verdict: { kind: 'ignored', reason: '' }, steps: [], state }] }

describe('what is answered late', () => {
  it('of a supposition is dropped where that was taken back, or is another', async () => {
    const { suppose } = createSupposing(tools())
    suppose(supposed)
    suppose([])
    await asked[0]!.answer(outcome)
    expect([model.whatIf.answer, model.shownOutcome]).toEqual([null, null])
    suppose(supposed)
    suppose([{ by: 'person:ann', type: 'STOP' }])
    await asked[1]!.answer(outcome)
    expect(model.whatIf.answer).toBeNull()
    await asked[2]!.answer(outcome)
    expect(model.whatIf.answer).toEqual(outcome)
    expect(model.shownOutcome).toBe(0)
    // More of the same keeps what was answered until the next is there; another does not.
    suppose([model.supposed[0]!, ...supposed])
    expect(model.whatIf.answer).toEqual(outcome)
    suppose(supposed)
    expect(model.whatIf.answer).toBeNull()
  })

  it('of a supposition that goes on is kept where what goes on is refused', async () => {
    const { suppose } = createSupposing(tools())
    suppose(supposed)
    await asked[0]!.answer(outcome)
    suppose([...model.supposed, { by: 'person:ann', type: 'STOP' }])
    await asked[1]!.answer(new Error('no such signal'))
    expect(model.whatIf).toEqual({ isWaiting: false, answer: outcome, problem: 'no such signal' })
    expect(model.shownOutcome).toBe(0)
  })

  it('about who may do what is dropped where another moment or actor is looked at', async () => {
    const { whoMay } = createSupposing(tools())
    const answer = { actor: 'one', sequence: 1, state, principals: [], signals: [] }
    void whoMay()
    model = { ...model, actor: 'two' }
    await asked[0]!.answer(answer)
    expect(model.whoMay.answer).toBeNull()
    void whoMay()
    model = {
      ...model,
      past: { sequence: 1, at: 0, entered, state, before: null, previous: null, next: null },
    }
    await asked[1]!.answer(answer)
    expect(model.whoMay.answer).toBeNull()
    void whoMay()
    await asked[2]!.answer(answer)
    expect(model.whoMay.answer).toEqual(answer)
  })

  it('of a past is dropped where somebody else was chosen, or a later journey begun', async () => {
    const travel = createTravel(tools(), {
      choose(source, chosen) {
        model = { ...model, source, actor: chosen }
        travel.forget()
      },
      arrived() {},
    })
    const step = { actor: 'one', sequence: 7, at: 0, event: { type: 'X' }, from: null }
    travel.to(step)
    model = { ...model, actor: 'two' }
    travel.forget()
    await asked[0]!.answer(past(7))
    expect(model.past).toBeNull()
    // Being chosen on the way to a row does not end that way.
    travel.to(step)
    await new Promise((done) => setImmediate(done))
    await asked[1]!.answer(past(7))
    expect([model.actor, model.past?.state.value]).toEqual(['one', 'PAST'])
    travel.to({ ...step, sequence: 8 })
    travel.now()
    await asked[2]!.answer(past(8))
    expect(model.past).toBeNull()
  })
})
