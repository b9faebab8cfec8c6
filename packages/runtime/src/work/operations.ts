import {
  OperationError,
  redactJson,
  type Autonomy,
  type Clock,
  type Crypto,
  type Footprint,
  type Json,
  type JsonObject,
  type OperationRecord,
  type Service,
  type StoredWork,
  type Task,
} from '@opschart/core'

import type { Message } from '../driver/message.ts'
import { actorOfOperation, serviceOf } from '../driver/names.ts'
import type { TurnOutcome } from '../driver/lines.ts'
import type { Turns } from '../driver/turn.ts'
import { plainLine } from '../plain-text.ts'
import type { OperationAttempt, Outcome } from './attempt.ts'
import type { Persist } from './persist.ts'
import type { Survivors } from './survivors.ts'
import { taskContext, type TaskSources } from './task-context.ts'

/** Carries operations out, and writes down what came of them. */
export function createOperations(sources: {
  turns: Turns
  clock: Clock
  crypto: Crypto
  taskOf: (operation: OperationRecord) => Task | undefined
  services: ReadonlyMap<string, Service>
  tasks: TaskSources
  survivors: Survivors
  persist: Persist
  /** How autonomy stands for a service's tasks, now. */
  autonomy: (service: string) => Promise<(agent: string, task: string) => Autonomy>
  /** The hash of what an operation would do, now. */
  planNow: (lifecycle: string, operation: OperationRecord) => Promise<string>
  /** Who has the service that an operation's workflow had taken; undefined when it still has it, or never had. */
  takenBy: (held: { lifecycle: string; operation: OperationRecord }) => Promise<string | undefined>
  after: (outcome: TurnOutcome) => void
}) {
  const { turns, clock, survivors } = sources

  /** Journals a step on the way, before what it speaks of is done: as long as the store has no room, it waits. */
  async function note(
    attempt: OperationAttempt,
    message: Omit<Extract<Message, { kind: 'private' }>, 'kind' | 'actor' | 'entry'>,
  ): Promise<void> {
    const { actor } = attempt.work
    const take = () =>
      turns.take(serviceOf(actor), [{ kind: 'private', entry: 'message', actor, ...message }])
    sources.after(await sources.persist(take, attempt.controller.signal))
  }

  /** An approval is of one plan: what would be done otherwise by now is not what a person has said yes to [L10]. */
  async function checkPlan({ work, operation }: OperationAttempt): Promise<void> {
    if ((work.task as { approved?: boolean }).approved !== true) return
    if ((await sources.planNow(work.actor, operation)) === operation.plan) return
    const message = 'what it would do has changed since it was approved; it was not done'
    throw new OperationError({ code: 'plan_changed', message })
  }

  async function declare(attempt: OperationAttempt, footprint: Footprint): Promise<void> {
    const { operation, controller } = attempt
    if (controller.signal.aborted) throw controller.signal.reason
    const { commits = [], versions = [], paths = [] } = footprint
    const touches = plainLine([...versions, ...commits, ...paths].slice(0, 5).join(', '), 300)
    const event = { type: 'operation.footprint', operation: operation.id, what: what(operation), touches }
    const entry = {
      operation: operation.id,
      task: what(operation),
      commits: commits.slice(0, 200),
      versions: versions.slice(0, 50),
      paths: paths.slice(0, 200),
      ended: null,
    }
    await note(attempt, { event, changes: [{ kind: 'footprint', footprint: entry }] })
  }

  async function childOf(operation: string): Promise<{ actor: string; id: string } | undefined> {
    const actor = actorOfOperation(operation)
    const id = await turns.childOf(actor, operation)
    return id === undefined ? undefined : { actor, id }
  }

  async function perform(attempt: OperationAttempt, task: Task): Promise<Json> {
    const { operation, work } = attempt
    await checkPlan(attempt)
    const service: Service = sources.services.get(serviceOf(work.actor)) ?? { name: serviceOf(work.actor) }
    const event = {
      type: 'operation.started',
      operation: operation.id,
      what: what(operation),
      attempt: work.attempt,
    }
    // From here on it changes the service: signals about it are held, and no roll-back comes between [L15].
    const run = task.changes === 'production' ? operation.warrant : null
    await note(attempt, { event, ...(run === null ? {} : { changes: [{ kind: 'act', run }] }) })
    const other = run === null ? undefined : await sources.takenBy({ lifecycle: work.actor, operation })
    if (other !== undefined) {
      // It was let in, and then waited (for a pause, for its agent): a roll-back has taken its place meanwhile.
      throw new OperationError({
        code: 'not_admitted',
        message: `the service is no longer its own: ${other} has it`,
      })
    }
    const autonomy = await sources.autonomy(service.name)
    const context = taskContext(sources.tasks, {
      attempt,
      service,
      timeout: task.timeout,
      started: (pid) => survivors.started(operation.id, pid),
      autonomy,
      footprint: (footprint) => declare(attempt, footprint),
    })
    try {
      return redactJson((await task.run(operation.input, context)) ?? null)
    } finally {
      // A program may outlive the task that has started it; then it is remembered still.
      void Promise.allSettled(attempt.programs).then(() => survivors.ended(operation.id))
    }
  }

  /** Writes an outcome: the lifecycle's list, and the workflow that waits for it, in one turn. False when it came too late. */
  async function settle(
    { work, operation }: Pick<OperationAttempt, 'work' | 'operation'>,
    outcome: Outcome,
  ): Promise<boolean> {
    const failure = 'failure' in outcome ? outcome.failure : undefined
    const told = {
      type: 'operation.settled',
      operation: operation.id,
      what: what(operation),
      outcome: failure?.code ?? 'done',
      ...(failure === undefined ? {} : { message: failure.message }),
    }
    const ended = { kind: 'footprint_ended' as const, operation: operation.id, at: clock.now() }
    const messages: Message[] = [
      {
        kind: 'private',
        entry: 'result',
        actor: work.actor,
        event: told,
        changes: [ended],
        cause: operation.id,
      },
    ]
    const waiting = operation.warrant === null ? undefined : await childOf(operation.id)
    if (waiting !== undefined) {
      const { actor, id } = waiting
      const event =
        failure === undefined
          ? {
              type: `xstate.done.actor.${id}`,
              output: (outcome as { output: Json }).output ?? null,
              actorId: id,
            }
          : { type: `xstate.error.actor.${id}`, error: failure as unknown as JsonObject, actorId: id }
      const fence = { child: { id, key: operation.id } }
      messages.push({ kind: 'private', entry: 'result', actor, event, fence, cause: operation.id })
    }
    const turn = await turns.take(serviceOf(work.actor), messages, [{ key: work.key, attempt: work.attempt }])
    sources.after(turn)
    if (!turn.late) return true
    await tellLate(work.actor, operation, told.outcome)
    return false
  }

  /** Somebody else did it, or it was cancelled: its result changes nothing, and that is written down; what it touched counts no longer. */
  async function tellLate(lifecycle: string, operation: OperationRecord, outcome: string): Promise<void> {
    const text = `${what(operation)} was cancelled or taken over; its end (${outcome}) changes nothing`
    const data = { text, operation: operation.id }
    const changes = [{ kind: 'footprint_ended' as const, operation: operation.id, at: clock.now() }]
    const told = {
      kind: 'told' as const,
      entry: 'problem' as const,
      type: 'late_result',
      by: 'system' as const,
      data,
      changes,
    }
    sources.after(await turns.take(serviceOf(lifecycle), [told]))
  }

  return {
    /** The attempt at an operation whose work has been claimed. */
    attemptOf(work: StoredWork): OperationAttempt {
      const { operation, undeclared } = work.task as unknown as {
        operation: OperationRecord
        undeclared?: boolean
      }
      // Let in because nothing carried it out; whatever was declared since was not asked about.
      const task = undeclared === true ? undefined : sources.taskOf(operation)
      const attempt: OperationAttempt = {
        work,
        operation,
        name: what(operation),
        controller: new AbortController(),
        token: sources.crypto.randomId(),
        programs: new Set(),
        progress: '',
        settling: false,
        timeout: task?.timeout ?? 0,
        ...(task === undefined ? {} : { run: () => perform(attempt, task) }),
        settle: (outcome) => settle({ work, operation }, outcome),
      }
      return attempt
    },
  }
}

const what = (operation: OperationRecord) => `${operation.agent}.${operation.task}`
