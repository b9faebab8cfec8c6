import { setup, type AnyStateMachine } from 'xstate'

/** What a compiled machine's names stand for. */
export interface Implementations {
  readonly actors: Readonly<Record<string, unknown>>
  readonly guards: Readonly<Record<string, unknown>>
  readonly actions: Readonly<Record<string, unknown>>
  readonly delays?: Readonly<Record<string, unknown>>
}

/**
 * A machine from a config that was computed. XState infers types from literals; here there are none to infer from, so
 * this is the one place where its inference is left.
 */
export function compileMachine(implementations: Implementations, config: object): AnyStateMachine {
  return setup(implementations as never).createMachine(config as never) as unknown as AnyStateMachine
}
