import {
  canonicalJson,
  OperationError,
  type Clock,
  type Crypto,
  type Json,
  type JsonObject,
  type OperationFailure,
  type OperationRecord,
  type Store,
  type StoredWork,
  type Task,
} from '@opschart/core'

/** How an attempt at an operation ended. */
export type Outcome = { readonly output: Json } | { readonly failure: OperationFailure }

/** One attempt that is under way here. */
export interface Attempt {
  readonly work: StoredWork
  readonly operation: OperationRecord
  readonly controller: AbortController
  readonly token: string
  progress: string
}

/** What the dispatcher works with. */
export interface DispatcherSources {
  readonly store: Store
  readonly clock: Clock
  readonly crypto: Crypto
  readonly owner: string
  /** How many operations may run here at once. */
  readonly concurrency: number
  readonly taskOf: (operation: OperationRecord) => Task | undefined
  /** Owners that are known to be dead: their work is taken over at once. */
  readonly deadOwners: (owners: readonly string[]) => readonly string[]
  /** Why a piece of work may not start now; undefined when it may. */
  readonly held: (work: StoredWork) => Promise<string | undefined>
  /** Carries one attempt out. */
  readonly perform: (attempt: Attempt, task: Task) => Promise<Json>
  /** Ends what an earlier attempt left running. */
  readonly clearAway: (key: string) => Promise<void>
  readonly notify: (notice: { about: string; text: string; severity: string; key: string }) => Promise<void>
  /** Makes an outcome durable; false when the attempt is no longer the running one. */
  readonly settle: (attempt: { work: StoredWork; operation: OperationRecord }, outcome: Outcome) => Promise<boolean>
  readonly problem: (text: string) => void
}

const lease = 15_000
const longestOutput = 256 * 1024
const patience = 500

/** Starts what is queued: the most severe first, then the oldest; one at a time for each agent of a service [L16]. */
export function createDispatcher(sources: DispatcherSources) {
  const { store, clock } = sources
  const running = new Map<string, Attempt>()
  const ends = new Set<Promise<void>>()
  let closed = false
  let pumping: Promise<void> | undefined
  let again = false
  let takeBackRetry: (() => void) | undefined

  async function pump(): Promise<void> {
    do {
      again = false
      const works = await store.work()
      const owners = [...new Set(works.flatMap(({ owner }) => (owner === null || owner === sources.owner ? [] : [owner])))]
      const dead = sources.deadOwners(owners)
      for (const work of works) {
        if (closed) return
        if (running.has(work.key)) continue
        const foreign = work.status === 'running' && work.owner !== sources.owner
        if (foreign && !dead.includes(work.owner!) && work.until! > clock.now()) continue
        const busy = works.some((other) => other.slot !== null && other.slot === work.slot && running.has(other.key))
        const kind = (work.task as { kind: string }).kind
        if (kind === 'operation' && (busy || running.size >= sources.concurrency)) continue
        if ((await sources.held(work)) !== undefined) continue
        const now = clock.now()
        const claimed = await store.claim({ key: work.key, owner: sources.owner, now, until: now + lease, dead })
        if (claimed !== undefined) launch(claimed)
      }
    } while (again && !closed)
  }

  function launch(work: StoredWork): void {
    const task = work.task as unknown as { kind: 'operation'; operation: OperationRecord } | { kind: 'notify'; about: string; text: string }
    if (task.kind === 'notify') return track(tell(work, task))
    const attempt: Attempt = {
      work,
      operation: task.operation,
      controller: new AbortController(),
      token: sources.crypto.randomId(),
      progress: '',
    }
    running.set(work.key, attempt)
    track(carryOut(attempt))
  }

  const track = (work: Promise<void>): void => {
    ends.add(work)
    void work.finally(() => ends.delete(work))
  }

  async function tell(work: StoredWork, notice: { about: string; text: string }): Promise<void> {
    try {
      await sources.notify({ ...notice, severity: work.severity, key: work.key })
    } catch (error) {
      sources.problem(`a notification could not be delivered: ${message(error)}`)
    }
    await persist(() => store.commit([{ decisions: [], settled: [{ key: work.key, attempt: work.attempt }] }]))
  }

  async function carryOut(attempt: Attempt): Promise<void> {
    const { work, operation } = attempt
    const renewing = renew(attempt)
    let outcome: Outcome
    try {
      const task = sources.taskOf(operation)
      if (task === undefined) {
        const name = `${operation.agent}.${operation.task}`
        outcome = { failure: { code: 'no_runner', message: `nothing carries out ${name}: declare it under agents`, retry: false } }
      } else {
        if (work.attempt > 1) await sources.clearAway(work.key)
        outcome = { output: checked(await withTimeout(attempt, task)) }
      }
    } catch (error) {
      outcome = { failure: failureOf(error, attempt.controller.signal) }
    }
    renewing()
    // When the daemon closes, work is not settled: the next one takes it up again under the same key.
    if (!(closed && attempt.controller.signal.aborted)) {
      await persist(() => sources.settle({ work, operation }, outcome))
    }
    running.delete(work.key)
    wake()
  }

  /** The store may have no room for a while: an outcome is kept until it is written. */
  async function persist(write: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await write()
        return
      } catch (error) {
        if (closed) return
        sources.problem(`an outcome could not be written yet: ${message(error)}`)
        await new Promise<void>((resolve) => void clock.at(clock.now() + patience, resolve))
      }
    }
  }

  function withTimeout(attempt: Attempt, task: Task): Promise<Json> {
    return new Promise<Json>((resolve, reject) => {
      const takeBack = clock.at(clock.now() + task.timeout, () => {
        const failure = { code: 'timed_out', message: `${task.agent}.${task.task} took longer than ${task.timeout} ms` }
        attempt.controller.abort(new OperationError(failure))
        reject(new OperationError(failure))
      })
      const onAbort = () => reject(attempt.controller.signal.reason as Error)
      attempt.controller.signal.addEventListener('abort', onAbort, { once: true })
      // A task may hang even when it was told to end: the attempt ends all the same.
      sources
        .perform(attempt, task)
        .then(resolve, reject)
        .finally(takeBack)
    })
  }

  function renew(attempt: Attempt): () => void {
    let takeBack = () => {}
    const again = () => {
      takeBack = clock.at(clock.now() + lease / 3, () => {
        const until = clock.now() + lease
        store
          .renew({ key: attempt.work.key, attempt: attempt.work.attempt, owner: sources.owner, until })
          .then(
            (mine) => {
              if (!mine) attempt.controller.abort(new OperationError({ code: 'cancelled', message: 'it is no longer this daemon’s work' }))
            },
            () => {},
          )
        again()
      })
    }
    again()
    return () => takeBack()
  }

  /** Looks for work, soon: what has become possible is started. */
  function wake(): void {
    if (closed) return
    if (pumping !== undefined) {
      again = true
      return
    }
    pumping = pump()
      .catch((error: unknown) => {
        sources.problem(`work could not be looked for: ${message(error)}`)
        takeBackRetry?.()
        takeBackRetry = clock.at(clock.now() + patience, wake)
      })
      .finally(() => {
        pumping = undefined
        if (again) wake()
      })
  }

  return {
    wake,
    running: running as ReadonlyMap<string, Attempt>,
    /** Cancels what runs here under these keys. */
    cancel(keys: readonly string[]): void {
      for (const key of keys) {
        running.get(key)?.controller.abort(new OperationError({ code: 'cancelled', message: 'it is no longer wanted' }))
      }
    },
    /** The operation whose token this is, while it runs. */
    holder: (token: string): Attempt | undefined => [...running.values()].find((attempt) => attempt.token === token),
    /** Resolves when nothing runs and nothing that could start is queued. */
    async idle(): Promise<void> {
      do {
        await pumping
        await Promise.all(ends)
        await new Promise((resolve) => setImmediate(resolve))
      } while (pumping !== undefined || ends.size > 0)
    },
    /** Ends what runs here; it stays in the queue for whoever comes next. */
    async close(): Promise<void> {
      closed = true
      takeBackRetry?.()
      for (const attempt of running.values()) attempt.controller.abort(new OperationError({ code: 'cancelled', message: 'the daemon is closing' }))
      await Promise.all(ends)
    },
  }
}

/** Starts work, and answers for what runs. */
export type Dispatcher = ReturnType<typeof createDispatcher>

function checked(output: unknown): Json {
  let text: string
  try {
    text = canonicalJson(output ?? null)
  } catch (error) {
    throw new OperationError({ code: 'invalid_output', message: `its result is not JSON: ${message(error)}` }, { cause: error })
  }
  if (text.length > longestOutput) {
    throw new OperationError({ code: 'invalid_output', message: `its result is ${text.length} characters long; ${longestOutput} are kept` })
  }
  return JSON.parse(text) as Json
}

function failureOf(error: unknown, cancel: AbortSignal): OperationFailure {
  if (cancel.aborted && cancel.reason instanceof OperationError) return plain(cancel.reason.failure)
  if (error instanceof OperationError) return plain(error.failure)
  return { code: 'failed', message: message(error).slice(0, 2_000), retry: true }
}

const plain = (failure: OperationFailure): OperationFailure =>
  JSON.parse(canonicalJson({ ...failure, message: failure.message.slice(0, 2_000) })) as OperationFailure & JsonObject

const message = (error: unknown) => (error instanceof Error ? error.message : String(error))
