import {
  contextOf,
  type ActorState,
  type JsonObject,
  type Lifecycle,
  type OperationRecord,
  type Pause,
  type ServiceState,
  type Store,
  type StoredWork,
  type Warrant,
} from '@opschart/core'

import { lifecycleOf, serviceFact, serviceOf, systemActor, workflowActor } from '../driver/names.ts'
import { emptySystem, pauseOf, type SystemState } from '../driver/policy.ts'
import { isOperationAttempt, type Attempt } from './attempt.ts'

/** An operation in its place: what a pause is asked about. */
export interface Held {
  readonly lifecycle: string
  readonly operation: OperationRecord
  /** How often it was started. */
  readonly attempt: number
}

/** Says what pauses hold back [L11]. */
export function createHolding({ store, lifecycle }: { store: Store; lifecycle: Lifecycle }) {
  const stateOf = async (actor: string) =>
    (await store.actor(actor))?.state as unknown as ActorState | undefined

  async function warrantOf({ lifecycle: home, operation }: Held): Promise<Warrant | undefined> {
    if (operation.warrant === null) return undefined
    const state = await stateOf(home)
    const warrants = state === undefined ? {} : contextOf(state).warrants
    return Object.hasOwn(warrants, operation.warrant) ? warrants[operation.warrant] : undefined
  }

  /** The pause that is meant for an operation; a rule's is also meant for the workflow that the rule has set going. */
  async function pauseFor(pauses: readonly Pause[], held: Held): Promise<Pause | undefined> {
    if (pauses.length === 0) return undefined
    const { agent, requested_by } = held.operation
    const asked = (await warrantOf(held))?.by
    const place = { service: serviceOf(held.lifecycle), agent }
    return pauses.find((pause) =>
      [requested_by, ...(asked === undefined ? [] : [asked])].some(
        (by) => pauseOf([pause], { ...place, by }) !== undefined,
      ),
    )
  }

  /** What a pause must not stop half-way: a compensation, or the rest of a roll-back that has begun. */
  async function mustGoOn(held: Held): Promise<boolean> {
    const warrant = await warrantOf(held)
    if (warrant === undefined) return false
    const { agent, task } = held.operation
    if (isCompensation(lifecycle, warrant.workflow, agent, task)) return true
    if (warrant.workflow !== 'rollback') return false
    if (held.attempt > 0) return true
    const run = await stateOf(workflowActor(held.lifecycle, warrant.run))
    const { results = {}, attempts = {} } = (run?.snapshot['context'] ?? {}) as {
      results?: JsonObject
      attempts?: Record<string, number>
    }
    return Object.keys(results).length > 0 || Object.values(attempts).some((count) => count > 1)
  }

  async function pausedBy(pauses: readonly Pause[], held: Held): Promise<string | undefined> {
    const pause = await pauseFor(pauses, held)
    return pause === undefined || (await mustGoOn(held)) ? undefined : `paused: ${pause.target}`
  }

  return {
    /** Reads the pauses once; what it gives says of each piece of work why it may not start now. */
    async look(): Promise<(work: StoredWork) => Promise<string | undefined>> {
      const system = (await store.actor(systemActor))?.state as unknown as SystemState | undefined
      const { pauses } = system ?? emptySystem
      return async ({ actor, attempt, task }) => {
        const { operation, kind } = task as unknown as { operation?: OperationRecord; kind: string }
        if (kind === 'leaf')
          return pauses.some(({ target }) => target === 'everything') ? 'paused: everything' : undefined
        return operation === undefined
          ? undefined
          : pausedBy(pauses, { lifecycle: actor, operation, attempt })
      }
    },
    pausedBy,
    /** Who has the service by now, where an operation's workflow had taken it for itself and has lost it [L15]. */
    async takenBy(held: Pick<Held, 'lifecycle' | 'operation'>): Promise<string | undefined> {
      const warrant = await warrantOf({ ...held, attempt: 0 })
      if (warrant?.exclusive !== true) return undefined
      const [fact] = await store.facts([serviceFact(serviceOf(held.lifecycle))])
      const run = (fact?.value as unknown as ServiceState | undefined)?.exclusive?.run
      return run === warrant.run ? undefined : (run ?? 'nobody')
    },
    /** Ids of the operations, of what is under way, that a pause of this target is meant for, begun or not. */
    async meant(target: string, attempts: Iterable<Attempt>): Promise<readonly string[]> {
      const pauses = [{ target, by: 'system', at: 0, reason: '' }] as const
      const asked = [...attempts].filter(isOperationAttempt).map(async ({ operation, work }) => {
        const held = { lifecycle: lifecycleOf(work.actor), operation, attempt: work.attempt }
        return (await pauseFor(pauses, held)) === undefined ? [] : [operation.id]
      })
      return (await Promise.all(asked)).flat()
    },
  }
}

/** Says what pauses hold back. */
export type Holding = ReturnType<typeof createHolding>

function isCompensation(lifecycle: Lifecycle, workflow: string, agent: string, task: string): boolean {
  const definition = Object.hasOwn(lifecycle.workflows, workflow) ? lifecycle.workflows[workflow] : undefined
  const steps = (definition?.steps ?? []).flatMap((step) =>
    'parallel' in step ? step.parallel.flat() : [step],
  )
  const is = (pair: readonly string[] | undefined) => pair?.[0] === agent && pair[1] === task
  // A task that is also a step of its own is not known to be a compensation.
  const done = steps.some((step) => is('do' in step ? step.do : (step as readonly string[])))
  return !done && steps.some((step) => 'do' in step && is(step.compensate))
}
