// Properties:
//   - What cannot be made durable is found where the definition shows it, with its place and the way out.
//   - What can be is left alone: every kind of state, action and child of the kinds that are kept.

import { describe, expect, it } from 'vitest'
import {
  and,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  not,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  stopChild,
  type AnyStateMachine,
} from 'xstate'

import { checkMachine } from './check-machine.ts'
import { fromOperation } from './from-operation.ts'

const work = fromPromise(async () => 1)
const on = (arrow: object, actors: Record<string, unknown> = { work }) =>
  setup({ actors: actors as never }).createMachine({
    id: 'm',
    initial: 'a',
    context: {},
    states: { a: { on: { GO: arrow } }, b: {} },
  } as never) as unknown as AnyStateMachine

describe('a machine that can be made durable', () => {
  it('is left alone, whatever it is made of', () => {
    const child = setup({ actors: { work } }).createMachine({
      initial: 'a',
      states: { a: { invoke: { src: 'work', id: 'w' }, entry: sendParent({ type: 'X' }) } },
    })
    const machine = setup({
      actors: { child, work, other: fromOperation(async () => 1) },
      guards: { yes: () => true },
      actions: { note: assign({}), both: enqueueActions(({ enqueue }) => enqueue.raise({ type: 'X' })) },
      delays: { soon: 100 },
    }).createMachine({
      type: 'parallel',
      context: {},
      states: {
        left: {
          initial: 'one',
          states: {
            one: {
              entry: ['note', { type: 'both' }, emit({ type: 'e' } as never)],
              after: { soon: 'two' },
              on: { GO: { target: 'two', guard: and(['yes', not(stateIn('#never'))]) }, '*': {} },
              always: { target: 'two', guard: 'yes' },
            },
            two: { history: 'deep', type: 'history' },
          },
        },
        right: {
          id: 'never',
          invoke: [
            { src: 'child', id: 'c' },
            { src: 'other', id: 'o', onDone: { actions: stopChild('c') } },
          ],
          on: {
            A: { actions: [spawnChild('work', { id: 'w' }), sendTo('w', { type: 'X' }), cancel('t')] },
            B: { actions: raise({ type: 'A' }, { delay: 5, id: 't' }) },
          },
        },
      },
    })
    expect(checkMachine(machine)).toEqual([])
  })
})

describe('[D11] a machine that cannot', () => {
  it.each([
    ['a callback', on({}, { x: fromCallback(() => {}) }), 'actor x: is no machine and no promise'],
    [
      'an observable',
      on({}, { x: fromObservable(() => ({ subscribe: () => ({ unsubscribe() {} }) }) as never) }),
      'actor x: is no machine and no promise',
    ],
    [
      'a reducer',
      on({}, { x: fromTransition((state: object) => state, {}) }),
      'actor x: is no machine and no promise',
    ],
    [
      'an inline action',
      on({ actions: () => {} }),
      'state m.a, on GO: is a function that would run inside a decision',
    ],
    ['an action that is missing', on({ actions: 'gone' }), 'state m.a, on GO: there is no action gone'],
    [
      'a guard that is missing',
      on({ guard: 'gone', target: 'b' }),
      'state m.a, on GO: there is no guard gone',
    ],
    [
      'a guard that is asynchronous',
      on({ guard: async () => false, target: 'b' }),
      'state m.a, on GO: its guard is asynchronous, and a promise is always true',
    ],
    [
      'an inline child',
      on({ actions: spawnChild(work, { id: 'w' }) }),
      'state m.a, on GO: spawns inline logic, which cannot be restored',
    ],
    ['a child without an id', on({ actions: spawnChild('work') }), 'spawns a child without an id'],
    [
      'a child with a systemId',
      on({ actions: spawnChild('work', { id: 'w', systemId: 's' }) }),
      'gives a systemId, which is one process’s own',
    ],
    [
      'a child that is missing',
      on({ actions: spawnChild('gone' as 'work', { id: 'w' }) }),
      'there is no actor gone',
    ],
    [
      'an invoke of inline logic',
      createMachine({ id: 'm', invoke: { src: work } }) as AnyStateMachine,
      'state m: invokes inline logic, which cannot be restored',
    ],
    [
      'an invoke with a systemId',
      setup({ actors: { work } }).createMachine({
        id: 'm',
        invoke: { src: 'work', systemId: 's' } as never,
      }) as AnyStateMachine,
      'state m: gives a systemId',
    ],
    [
      'a named action that is a function',
      setup({ actions: { launch: () => {} } }).createMachine({ id: 'm', entry: 'launch' }) as AnyStateMachine,
      'action launch: is a function that would run inside a decision; emit what it should do instead',
    ],
    [
      'a delay that is missing',
      createMachine({
        id: 'm',
        initial: 'a',
        states: { a: { after: { soon: 'b' } }, b: {} },
      } as never) as AnyStateMachine,
      'state m.a: there is no delay soon',
    ],
    [
      'a delay of an action that is missing',
      on({ actions: raise({ type: 'X' }, { delay: 'soon' as never }) }),
      'state m.a, on GO: there is no delay soon',
    ],
    [
      'a child of that kind',
      on({}, { inner: setup({ actors: { x: fromCallback(() => {}) } }).createMachine({}) }),
      'child inner, actor x: is no machine and no promise',
    ],
  ])('says so of %s', (_, machine, said) => {
    expect(checkMachine(machine).join('\n')).toContain(said)
  })

  it('says all of it at once, and each thing once', () => {
    const machine = setup({ actors: { x: fromCallback(() => {}) } }).createMachine({
      id: 'm',
      entry: [() => {}, 'gone'] as never,
      on: { GO: { guard: 'missing' as never } },
    }) as AnyStateMachine
    expect(checkMachine(machine)).toHaveLength(4)
  })
})
