import type { ActorState, Json, JsonObject } from '@opschart/core'

import type { Chart } from './charts.ts'

/** What waits for an actor that is parked. */
export interface Letter {
  readonly event: JsonObject & { readonly type: string }
  /** What it came as. */
  readonly kind: 'message' | 'timer' | 'result'
  /** What made it come: for a result, the key of the operation that it is of. */
  readonly cause?: string
}

/** Why an actor takes nothing any more, and what has come for it since, in order. */
export interface Parked {
  readonly reason: string
  readonly since: number
  readonly letters: readonly Letter[]
}

/** The durable state of a machine's actor: what its kernel goes on from, and what the driver has to know of it. */
export interface MachineState extends ActorState {
  readonly format: 1
  /** Path of its chart: `order`, `order/payment`. */
  readonly chart: string
  /** The machine's `version`, where it says one. */
  readonly chart_version?: string
  /** The key of the effect that started it; absent for one that was started from outside. */
  readonly born?: string
  /** The id that its parent knows it by. */
  readonly name?: string
  /** Whether its parent is told of each change. */
  readonly sync?: true
  readonly parked?: Parked
}

/** The state of an actor that is started. */
export function openingState(
  chart: Chart,
  step: { readonly state: ActorState },
  child: Pick<MachineState, 'born' | 'name' | 'sync'>,
): MachineState {
  const { version } = chart.machine
  const { snapshot, children } = step.state
  return {
    format: 1,
    chart: chart.path,
    ...(version === undefined ? {} : { chart_version: version }),
    ...child,
    snapshot,
    children,
  }
}

/** How an actor stands, as XState says it. */
export function statusOf({ snapshot }: ActorState): 'active' | 'done' | 'error' | 'stopped' {
  return snapshot['status'] as 'active' | 'done' | 'error' | 'stopped'
}

/** The state after a step: what the kernel gave, in the envelope that was there. */
export function stateAfter(before: MachineState, { snapshot, children }: ActorState): MachineState {
  return { ...before, snapshot, children }
}

/** The state of one that is parked from now on, or gets one more letter. */
export function parkedState(
  before: MachineState,
  { reason, at, letter }: { reason: string; at: number; letter: Letter },
): MachineState {
  const { parked = { reason, since: at, letters: [] } } = before
  return { ...before, parked: { ...parked, letters: [...parked.letters, letter] } }
}

/** The state of one that was parked and is no longer. */
export function freedState(state: MachineState): MachineState {
  const { parked: _, ...rest } = state
  return rest
}

/** The state of one that was parked when it was told to end. */
export function givenUpState(state: MachineState): MachineState {
  const rest = freedState(state)
  return { ...rest, snapshot: { ...rest.snapshot, status: 'stopped' } }
}

/** A state value as people read it: `review.human`, `left.idle | right.busy`. */
export function valueText(value: Json | undefined): string {
  if (typeof value === 'string') return value
  const regions = Object.entries((value ?? {}) as JsonObject).map(([name, inner]) => {
    const text = valueText(inner)
    if (text === '') return name
    return text.includes(' | ') ? `${name}.(${text})` : `${name}.${text}`
  })
  return regions.join(' | ')
}
