// Properties:
//   - Whatever decides in a machine changes its definition; XState's own code is no part of it.

import { describe, expect, it } from 'vitest'
import { and, assign, createMachine, emit, not, or, raise, sendTo, setup, stateIn } from 'xstate'

import { machineDefinition } from './machine-definition.ts'

const on = (arrow: object) =>
  machineDefinition(
    setup({ guards: { a: () => true, b: () => false } }).createMachine({
      on: { GO: arrow },
    } as never) as never,
  )

describe('[D6] the definition of a machine', () => {
  it.each([
    ['guards', { guard: 'a' }, { guard: 'b' }],
    ['guards that are joined', { guard: and(['a', 'b']) }, { guard: or(['a', 'b']) }],
    ['guards that are joined otherwise', { guard: and(['a', 'b']) }, { guard: and(['a', not('b')]) }],
    ['states that are asked for', { guard: stateIn('#x') }, { guard: stateIn('#y') }],
    ['what is assigned', { actions: assign({ n: () => 1 }) }, { actions: assign({ n: () => 2 }) }],
    ['assigners', { actions: assign(() => ({ n: 1 })) }, { actions: assign(() => ({ n: 2 })) }],
    ['events', { actions: raise({ type: 'A' }) }, { actions: raise({ type: 'B' }) }],
    [
      'delays',
      { actions: raise({ type: 'A' }, { delay: 1 }) },
      { actions: raise({ type: 'A' }, { delay: 2 }) },
    ],
    ['kinds of action', { actions: raise({ type: 'A' }) }, { actions: emit({ type: 'A' }) }],
    ['receivers', { actions: sendTo('a', { type: 'A' }) }, { actions: sendTo('b', { type: 'A' }) }],
  ])('differs with %s', (_, one, other) => {
    expect(on(one)).toBe(on({ ...one }))
    expect(on(one)).not.toBe(on(other))
  })

  it('holds none of XState’s own code, which differs between its builds', () => {
    const machine = createMachine({
      entry: [assign({ n: 1 }), raise({ type: 'A' }), emit({ type: 'B' })],
      on: { GO: { guard: and([not(() => false), stateIn('#x')]) } },
    } as never)
    const text = machineDefinition(machine as never)
    const sources = [...text.matchAll(/"source":"([^"]*)"/g)].map(([, source]) => source)
    expect(sources).toEqual(['() => false'])
  })
})
