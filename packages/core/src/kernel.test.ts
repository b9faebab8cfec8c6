// Properties:
//   - A step is a pure function: the same arguments give the same bytes, frozen ones too, and nothing is changed.
//   - Its effects are data with stable keys and absolute times.
//   - What cannot be restored, replayed or ended is refused: custom actions, inline logic, endless loops, exceptions.
//   - A refused step leaves nothing behind in the kernel.

import { describe, expect, it } from 'vitest'
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  fromPromise,
  log,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyStateMachine,
} from 'xstate'

import { canonicalJson, type JsonObject } from './json.ts'
import { createKernel, type ActorState, type Kernel, type Step } from './kernel.ts'

const at = { id: 'web/v1', version: 3, now: 1_000 }
const work = fromPromise(async () => 'never run here')

const machine = setup({
  actors: { work },
  guards: { warm: ({ context }) => (context as { heat: number }).heat > 1 },
  delays: { patience: ({ context }) => (context as { heat: number }).heat * 100 },
}).createMachine({
  id: 'oven',
  context: ({ input }) => ({
    heat: (input as { heat?: number } | undefined)?.heat ?? 0,
    notes: [] as string[],
  }),
  initial: 'cold',
  states: {
    cold: {
      on: {
        HEAT: {
          target: 'hot',
          guard: 'warm',
          actions: assign({ notes: ({ event }) => [(event as { note?: string }).note ?? ''] }),
        },
        WAIT: { actions: raise({ type: 'RUNG' }, { delay: 30 * 86_400_000, id: 'alarm' }) },
        HUSH: { actions: cancel('alarm') },
        SAY: { actions: [emit({ type: 'said', word: 'hello' } as never), log('not an effect')] },
        CHAIN: { actions: raise({ type: 'HEAT', note: 'raised' }) },
      },
    },
    hot: {
      after: { patience: 'cold' },
      entry: spawnChild('work', { id: 'bake', input: { bread: 1 } }),
      exit: stopChild('bake'),
      on: {
        TELL: { actions: sendTo('bake', { type: 'turn' }) },
        DONE: 'over',
        'xstate.error.actor.bake': 'cold',
      },
    },
    over: { type: 'final' },
  },
  output: ({ context }) => ({ heat: (context as { heat: number }).heat }),
})

const kernel = createKernel(machine)

function stepped(step: Step): Extract<Step, { kind: 'stepped' }> {
  if (step.kind === 'threw') throw new Error(step.reason)
  return step
}
const open = (given: Kernel = kernel, input: JsonObject = { heat: 2 }) =>
  stepped(given.initial(input, { ...at, version: 1 })).state
const send = (state: ActorState, event: JsonObject & { type: string }) =>
  stepped(kernel.step(state, event, at))

function freeze<Value>(value: Value): Value {
  if (value !== null && typeof value === 'object') {
    Object.freeze(value)
    Object.values(value).forEach(freeze)
  }
  return value
}

describe('[D6] a step', () => {
  it('gives the same bytes for the same arguments, and changes none of them', () => {
    const state = freeze(open())
    const event = freeze({ type: 'HEAT', note: 'n', deep: { list: [1] } })
    const before = canonicalJson(state)
    const first = send(state, event)
    expect(canonicalJson(send(state, event))).toBe(canonicalJson(first))
    expect(canonicalJson(createKernel(machine).step(state, event, at))).toBe(canonicalJson(first))
    expect(canonicalJson(state)).toBe(before)
  })

  it('is not touched by what came before it in the same kernel', () => {
    const state = open()
    const alone = canonicalJson(send(state, { type: 'SAY' }))
    send(state, { type: 'HEAT' })
    kernel.step(state, { type: 'xstate.error.actor.stranger', error: 'x' }, at)
    expect(canonicalJson(send(state, { type: 'SAY' }))).toBe(alone)
  })

  it('gives a state that is JSON, and goes on from it after a round trip', () => {
    const hot = send(open(), { type: 'HEAT' }).state
    const restored = JSON.parse(JSON.stringify(hot)) as ActorState
    expect(send(restored, { type: 'DONE' })).toEqual(send(hot, { type: 'DONE' }))
  })

  it('says whether anything took the event, and whether anything changed', () => {
    const state = open()
    expect(send(state, { type: 'UNKNOWN' })).toMatchObject({
      handled: false,
      changed: false,
      effects: [],
      status: 'active',
    })
    expect(send(open(kernel, { heat: 1 }), { type: 'HEAT' })).toMatchObject({
      handled: false,
      changed: false,
    })
    expect(send(state, { type: 'HEAT' })).toMatchObject({ handled: true, changed: true })
    expect(send(state, { type: 'HUSH' })).toMatchObject({ handled: true, changed: true })
    expect(send(state, { type: 'UNKNOWN' }).state).toEqual(state)
  })

  it('gives the output of a machine that has ended, then and later', () => {
    const over = send(send(open(), { type: 'HEAT' }).state, { type: 'DONE' })
    expect(over).toMatchObject({ status: 'done', output: { heat: 2 } })
    expect(send(over.state, { type: 'HEAT' })).toMatchObject({
      status: 'done',
      output: { heat: 2 },
      handled: false,
    })
  })

  it('takes hostile names for what they are: events that nothing waits for', () => {
    const state = open()
    for (const type of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '*', '']) {
      expect(send(state, { type })).toMatchObject({ handled: false, changed: false })
    }
  })
})

describe('[D3] effects', () => {
  it('have keys of actor, version and index, and absolute times', () => {
    expect(send(open(), { type: 'HEAT' }).effects).toEqual([
      { kind: 'spawn', key: 'web/v1:3:0', id: 'bake', src: 'work', input: { bread: 1 } },
      {
        kind: 'timer',
        key: 'web/v1:3:1',
        id: 'xstate.after.patience.oven.hot',
        due: 1_200,
        event: { type: 'xstate.after.patience.oven.hot' },
      },
    ])
  })

  it('[D4] of time may lie further off than a timer of the system reaches', () => {
    expect(send(open(), { type: 'WAIT' }).effects).toEqual([
      { kind: 'timer', key: 'web/v1:3:0', id: 'alarm', due: 1_000 + 2_592_000_000, event: { type: 'RUNG' } },
    ])
    expect(send(open(), { type: 'HUSH' }).effects).toEqual([
      { kind: 'cancel_timer', key: 'web/v1:3:0', id: 'alarm' },
    ])
  })

  it('end what was started under the key that started it', () => {
    const hot = send(open(), { type: 'HEAT' })
    expect(hot.state.children).toEqual({ bake: 'web/v1:3:0' })
    const cold = stepped(
      kernel.step(hot.state, { type: 'xstate.after.patience.oven.hot' }, { ...at, version: 4 }),
    )
    expect(cold.effects).toEqual([
      { kind: 'stop', key: 'web/v1:4:0', id: 'bake', child: 'web/v1:3:0' },
      { kind: 'cancel_timer', key: 'web/v1:4:1', id: 'xstate.after.patience.oven.hot' },
    ])
    expect(cold.state.children).toEqual({})
  })

  it('reach a child, and tell what was emitted; what was raised at once or logged is none', () => {
    const hot = send(open(), { type: 'HEAT' }).state
    expect(send(hot, { type: 'TELL' }).effects).toEqual([
      { kind: 'send', key: 'web/v1:3:0', to: 'bake', event: { type: 'turn' } },
    ])
    expect(send(open(), { type: 'SAY' }).effects).toEqual([
      { kind: 'emit', key: 'web/v1:3:0', event: { type: 'said', word: 'hello' } },
    ])
    expect(send(open(), { type: 'CHAIN' }).effects.map(({ kind }) => kind)).toEqual(['spawn', 'timer'])
  })
})

describe('a machine that cannot be trusted to a store', () => {
  const refused = (given: AnyStateMachine, event = 'GO') => {
    const made = createKernel(given)
    const first = made.initial({}, at)
    const step = first.kind === 'threw' ? first : made.step(first.state, { type: event }, at)
    if (step.kind !== 'threw') throw new Error(`it was taken: ${canonicalJson(step)}`)
    // The kernel is as good as before: the next step is not touched.
    if (first.kind === 'stepped')
      expect(stepped(made.step(first.state, { type: 'NOTHING' }, at)).state).toEqual(first.state)
    return step.reason
  }
  const on = (transition: object) =>
    createMachine({
      id: 'm',
      initial: 'a',
      context: {},
      states: { a: { on: { GO: transition } }, b: {} },
    } as never) as AnyStateMachine

  it('is refused custom actions: they would be I/O inside a decision', () => {
    let ran = 0
    expect(refused(on({ actions: () => (ran += 1) }))).toContain(
      'is a function that would run inside a decision; emit what it should do instead',
    )
    const named = setup({ actions: { launch: () => (ran += 1) } }).createMachine({
      initial: 'a',
      states: { a: { on: { GO: { actions: 'launch' } } } },
    })
    expect(refused(named)).toContain('action launch is a function')
    expect(refused(on({ actions: 'nowhere' }))).toContain('action nowhere')
    expect(ran).toBe(0)
  })

  it.each([
    ['a spawned one', on({ actions: spawnChild(work, { id: 'w' }) })],
    [
      'an invoked one',
      createMachine({
        initial: 'a',
        states: { a: { on: { GO: 'b' } }, b: { invoke: { src: work, id: 'w' } } },
      }) as AnyStateMachine,
    ],
    [
      'one in an assign',
      on({
        actions: assign({
          ref: ({ spawn }: { spawn: (logic: unknown, options: object) => unknown }) =>
            spawn(
              fromCallback(() => {}),
              { id: 'w' },
            ),
        } as never),
      }),
    ],
  ])('is refused inline logic: %s', (_, given) => {
    expect(refused(given)).toMatch(/inline/)
  })

  it('is refused children without an id, and with a system’s id', () => {
    const made = (action: object) =>
      setup({ actors: { work } }).createMachine({
        initial: 'a',
        states: { a: { on: { GO: { actions: action as never } } } },
      })
    expect(refused(made(spawnChild('work')))).toContain('a child without an id')
    expect(refused(made(spawnChild('work', { id: 'w', systemId: 's' } as never)))).toContain('systemId')
  })

  it('is refused a circle of eventless transitions, even at its start', () => {
    const circle = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
    }) as AnyStateMachine
    expect(refused(circle)).toContain('Infinite loop')
    const atOnce = createMachine({
      initial: 'b',
      states: { b: { always: 'c' }, c: { always: 'b' } },
    }) as AnyStateMachine
    expect(refused(atOnce)).toContain('Infinite loop')
    const raises = createMachine({
      initial: 'a',
      states: { a: { on: { GO: { actions: raise({ type: 'GO' }) } } } },
    }) as AnyStateMachine
    expect(refused(raises)).toContain('Infinite loop')
  })

  it('[L6] refuses the step when a guard, an action or the context throws', () => {
    const fail = (what: string) => () => {
      throw new Error(`${what} broke`)
    }
    expect(refused(on({ target: 'b', guard: fail('the guard') }))).toContain('the guard broke')
    expect(refused(on({ actions: assign(fail('the assign') as never) }))).toContain('the assign broke')
    expect(refused(on({ actions: enqueueActions(fail('the action')) }))).toContain('the action broke')
    expect(refused(on({ actions: emit(fail('the emission') as never) }))).toContain('the emission broke')
    expect(refused(createMachine({ context: fail('the context') } as never) as AnyStateMachine)).toContain(
      'the context broke',
    )
  })

  it('is refused what JSON cannot hold', () => {
    expect(refused(on({ actions: assign({ what: () => () => 0 } as never) }))).toContain('no JSON form')
    expect(refused(on({ actions: emit({ type: 'x', size: Number.NaN } as never) }))).toContain('no JSON form')
  })

  it('[L8] is ended by a child’s error that nothing handles, as XState does', () => {
    const step = kernel.step(open(), { type: 'xstate.error.actor.stranger', error: { name: 'x' } }, at)
    expect(step).toMatchObject({ kind: 'stepped', status: 'error', error: { name: 'x' } })
  })

  it('is left as it was: the kernel bounds a copy', () => {
    const given = createMachine({ initial: 'a', states: { a: {} } }) as AnyStateMachine
    createKernel(given)
    expect(given.options.maxIterations).toBe(Number.POSITIVE_INFINITY)
  })
})
