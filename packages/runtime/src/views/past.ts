import { OpschartError, type ActorState, type Json, type JsonObject, type PastView } from '@opschart/core'

import type { AuditSources } from '../driver/audit.ts'
import { isMachineActor, publicId } from '../machines/actor-names.ts'
import type { MachineState } from '../machines/machine-state.ts'
import type { Points } from './points.ts'

/** Answers what an actor was after any row. */
export function createPast({ store }: Pick<AuditSources, 'store'>, points: Points) {
  return async (actor: string, sequence?: number): Promise<PastView | undefined> => {
    const to = sequence ?? (await store.head()).sequence
    const { row, known, previous } = await points.at(actor, to)
    if (row === undefined) return undefined
    if (known === undefined || known.state === null) {
      throw new OpschartError(
        'input',
        `row ${row.sequence} was decided by a definition that is not here any more; the log tells what came of it`,
      )
    }
    const [next] = await store.history({ actor, from: row.sequence + 1, limit: 1 })
    const { snapshot } = known.state
    return {
      actor: isMachineActor(actor) ? publicId(actor) : actor,
      sequence: row.sequence,
      at: row.at,
      version: row.version,
      status: statusOf(known.state),
      value: snapshot['value'] ?? null,
      context: (snapshot['context'] ?? {}) as JsonObject,
      previous,
      next: next?.sequence ?? null,
    }
  }
}

/** How an actor stands: that it is parked is said before what XState says. */
export function statusOf(state: ActorState): PastView['status'] {
  if ((state as MachineState).parked !== undefined) return 'parked'
  return (state.snapshot['status'] as Json as PastView['status'] | undefined) ?? 'active'
}
