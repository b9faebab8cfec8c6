// Cases in which a durable actor was once another than XState's own, as short as they could be made.

import type { CaseLiteral, MachineLiteral, StateLiteral } from '@opschart/testing'

type Found = readonly [name: string, given: CaseLiteral]

const go = [{ send: 'GO' }] as const
const next = [{ send: 'NEXT' }] as const
const odd = { count: 'n', by: 2, leaves: 1 } as const
const empty: MachineLiteral = { id: 'kid', initial: 'k', states: { k: {} } }

function machine(states: Record<string, StateLiteral>, more: Partial<MachineLiteral> = {}): MachineLiteral {
  return { id: 'root', initial: Object.keys(states)[0]!, states, ...more }
}

export const foundCases: readonly Found[] = [
  [
    'a child that the first step spawns in an assign and stops again lives for a moment',
    {
      machine: machine(
        { k: { entry: [{ stop: 'p', by: 'id' }] } },
        {
          entry: [{ spawn: 'kid', id: 'p' }],
          actors: {
            kid: {
              ...empty,
              entry: [{ send: 'TICK', to: 'self' }],
              on: { TICK: [{ actions: [{ emit: 'tick' }] }] },
            },
          },
        },
      ),
      input: null,
      steps: go,
    },
  ],
  [
    'an operation that the first step spawns in an assign and stops again is not at work',
    {
      machine: machine(
        {
          k: {
            entry: [
              { spawn: 'fetch', id: 'p' },
              { stop: 'p', by: 'id' },
            ],
          },
        },
        { actors: { fetch: 'operation' } },
      ),
      input: null,
      steps: go,
    },
  ],
  [
    'nor is it when a machine has got its id in the same step',
    {
      machine: machine(
        {
          k: {
            entry: [
              { spawn: 'fetch', id: 'p' },
              { stop: 'p', by: 'id' },
              { spawnChild: 'kid', id: 'p' },
            ],
          },
        },
        { actors: { fetch: 'operation', kid: empty } },
      ),
      input: null,
      steps: go,
    },
  ],
  [
    'a parent hears what a child told before it was stopped',
    {
      machine: machine(
        {
          k: {
            entry: [
              { spawn: 'fetch', id: 'q', sync: true },
              { stop: 'q', by: 'id' },
            ],
          },
        },
        { on: { '*': [{ actions: [{ note: 'heard' }] }] }, actors: { fetch: 'operation' } },
      ),
      input: null,
      steps: go,
    },
  ],
  [
    'a context still speaks of a child that was stopped',
    {
      machine: machine(
        {
          k: {
            entry: [{ spawn: 'kid', id: 'p' }],
            on: {
              GO: [{ actions: [{ stop: 'p', by: 'id', kept: true }] }],
              NEXT: [{ actions: [{ add: 'n', by: 1 }] }],
            },
          },
        },
        { actors: { kid: empty } },
      ),
      input: null,
      steps: [...go, ...next],
    },
  ],
  [
    'and of one that was stopped before it was started',
    {
      machine: machine(
        {
          k: {
            on: {
              GO: [
                {
                  actions: [
                    { spawn: 'kid', id: 'q' },
                    { stop: 'q', by: 'id', kept: true },
                  ],
                },
              ],
              NEXT: [{ actions: [{ add: 'n', by: 1 }] }],
            },
          },
        },
        { actors: { kid: empty } },
      ),
      input: null,
      steps: [...go, ...next],
    },
  ],
  [
    'what is sent by an old reference does not reach whoever has the id now',
    {
      machine: machine(
        {
          k: {
            entry: [{ spawn: 'kid', id: 'p' }],
            on: {
              GO: [
                {
                  actions: [
                    { stop: 'p', by: 'id', kept: true },
                    { spawnChild: 'kid', id: 'p' },
                  ],
                },
              ],
              NEXT: [{ actions: [{ send: 'TICK', to: { ref: 'p' } }] }],
            },
          },
        },
        { actors: { kid: { ...empty, on: { TICK: [{ actions: [{ emit: 'reached' }] }] } } } },
      ),
      input: null,
      steps: [...next, ...go, ...next],
    },
  ],
  [
    'of two regions with an eventless transition to take, the same goes first after a restart',
    {
      machine: {
        id: 'root',
        type: 'parallel',
        on: { GO: [{ actions: [{ add: 'n', by: 1 }] }] },
        states: {
          a: {
            initial: 'one',
            states: {
              one: { on: { NEXT: [{ target: 'two' }] } },
              two: { always: [{ target: 'end', guard: odd, actions: [{ note: 'a' }] }] },
              end: {},
            },
          },
          b: {
            initial: 'one',
            states: {
              one: { always: [{ target: 'end', guard: odd, actions: [{ note: 'b' }] }] },
              end: {},
            },
          },
        },
      },
      input: null,
      steps: [...next, ...go],
    },
  ],
  [
    'of two regions that hear an event, the one that was entered first goes first after a restart',
    {
      machine: {
        id: 'root',
        type: 'parallel',
        states: {
          a: {
            initial: 'x',
            on: { NEXT: [{ target: '.x', reenter: true }], GO: [{ actions: [{ note: 'a' }] }] },
            states: { x: {} },
          },
          b: { initial: 'x', on: { GO: [{ actions: [{ note: 'b' }] }] }, states: { x: {} } },
        },
      },
      input: null,
      steps: [...go, ...next, ...go],
    },
  ],
  [
    'of two timers that are due together, the one that was set again comes last',
    {
      machine: machine({
        k: {
          entry: [
            { raise: 'NEXT', delay: 10, id: 'later' },
            { raise: 'BACK', delay: 10, id: 'soon' },
            { raise: 'NEXT', delay: 10, id: 'later' },
          ],
          on: { '*': [{ actions: [{ note: 'k' }] }] },
        },
      }),
      input: null,
      steps: [{ advance: 10 }],
    },
  ],
  [
    'a parent that listens is told of a child’s snapshot even after what the child has passed over',
    {
      machine: machine(
        {
          k: {
            invoke: [{ src: 'kid', id: 'p', onSnapshot: [{ actions: [{ add: 'n', by: 1 }] }] }],
            on: { GO: [{ actions: [{ send: 'TICK', to: { id: 'p' } }] }] },
          },
        },
        { actors: { kid: empty } },
      ),
      input: null,
      steps: go,
    },
  ],
  [
    'an operation that has just ended may have a successor of the same id',
    {
      machine: machine(
        {
          k: {
            initial: 'x',
            states: {
              x: { invoke: [{ src: 'fetch', id: 'p', onDone: [{ target: 'd' }] }] },
              d: { type: 'history', history: 'shallow' },
            },
          },
        },
        { actors: { fetch: 'operation' } },
      ),
      input: null,
      steps: [
        { settle: 'oldest', output: 1 },
        { settle: 'oldest', output: 2 },
      ],
    },
  ],
]
