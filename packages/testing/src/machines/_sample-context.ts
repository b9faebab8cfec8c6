import type { Json } from '@opschart/core'
import type { AnyActorRef, EventObject } from 'xstate'

/** What a machine of a literal carries. */
export interface SampleContext {
  readonly n: number
  readonly m: number
  readonly last: Json
  /** The last ten notes: what ran, and on which event. */
  readonly seen: readonly string[]
  readonly map: Readonly<Record<string, number>>
  /** Ids of spawned children that have not been stopped. */
  readonly kids: readonly string[]
  readonly refs: Readonly<Record<string, AnyActorRef>>
}

/** What events of the samples may carry. */
export interface SampleEvent extends EventObject {
  readonly x?: number
  readonly output?: Json
  readonly error?: { readonly name: string; readonly message: string }
  readonly snapshot?: { readonly status: string; readonly context?: { readonly n: number } }
}

/** What a guard, an action and an output are given. */
export interface Arguments {
  readonly context: SampleContext
  readonly event: SampleEvent
}

/** Input as XState takes it: a value, or what makes one of context and event. */
export function inputOf(input: Json | undefined): unknown {
  return input === 'context'
    ? ({ context, event }: Arguments) => ({ n: context.n + 1, on: event.type })
    : input
}
