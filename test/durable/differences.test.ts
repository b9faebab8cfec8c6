// Properties:
//   - What is written down as different from XState's own actors (docs/extend.md) is so, there and here, and is all that the
//     comparison of durable with live leaves out.

import {
  compareWithLive,
  liveRun,
  machineOf,
  type CaseLiteral,
  type MachineLiteral,
  type Observation,
  type StepLiteral,
} from '@opschart/testing'
import { describe, expect, it } from 'vitest'
import { createActor, fromPromise, SimulatedClock, type AnyActorRef } from 'xstate'

import { inMemory } from './stores.ts'

/** What XState's own actors emit, as their listeners hear it, and the context that the root ends with. */
function there(machine: MachineLiteral, steps: readonly StepLiteral[]) {
  const heard: string[] = []
  const clock = new SimulatedClock()
  const logic = machineOf(machine, () => fromPromise(() => new Promise(() => {})))
  const actor = createActor(logic, {
    clock,
    input: null as never,
    logger: () => {},
    inspect(event) {
      const actorRef = event.actorRef as AnyActorRef
      if (event.type === '@xstate.actor') actorRef.on('*', ({ type }) => void heard.push(type))
    },
  })
  actor.subscribe({ error: () => {} })
  actor.start()
  for (const step of steps) {
    if ('send' in step) actor.send({ type: step.send })
    else if ('advance' in step) clock.increment(step.advance)
  }
  return { heard, context: actor.getSnapshot().context as { n: number; seen: string[] } }
}

/** The same of a durable actor. */
async function here(machine: MachineLiteral, steps: readonly StepLiteral[]) {
  const run = await inMemory(machine, null)
  const seen: Observation[] = [run.started]
  for (const step of steps) seen.push(await run.take(step))
  await run.close()
  const heard = seen.flatMap(({ emitted }) => emitted.map(({ event }) => (event as { type: string }).type))
  return { heard, context: seen.at(-1)!.actors['root']!.context as { n: number; seen: string[] } }
}

const go = [{ send: 'GO' }] as const

describe('[D11] what differs on purpose', () => {
  it('emissions are told step by step, in the order in which steps begin', async () => {
    const machine: MachineLiteral = {
      id: 'root',
      invoke: [{ src: 'kid', id: 'p' }],
      on: {
        GO: [{ actions: [{ emit: 'before' }, { send: 'TICK', to: { id: 'p' } }, { emit: 'after' }] }],
      },
      actors: { kid: { id: 'kid', on: { TICK: [{ actions: [{ emit: 'between' }] }] } } },
    }
    expect(there(machine, go).heard).toEqual(['before', 'between', 'after'])
    expect((await here(machine, go)).heard).toEqual(['before', 'after', 'between'])
  })

  it('an operation takes no message, and so shows nothing new after one', async () => {
    const machine: MachineLiteral = {
      id: 'root',
      invoke: [{ src: 'fetch', id: 'p', onSnapshot: [{ actions: [{ add: 'n', by: 1 }] }] }],
      on: { GO: [{ actions: [{ send: 'TICK', to: { id: 'p' } }] }] },
      actors: { fetch: 'operation' },
    }
    expect(there(machine, go).context.n).toBe(2)
    expect((await here(machine, go)).context.n).toBe(1)
  })

  it('a delayed event whose id is in use takes the place of the earlier one', async () => {
    const machine: MachineLiteral = {
      id: 'root',
      entry: [
        { raise: 'TICK', delay: 10, id: 'later' },
        { raise: 'TICK', delay: 25, id: 'later' },
      ],
      on: { TICK: [{ actions: [{ add: 'n', by: 1 }] }] },
    }
    const steps = [{ advance: 10 }, { advance: 100 }] as const
    expect(there(machine, steps).context.n).toBe(2)
    expect((await here(machine, steps)).context.n).toBe(1)
  })

  it('at its parent’s start, a child that is over before it begins is not started after its sisters', async () => {
    const machine: MachineLiteral = {
      id: 'root',
      entry: [
        { spawn: 'over', id: 'p' },
        { spawn: 'kid', id: 'q' },
      ],
      actors: {
        over: {
          id: 'over',
          initial: 'k',
          states: { k: { type: 'final', entry: [{ emit: 'over' }] } },
        },
        kid: { id: 'kid', entry: [{ emit: 'kid' }] },
      },
    }
    expect(there(machine, []).heard).toEqual(['kid', 'over'])
    expect((await here(machine, [])).heard).toEqual(['over', 'kid'])
  })

  it('a child that would get the id of one that is at work is refused', async () => {
    const machine: MachineLiteral = {
      id: 'root',
      type: 'parallel',
      states: {
        k: { on: { GO: [{ actions: [{ spawnChild: 'fetch', id: 'b-0' }, { note: 'spawned' }] }] } },
        b: { invoke: [{ src: 'fetch', id: 'b-0' }] },
      },
      actors: { fetch: 'operation' },
    }
    expect(there(machine, go).context.seen).toEqual(['spawned GO'])
    expect((await here(machine, go)).context.seen).toEqual([])
  })

  /** The default of a history in a parallel state is that state: XState then leaves it, and is in its regions all the same. */
  it('where XState’s own active states are none that can be active together, nothing is compared', async () => {
    const given: CaseLiteral = {
      machine: {
        id: 'root',
        initial: 'b',
        states: {
          b: {
            type: 'parallel',
            states: { x: { on: { GO: [{ target: 'd' }] } }, d: { type: 'history', history: 'deep' } },
          },
        },
      },
      input: null,
      steps: go,
    }
    const run = await liveRun(given.machine)
    expect(run.useless()).toBe(undefined)
    await run.take(go[0])
    expect(run.useless()).toBe('XState has lost its way: the active states are no configuration')
    expect(await compareWithLive(given, inMemory)).toBe(false)
  })
})
