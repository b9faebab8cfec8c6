import type { Json } from '@opschart/core'
import { and, not, or, setup, stateIn, type AnyActorLogic, type AnyStateMachine } from 'xstate'

import { actionOf } from './_action-of.ts'
import { inputOf, type Arguments, type SampleContext } from './_sample-context.ts'
import type {
  ActionLiteral,
  GuardLiteral,
  InvokeLiteral,
  MachineLiteral,
  StateLiteral,
  TransitionLiteral,
} from './machine-literal.ts'

/** Gives the logic of an operation of this name. */
export type OperationMaker = (name: string) => AnyActorLogic

/** More microsteps than this for one event are a circle. */
const mostMicrosteps = 100

/**
 * Makes the XState machine of a literal, through `setup`. A machine with a circle of eventless transitions fails with
 * XState's own error after 100 microsteps.
 */
export function machineOf(literal: MachineLiteral, operation: OperationMaker): AnyStateMachine {
  const actions: Record<string, unknown> = {}
  const guards: Record<string, unknown> = { ...leafGuards }
  const actors: Record<string, AnyActorLogic> = {}
  for (const [name, actor] of Object.entries(literal.actors ?? {})) {
    actors[name] = actor === 'operation' ? operation(name) : machineOf(actor, operation)
  }

  const guard = (literal: GuardLiteral): unknown => {
    const [type] = Object.keys(literal)
    if (type !== undefined && Object.hasOwn(leafGuards, type)) return { type, params: literal }
    const name = JSON.stringify(literal)
    if ('in' in literal) guards[name] = stateIn(literal.in)
    else if ('not' in literal) guards[name] = not(guard(literal.not) as never)
    else if ('and' in literal) guards[name] = and(literal.and.map(guard) as never)
    else if ('or' in literal) guards[name] = or(literal.or.map(guard) as never)
    return name
  }
  const action = (literal: ActionLiteral): string => {
    const name = JSON.stringify(literal)
    actions[name] ??= actionOf(literal, guard)
    return name
  }
  const transition = ({ target, guard: condition, actions: list, reenter }: TransitionLiteral) => ({
    ...(target !== undefined && { target }),
    ...(condition && { guard: guard(condition) }),
    ...(list && { actions: list.map(action) }),
    ...(reenter && { reenter }),
  })
  const transitions = (list: readonly TransitionLiteral[]) => list.map(transition)
  const byName = (record: Readonly<Record<string, readonly TransitionLiteral[]>>) =>
    Object.fromEntries(Object.entries(record).map(([name, list]) => [name, transitions(list)]))
  const invocation = ({ onDone, onError, onSnapshot, ...rest }: InvokeLiteral) => ({
    ...rest,
    ...('input' in rest && { input: inputOf(rest.input) }),
    ...(onDone && { onDone: transitions(onDone) }),
    ...(onError && { onError: transitions(onError) }),
    ...(onSnapshot && { onSnapshot: transitions(onSnapshot) }),
  })
  const state = (literal: StateLiteral): object => {
    const { type, history, target, initial, starting, tags, output } = literal
    const { entry, exit, invoke, on, always, after, onDone, states } = literal
    return {
      ...(type && { type }),
      ...(history && { history }),
      ...(target && { target }),
      ...(initial && {
        initial: starting ? { target: initial, actions: starting.map(action) } : initial,
      }),
      ...(entry && { entry: entry.map(action) }),
      ...(exit && { exit: exit.map(action) }),
      ...(invoke && { invoke: invoke.map(invocation) }),
      ...(on && { on: byName(on) }),
      ...(always && { always: transitions(always) }),
      ...(after && { after: byName(after) }),
      ...(onDone && { onDone: transitions(onDone) }),
      ...(tags && { tags }),
      ...(output !== undefined && { output: outputOf(output) }),
      ...(states && {
        states: Object.fromEntries(Object.entries(states).map(([key, value]) => [key, state(value)])),
      }),
    }
  }

  const config = {
    ...state(literal),
    id: literal.id,
    context: ({ input }: { input?: { n?: number } }): SampleContext => ({
      n: input?.n ?? 0,
      m: 0,
      last: null,
      seen: [],
      map: {},
      kids: [],
      refs: {},
    }),
    options: { maxIterations: mostMicrosteps },
  }
  const parts = { actions, guards, actors, delays }
  return setup(parts as never).createMachine(config as never) as unknown as AnyStateMachine
}

const leafGuards = {
  count: ({ context }: Arguments, { count, by, leaves }: { count: 'n' | 'm'; by: number; leaves: number }) =>
    context[count] % by === leaves,
  x: ({ event }: Arguments, { x }: { x: number }) => event.x === x,
  event: ({ event }: Arguments, literal: { event: string }) => event.type === literal.event,
  has: ({ context }: Arguments, { has }: { has: string }) => context.kids.includes(has),
}

const delays = {
  short: 10,
  counted: ({ context }: Arguments) => 10 * (1 + (context.n % 3)),
}

function outputOf(output: Json): unknown {
  return output === 'context'
    ? ({ context, event }: Arguments) => ({ n: context.n, last: context.last, on: event.type })
    : output
}
