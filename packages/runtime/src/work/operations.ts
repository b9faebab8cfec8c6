import type {
  Autonomy,
  Clock,
  Footprint,
  Json,
  JsonObject,
  OperationRecord,
  Service,
  StoredWork,
  Task,
} from '@opschart/core'

import { serviceOf } from '../driver/names.ts'
import type { Message, TurnOutcome, Turns } from '../driver/turn.ts'
import type { Attempt, Outcome } from './dispatcher.ts'
import type { Survivors } from './survivors.ts'
import { taskContext, type TaskSources } from './task-context.ts'

/** Carries operations out, and writes down what came of them. */
export function createOperations(sources: {
  turns: Turns
  clock: Clock
  services: ReadonlyMap<string, Service>
  tasks: TaskSources
  survivors: Survivors
  /** How autonomy stands for a service's tasks, now. */
  autonomy: (service: string) => Promise<(agent: string, task: string) => Autonomy>
  after: (outcome: TurnOutcome) => void
}) {
  const { turns, clock } = sources
  const what = (operation: OperationRecord) => `${operation.agent}.${operation.task}`

  async function note(lifecycle: string, message: Omit<Extract<Message, { kind: 'private' }>, 'kind' | 'actor' | 'entry'>): Promise<void> {
    const outcome = await turns.take(serviceOf(lifecycle), [{ kind: 'private', entry: 'message', actor: lifecycle, ...message }])
    sources.after(outcome)
  }

  return {
    async perform(attempt: Attempt, task: Task): Promise<Json> {
      const { operation, work } = attempt
      const service: Service = sources.services.get(serviceOf(work.actor)) ?? { name: serviceOf(work.actor) }
      const event = { type: 'operation.started', operation: operation.id, what: what(operation), attempt: work.attempt }
      await note(work.actor, { event })
      const autonomy = await sources.autonomy(service.name)
      const context = taskContext(sources.tasks, {
        operation,
        attempt: work.attempt,
        service,
        cancel: attempt.controller.signal,
        token: attempt.token,
        timeout: task.timeout,
        progress: (line) => void (attempt.progress = line),
        started: (pid) => sources.survivors.started(operation.id, pid),
        autonomy,
        footprint: (footprint) => declare(work.actor, operation, footprint),
      })
      try {
        return await task.run(operation.input, context)
      } finally {
        sources.survivors.ended(operation.id)
      }
    },

    /** Writes an outcome: the lifecycle's list, and the workflow that waits for it, in one turn. */
    async settle({ work, operation }: { work: StoredWork; operation: OperationRecord }, outcome: Outcome): Promise<boolean> {
      const failure = 'failure' in outcome ? outcome.failure : undefined
      const told = { type: 'operation.settled', operation: operation.id, what: what(operation), outcome: failure?.code ?? 'done' }
      const ended = { kind: 'footprint_ended' as const, operation: operation.id, at: clock.now() }
      const messages: Message[] = [
        { kind: 'private', entry: 'result', actor: work.actor, event: told, changes: [ended], cause: operation.id },
      ]
      const waiting = operation.warrant === null ? undefined : await child(operation.id)
      if (waiting !== undefined) {
        const { actor, id } = waiting
        const event =
          failure === undefined
            ? { type: `xstate.done.actor.${id}`, output: (outcome as { output: Json }).output, actorId: id }
            : { type: `xstate.error.actor.${id}`, error: failure as unknown as JsonObject, actorId: id }
        const fence = { child: { id, key: operation.id } }
        messages.push({ kind: 'private', entry: 'result', actor, event, fence, cause: operation.id })
      }
      const settled = [{ key: work.key, attempt: work.attempt }]
      const turn = await turns.take(serviceOf(work.actor), messages, { settled })
      sources.after(turn)
      if (!turn.late) return true
      // Somebody else did it, or it was cancelled: its result changes nothing, and that is written down.
      const data = { text: `a late result of ${what(operation)} was dropped`, operation: operation.id }
      sources.after(await turns.take(serviceOf(work.actor), [{ kind: 'told', entry: 'problem', type: 'late_result', by: 'system', data }]))
      return false
    },
  }

  async function child(operation: string): Promise<{ actor: string; id: string } | undefined> {
    const actor = operation.replace(/:\d+:[^:]+$/, '')
    const id = await turns.childOf(actor, operation)
    return id === undefined ? undefined : { actor, id }
  }

  async function declare(lifecycle: string, operation: OperationRecord, footprint: Footprint): Promise<void> {
    const { commits = [], versions = [], paths = [] } = footprint
    const touches = [...versions, ...commits, ...paths].slice(0, 5).join(', ')
    const event = { type: 'operation.footprint', operation: operation.id, what: what(operation), touches }
    const entry = {
      operation: operation.id,
      task: what(operation),
      commits: commits.slice(0, 200),
      versions: versions.slice(0, 50),
      paths: paths.slice(0, 200),
      ended: null,
    }
    await note(lifecycle, { event, changes: [{ kind: 'footprint', footprint: entry }] })
  }
}
