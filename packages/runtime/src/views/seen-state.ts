import {
  redactJson,
  type ActorState,
  type InspectionStep,
  type Json,
  type JsonObject,
  type JournalRow,
  type PastView,
  type SeenState,
} from '@opschart/core'

import { actorOfOperation } from '../driver/names.ts'
import { isMachineActor, publicId } from '../machines/actor-names.ts'
import type { MachineState } from '../machines/machine-state.ts'
import { logView } from './log-view.ts'

/** What is seen from outside of an actor's state; what looks like a secret is not. */
export function seen(state: ActorState): SeenState {
  const { value = null, context = {}, output, error } = snapshotOf(state)
  return {
    status: statusOf(state),
    value: value as Json,
    context: redactJson(context as JsonObject) as JsonObject,
    ...(output === undefined ? {} : { output: redactJson(output) }),
    ...(error === undefined ? {} : { error: redactJson(error) }),
  }
}

/** An actor's snapshot. What people have switched is no machine's: all of it is what the system remembers. */
export function snapshotOf(state: ActorState): JsonObject {
  return Object.hasOwn(state, 'snapshot') ? state.snapshot : { context: state as unknown as JsonObject }
}

/** How an actor stands: that it is parked is said before what XState says. */
export function statusOf(state: ActorState): PastView['status'] {
  if ((state as MachineState).parked !== undefined) return 'parked'
  return (snapshotOf(state)['status'] as PastView['status'] | undefined) ?? 'active'
}

/** What people call an actor. */
export const shown = (actor: string): string => (isMachineActor(actor) ? publicId(actor) : actor)

/** A row as an inspector is told it, with what its actor was after it, where that is known. */
export function stepOf(row: Omit<JournalRow, 'hash'>, state: ActorState | undefined): InspectionStep {
  const { type, data, verdict, effects, by, text, kind, cause } = logView(row)
  const sender = kind === 'message' && cause !== null ? shown(actorOfOperation(cause)) : null
  return {
    actor: shown(row.actor),
    sequence: row.sequence,
    at: row.at,
    event: { ...(data as JsonObject | null), type },
    from: by ?? sender,
    ...(verdict === null ? {} : { verdict }),
    ...(state === undefined ? {} : { state: seen(state) }),
    ...(effects.length === 0 ? {} : { effects }),
    text,
  }
}
