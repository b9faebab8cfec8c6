import {
  canonicalJson,
  errorJson,
  type Clock,
  type Json,
  type JsonObject,
  type OperationFailure,
  type StoredWork,
} from '@opschart/core'

import type { TurnOutcome } from '../driver/lines.ts'
import { publicId } from '../machines/actor-names.ts'
import { doneEvent, errorEvent } from '../machines/tree-events.ts'
import { MisfitError } from '../machines/tree-turn.ts'
import type { Trees } from '../machines/trees.ts'
import { plainLine } from '../plain-text.ts'
import type { Attempt, Outcome } from './attempt.ts'

/** The task of a piece of leaf work: which operation of which chart, and the name that its actor knows it by. */
interface LeafTask {
  readonly kind: 'leaf'
  readonly chart: string
  readonly src: string
  readonly name: string
  readonly input?: Json
}

/** Whether a piece of work is an operation of a machine, and none of the law's. */
export function isLeafWork({ task }: Pick<StoredWork, 'task'>): boolean {
  return (task as unknown as { kind: string }).kind === 'leaf'
}

const longestMessage = 2_000
const longestThrown = 16_000

/** Carries the operations of machines out, and tells their actors what came of them. */
export function createLeafWork(sources: {
  trees: Trees
  clock: Clock
  after: (outcome: TurnOutcome) => void
}) {
  const { trees } = sources

  async function settle(work: StoredWork, task: LeafTask, outcome: Outcome): Promise<boolean> {
    const { name } = task
    const child = { id: name, key: work.key }
    const settled = [{ key: work.key, attempt: work.attempt }]
    const event = eventOf(name, outcome)
    try {
      const turn = await trees.take(work.actor, { kind: 'result', actor: work.actor, child, event }, settled)
      sources.after(turn)
      return !turn.late
    } catch (error) {
      if (error instanceof MisfitError) return false
      throw error
    }
  }

  const operationOf = ({ chart, src }: LeafTask) => trees.charts.of(chart)?.operation(src)

  return {
    /** Whether a piece of leaf work can be done here at all: its actor may not fit, or its machine may be another process's. */
    isMine: async ({ actor, task }: StoredWork): Promise<boolean> =>
      operationOf(task as unknown as LeafTask) !== undefined && (await trees.misfitOf(actor)) === undefined,
    /** The attempt at a piece of leaf work that has been claimed. */
    attemptOf(work: StoredWork): Attempt {
      const task = work.task as unknown as LeafTask
      const operation = operationOf(task)
      const controller = new AbortController()
      const { key, attempt } = work
      return {
        work,
        name: `${publicId(work.actor)} ${task.src}`,
        controller,
        programs: new Set(),
        progress: '',
        settling: false,
        timeout: operation?.timeout ?? 0,
        ...(operation === undefined
          ? {}
          : { run: () => operation.run({ input: task.input, key, attempt, signal: controller.signal }) }),
        settle: (outcome) => settle(work, task, outcome),
      }
    },
  }
}

function eventOf(name: string, outcome: Outcome): JsonObject & { readonly type: string } {
  if ('failure' in outcome) {
    const error = 'thrown' in outcome ? boundedError(outcome.thrown) : failureJson(outcome.failure)
    return errorEvent(name, error)
  }
  return doneEvent(name, outcome.output)
}

/** What its code threw, as data: an error as its name, message and code; whatever else was thrown as it is. */
function boundedError(thrown: unknown): Json {
  const error = errorJson(thrown)
  if (!(thrown instanceof Error)) {
    const { length } = canonicalJson(error)
    return length <= longestThrown
      ? error
      : { name: 'Error', message: `${length} characters were thrown; they are not kept` }
  }
  const { name, message, code } = error as { name: string; message: string; code?: string | number }
  const kept = typeof code === 'string' ? plainLine(code, 100) : code
  const bounded = { name: plainLine(name, 100), message: plainLine(message, longestMessage) }
  return kept === undefined ? bounded : { ...bounded, code: kept }
}

function failureJson({ code, message }: OperationFailure): Json {
  return { name: 'OperationError', message, code }
}
