import type { AnyStateMachine } from 'xstate'

import { OpschartError } from '../errors.ts'
import { copiedContext } from './fixed-context.ts'
import { standIn, type SpawnedChild } from './stand-ins.ts'

/** A machine that takes more steps than this for one event runs in a circle. */
const mostMicrosteps = 1_000

type MachineClass = new (config: unknown, implementations: unknown) => AnyStateMachine

/**
 * The same machine for a kernel: its children are stand-ins, it gives up on a circle of eventless transitions instead of
 * running for ever, and its context spawns nothing. The given one is left as it is.
 */
export function prepareMachine(given: AnyStateMachine, born: (child: SpawnedChild) => void): AnyStateMachine {
  const { actors, ...implementations } = given.implementations
  const config = given.config as { context?: unknown; options?: object }
  const { context } = config
  const Machine = given.constructor as unknown as MachineClass
  const prepared = new Machine(
    {
      ...config,
      // A context that is no function is one object for all actors: theirs is a copy.
      ...(typeof context === 'function'
        ? { context: withoutSpawn(context as ContextFactory) }
        : context === undefined
          ? {}
          : { context: copiedContext(context) }),
    },
    {
      ...implementations,
      actors: Object.fromEntries(Object.keys(actors).map((src) => [src, standIn(src, born)])),
    },
  )
  const most = given.options?.maxIterations
  prepared.options = {
    ...given.options,
    maxIterations: most !== undefined && Number.isFinite(most) ? most : mostMicrosteps,
  }
  return prepared
}

type ContextFactory = (given: Record<string, unknown>) => unknown

/** A context is made once more wherever XState wants an initial one: children do not belong there. */
function withoutSpawn(context: ContextFactory): ContextFactory {
  return (given) =>
    context({
      ...given,
      spawn: () => {
        throw new OpschartError(
          'configuration',
          'a context factory cannot spawn; invoke the child, or spawn it in an entry action of the initial state',
        )
      },
    })
}
