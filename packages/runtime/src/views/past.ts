import { OpschartError, type JsonObject, type PastView } from '@opschart/core'

import type { AuditSources } from '../driver/audit.ts'
import { isMachineActor, publicId } from '../machines/actor-names.ts'
import type { Points } from './points.ts'
import { snapshotOf, statusOf } from './seen-state.ts'

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
    const snapshot = snapshotOf(known.state)
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
