// Properties of the difference of two charts:
//   - It is empty of the same chart; turned round, what was added is removed; what was changed stays changed.
//   - The chart of both has every state and arrow of either, once.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { chartOfConfig } from './chart-of-config.ts'
import { statesOf } from './chart-view.ts'
import { differenceOf } from './difference.ts'

const names = ['a', 'b', 'c', 'd'] as const
const config = fc
  .uniqueArray(fc.constantFrom(...names), { minLength: 1 })
  .chain((keys) =>
    fc.record({
      keys: fc.constant(keys),
      on: fc.array(
        fc.tuple(
          fc.constantFrom(...keys),
          fc.constantFrom('GO', 'BACK'),
          fc.constantFrom(...keys),
          fc.boolean(),
        ),
      ),
      nested: fc.subarray(keys),
    }),
  )
  .map(({ keys, on, nested }) => ({
    initial: keys[0],
    states: Object.fromEntries(
      keys.map((key) => [
        key,
        {
          on: Object.fromEntries(
            on
              .filter(([from]) => from === key)
              .map(([, event, to, isGuarded]) => [
                event,
                { target: to, ...(isGuarded ? { guard: 'ok' } : {}) },
              ]),
          ),
          ...(nested.includes(key) ? { initial: 'in', states: { in: {} } } : {}),
        },
      ]),
    ),
  }))
const chart = config.map((given) => chartOfConfig(given, 'chart'))

describe('the difference of two charts', () => {
  it('is empty of the same, and turned round says the opposite', () => {
    const turned = { added: 'removed', removed: 'added', changed: 'changed' } as const
    fc.assert(
      fc.property(chart, chart, (one, other) => {
        const same = differenceOf(one, structuredClone(one))
        expect([same.states.size, same.arrows.size, same.chart]).toEqual([0, 0, one])
        const [there, back] = [differenceOf(one, other), differenceOf(other, one)]
        for (const part of ['states', 'arrows'] as const)
          expect(new Map([...there[part]].map(([id, change]) => [id, turned[change]]))).toEqual(back[part])
      }),
    )
  })

  it('has every state and arrow of either once', () => {
    const ids = (view: typeof one) => [...statesOf(view), ...view.arrows].map(({ id }) => id)
    const one = chartOfConfig({}, 'chart')
    fc.assert(
      fc.property(chart, chart, (before, after) => {
        const all = ids(differenceOf(before, after).chart)
        expect(all.length).toBe(new Set(all).size)
        expect(new Set(all)).toEqual(new Set([...ids(before), ...ids(after)]))
      }),
    )
  })

  it('says what became of each', () => {
    const before = chartOfConfig({
      initial: 'a',
      states: { a: { on: { GO: 'b', STAY: 'a' } }, b: { entry: 'shout' }, gone: {} },
    })
    const after = chartOfConfig({
      initial: 'a',
      states: { a: { on: { GO: 'new', STAY: 'a', MORE: 'b' } }, b: { entry: 'whisper' }, new: {} },
    })
    const { states, arrows } = differenceOf(before, after)
    expect(Object.fromEntries(states)).toEqual({ b: 'changed', new: 'added', gone: 'removed' })
    expect(Object.fromEntries(arrows)).toEqual({ 'a|GO|0': 'changed', 'a|MORE|0': 'added' })
  })
})
