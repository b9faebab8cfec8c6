import { fromPromise, type NonReducibleUnknown, type PromiseActorLogic } from 'xstate'

import { milliseconds, type Duration } from '../duration.ts'
import type { Cancellation } from '../ports/cancellation.ts'

/** What an operation is given. */
export interface OperationGiven<Input> {
  readonly input: Input
  /** The same for every attempt: what is done under a key twice must have one effect outside. */
  readonly key: string
  /** 1 for the first attempt; more when a process died over it. */
  readonly attempt: number
  /** Aborted when it is no longer wanted, takes too long, or its process closes. */
  readonly signal: Cancellation
}

/** How an operation is carried out. */
export interface OperationOptions {
  /** How long an attempt may take; `10m` when absent. Then it fails with the code `timed_out`. */
  readonly timeout?: Duration
}

/** What a machine's leaf work is made of. */
export interface Operation {
  readonly run: (given: OperationGiven<unknown>) => Promise<unknown>
  /** Milliseconds. */
  readonly timeout: number
}

const usualTimeout = '10m'

/**
 * Leaf work of a machine that survives restarts: XState's `fromPromise`, with a key that is the same for every attempt.
 * Register it by name in `setup({ actors })`. Its result must be JSON; what it throws reaches the machine as
 * `{ name, message, code? }`. XState's own actors carry it out, too: then its key is the actor's session.
 */
export function fromOperation<Output, Input = NonReducibleUnknown>(
  run: (given: OperationGiven<Input>) => Promise<Output>,
  { timeout = usualTimeout }: OperationOptions = {},
): PromiseActorLogic<Output, Input> {
  const logic = fromPromise<Output, Input>(({ input, signal, self }) =>
    run({ input, signal: signal as Cancellation, key: self.sessionId, attempt: 1 }),
  )
  const operation: Operation = {
    run: (given) => run(given as OperationGiven<Input>),
    timeout: milliseconds(timeout),
  }
  return Object.assign(logic, { operation })
}

/** The operation that a logic is; undefined when it is something else. */
export function operationOf(logic: unknown): Operation | undefined {
  const given = logic as { operation?: Operation; config?: unknown } | undefined
  if (given?.operation !== undefined) return given.operation
  if (!isPromiseLogic(given)) return undefined
  const create = given!.config as (given: object) => PromiseLike<unknown>
  return {
    run: async (asked) =>
      create({ ...asked, self: absent('self'), system: absent('system'), emit: absent('emit') }),
    timeout: milliseconds(usualTimeout),
  }
}

/** XState has no mark on it: promise logic is what ends when its promise is said to have been kept. */
function isPromiseLogic(logic: unknown): boolean {
  const { transition, config, getInitialSnapshot } = (logic ?? {}) as Record<string, unknown>
  if (typeof transition !== 'function' || typeof config !== 'function') return false
  if (typeof getInitialSnapshot !== 'function') return false
  const event = { type: 'xstate.promise.resolve', data: 1 }
  const first = { status: 'active', output: undefined, error: undefined, input: undefined }
  try {
    const next = (transition as (...given: unknown[]) => { status?: string; output?: unknown })(
      first,
      event,
      {},
    )
    return next.status === 'done' && next.output === 1
  } catch {
    return false
  }
}

/** What a live actor has and an operation has not: using it says so. */
function absent(name: string): unknown {
  const say = (): never => {
    throw new TypeError(`an operation has no ${name}: it may run in another process than its machine`)
  }
  return new Proxy(say, { get: say, apply: say })
}
