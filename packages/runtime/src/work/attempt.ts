import {
  canonicalJson,
  OperationError,
  redactJson,
  type Clock,
  type Json,
  type JsonObject,
  type OperationFailure,
  type OperationRecord,
  type Store,
  type StoredWork,
} from '@opschart/core'

import { plainLine } from '../plain-text.ts'

/** How an attempt at an operation ended. */
export type Outcome =
  | { readonly output: Json | undefined }
  /** `thrown` is what its code threw, when that is why. */
  | { readonly failure: OperationFailure; readonly thrown?: unknown }

/** One attempt that is under way here. */
export interface Attempt {
  readonly work: StoredWork
  /** What is carried out, as people call it: `agent.task`, `order.charge`. */
  readonly name: string
  readonly controller: AbortController
  /** Programs that it has started and that have not ended. */
  readonly programs: Set<Promise<unknown>>
  progress: string
  /** True when it has ended, and its outcome is being written. */
  settling: boolean
  /** Milliseconds until it is ended. */
  readonly timeout: number
  /** Carries it out; absent when nothing does. */
  readonly run?: () => Promise<unknown>
  /** Makes its outcome durable; false when this attempt is no longer the running one, or another process is to take it up. */
  readonly settle: (outcome: Outcome) => Promise<boolean>
}

/** An attempt at an operation of the law, known by its token. */
export interface OperationAttempt extends Attempt {
  readonly operation: OperationRecord
  readonly token: string
}

/** Whether an attempt is at an operation of the law. */
export function isOperationAttempt(attempt: Attempt): attempt is OperationAttempt {
  return 'operation' in attempt
}

/** Milliseconds that work stays its owner's without a renewal. */
export const lease = 15_000

const longestOutput = 256 * 1024
const longestMessage = 2_000

/** Carries one attempt out: to its output, its failure, its time-out or its cancellation. Never rejects. */
export async function outcomeOf(sources: { store: Store; clock: Clock }, attempt: Attempt): Promise<Outcome> {
  const { name, controller, run } = attempt
  if (run === undefined) {
    return {
      failure: {
        code: 'no_runner',
        message: `nothing carries out ${name}: declare it under agents`,
        retry: false,
      },
    }
  }
  const stopRenewing = renew(sources, attempt)
  try {
    return { output: checked(await inTime(sources, attempt, run)) }
  } catch (error) {
    const failure = failureOf(error, controller.signal)
    const thrown = failure.code === 'failed' ? { thrown: error } : {}
    // Nothing of it may run any more when the next attempt, or a compensation, begins.
    await Promise.allSettled(attempt.programs)
    return { failure, ...thrown }
  } finally {
    stopRenewing()
  }
}

function inTime(
  { clock }: Parameters<typeof outcomeOf>[0],
  { name, timeout, controller }: Attempt,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const { signal } = controller
  return new Promise<unknown>((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const takeBack = clock.at(clock.now() + timeout, () => {
      const message = `${name} took longer than ${timeout} ms`
      controller.abort(new OperationError({ code: 'timed_out', message }))
    })
    // A task may hang even when it was told to end: the attempt ends all the same.
    const onAbort = () => {
      takeBack()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    Promise.resolve()
      .then(run)
      .then(resolve, reject)
      .finally(() => {
        takeBack()
        signal.removeEventListener('abort', onAbort)
      })
  })
}

/** Keeps the work ours while it runs; when it is no longer, the attempt is cancelled. */
function renew({ store, clock }: { store: Store; clock: Clock }, { work, controller }: Attempt): () => void {
  let ended = false
  let takeBack = () => {}
  const again = () => {
    takeBack = clock.at(clock.now() + lease / 3, () => {
      const { key, attempt, owner } = work
      store.renew({ key, attempt, owner: owner!, until: clock.now() + lease }).then(
        (mine) => {
          if (!mine && !ended)
            controller.abort(cancelled('it is no longer wanted, or another process has taken it over'))
        },
        // The store cannot write for the moment: the next time may do.
        () => {},
      )
      if (!ended) again()
    })
  }
  again()
  return () => {
    ended = true
    takeBack()
  }
}

/** The failure of what was cancelled. */
export function cancelled(message: string): OperationError {
  return new OperationError({ code: 'cancelled', message })
}

function checked(output: unknown): Json | undefined {
  if (output === undefined) return undefined
  let text: string
  try {
    text = canonicalJson(output)
  } catch (error) {
    throw new OperationError(
      { code: 'invalid_output', message: `its result is not JSON: ${messageOf(error)}` },
      { cause: error },
    )
  }
  if (text.length > longestOutput) {
    const message = `its result is ${text.length} characters long; ${longestOutput} are kept`
    throw new OperationError({ code: 'invalid_output', message })
  }
  return JSON.parse(text) as Json
}

function failureOf(error: unknown, cancel: AbortSignal): OperationFailure {
  const reason: unknown = cancel.aborted ? cancel.reason : error
  if (reason instanceof OperationError) return plain(reason.failure)
  return { code: 'failed', message: plainLine(messageOf(reason), longestMessage), retry: true }
}

/** A failure as it is journaled: bounded, and JSON whatever the task has put into its detail. */
function plain({ code, message, retry, detail }: OperationFailure): OperationFailure {
  const bounded = { code: plainLine(code, 64), message: plainLine(message, longestMessage), retry }
  if (detail === undefined) return bounded
  try {
    const text = canonicalJson(detail)
    const kept =
      text.length <= longestOutput
        ? (redactJson(JSON.parse(text) as Json) as JsonObject)
        : `${text.length} characters, not kept`
    return { ...bounded, detail: kept }
  } catch {
    return bounded
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
