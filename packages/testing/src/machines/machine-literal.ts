import type { Json } from '@opschart/core'

/**
 * An XState machine as data: JSON that can be printed, pasted into a test and made into a machine by `machineOf`. All of
 * its actions, guards, delays and actors are named in the machine that comes of it. Its context is always the same:
 * counters `n` and `m`, what it was handed last, what its actions saw, a `map`, and the children that it has spawned.
 */
export interface MachineLiteral extends StateLiteral {
  readonly id: string
  /** What `src` means in it: a machine of its own, or an operation whose outcome the schedule decides. */
  readonly actors?: Readonly<Record<string, MachineLiteral | 'operation'>>
}

/** One state. Targets are written as in XState. */
export interface StateLiteral {
  readonly type?: 'parallel' | 'final' | 'history'
  readonly history?: 'shallow' | 'deep'
  /** Of a history state: where to go when there is no history yet. */
  readonly target?: string
  readonly initial?: string
  /** Actions of the initial transition. */
  readonly starting?: readonly ActionLiteral[]
  readonly entry?: readonly ActionLiteral[]
  readonly exit?: readonly ActionLiteral[]
  readonly invoke?: readonly InvokeLiteral[]
  /** By event descriptor; wildcards too. A transition that is `{}` forbids the event. */
  readonly on?: Readonly<Record<string, readonly TransitionLiteral[]>>
  readonly always?: readonly TransitionLiteral[]
  /** By milliseconds, or by the name of a delay: `short` is 10, `counted` is 10, 20 or 30, by the context. */
  readonly after?: Readonly<Record<string, readonly TransitionLiteral[]>>
  readonly onDone?: readonly TransitionLiteral[]
  readonly tags?: readonly string[]
  /** Of a final state or the machine: `context` gives a part of the context, anything else is given as it is. */
  readonly output?: Json
  readonly states?: Readonly<Record<string, StateLiteral>>
}

/** One transition. */
export interface TransitionLiteral {
  readonly target?: string | readonly string[]
  readonly guard?: GuardLiteral
  readonly actions?: readonly ActionLiteral[]
  readonly reenter?: boolean
}

/** A child that lives as long as its state is active. */
export interface InvokeLiteral {
  readonly src: string
  /** XState makes one of the state's when it is absent. */
  readonly id?: string
  /** `context` gives a part of the context and the event, anything else is given as it is. */
  readonly input?: Json
  readonly onDone?: readonly TransitionLiteral[]
  readonly onError?: readonly TransitionLiteral[]
  readonly onSnapshot?: readonly TransitionLiteral[]
}

/** A delay in milliseconds, or the name of one. */
export type DelayLiteral = number | 'short' | 'counted'

/** To whom a message goes: the machine itself, its parent, or a child by its id or by the reference in the context. */
export type ReceiverLiteral = 'self' | 'parent' | { readonly id: string } | { readonly ref: string }

/** One action. */
export type ActionLiteral =
  /** Adds to a counter. */
  | { readonly add: 'n' | 'm'; readonly by: number }
  /** Notes that it ran, and on which event. */
  | { readonly note: string }
  /** Keeps what the event carries: an output, an error, a number, a child's snapshot. */
  | { readonly keep: 'event' }
  /** Sets an entry of `map` to `n`. */
  | { readonly mark: string }
  /** Keeps the first entry of `map`. */
  | { readonly keep: 'first mark' }
  | { readonly log: string }
  | { readonly emit: string }
  | { readonly raise: string; readonly delay?: DelayLiteral; readonly id?: string }
  | {
      readonly send: string
      readonly to: ReceiverLiteral
      readonly delay?: DelayLiteral
      readonly id?: string
    }
  | { readonly forward: string }
  | { readonly cancel: string }
  /** `spawnChild`; `sync` lets the parent have the child's snapshots. */
  | { readonly spawnChild: string; readonly id: string; readonly input?: Json; readonly sync?: true }
  /** `spawn` of `assign`, with the reference in the context. */
  | { readonly spawn: string; readonly id: string; readonly input?: Json; readonly sync?: true }
  /** Stops a spawned child; `kept` leaves its reference in the context. */
  | { readonly stop: string; readonly by: 'id' | 'ref'; readonly kept?: true }
  /** `enqueueActions` with `check`. */
  | {
      readonly when: GuardLiteral
      readonly do: readonly ActionLiteral[]
      readonly otherwise?: readonly ActionLiteral[]
    }

/** One guard. */
export type GuardLiteral =
  /** The counter, divided by `by`, leaves `leaves`. */
  | { readonly count: 'n' | 'm'; readonly by: number; readonly leaves: number }
  /** The event carries this number. */
  | { readonly x: number }
  /** The event is of this type. */
  | { readonly event: string }
  /** A spawned child of this id has not been stopped. */
  | { readonly has: string }
  | { readonly in: string }
  | { readonly not: GuardLiteral }
  | { readonly and: readonly GuardLiteral[] }
  | { readonly or: readonly GuardLiteral[] }

/** One step of a schedule. What it sets off among the actors is over before the next one. */
export type StepLiteral =
  /** An event from outside, for the root. */
  | { readonly send: string; readonly x?: number }
  /** Time goes on by so many milliseconds; each timer fires at its time. */
  | { readonly advance: number }
  /** An operation under way ends: the oldest, the newest, or the one at this place of the list. None under way: nothing. */
  | { readonly settle: 'oldest' | 'newest' | number; readonly output: Json }
  | { readonly settle: 'oldest' | 'newest' | number; readonly error: string }

/** A machine, what it starts with, and what happens to it. */
export interface CaseLiteral {
  readonly machine: MachineLiteral
  readonly input: Json
  readonly steps: readonly StepLiteral[]
}
