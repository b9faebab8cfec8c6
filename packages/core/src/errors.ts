/**
 * Every code an {@link OpschartError} can carry. Branch on the code; print the message.
 *
 * - `configuration`: a configuration or a chart that cannot work; nothing was started with it.
 * - `closed`: the runtime or store was used after it was closed.
 * - `storage`: the store could not write or read (full disk, read-only folder, corrupt file); what was committed stays.
 * - `store_version`: the store was written by a newer version.
 * - `conflict`: another process moved the actor first, more often than was retried.
 * - `busy`: too much waits already; nothing was accepted, and the same may be sent again later.
 * - `unsupported`: this implementation of a port lacks an optional ability.
 * - `unreachable`: the daemon did not answer.
 * - `input`: a value handed to a function is not of its form.
 * - `forbidden`: a person's act was asked for by what is not a person.
 */
export type ErrorCode =
  | 'configuration'
  | 'closed'
  | 'storage'
  | 'store_version'
  | 'conflict'
  | 'busy'
  | 'unsupported'
  | 'unreachable'
  | 'input'
  | 'forbidden'

/**
 * The one error class: for programming mistakes and for an outside that fails. What the law does not allow is never an
 * error but a verdict.
 */
export class OpschartError extends Error {
  override readonly name = 'OpschartError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** How an operation failed; `retry` says whether trying again can help. */
export interface OperationFailure {
  /**
   * `failed` (the task says so), `timed_out`, `cancelled`, `no_runner`, `not_admitted` (the law), `rejected` (a person),
   * `expired`, `observed` (autonomy is `observe`, and the task changes something), `invalid_output`, `input`, or a code of the task's own.
   */
  readonly code: string
  readonly message: string
  readonly retry: boolean
  /** What the task wants to show of its failure: output's tail, exit code. */
  readonly detail?: unknown
}

/** Thrown by a task to fail its operation with a code of its own. Any other exception becomes code `failed`, retried. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly failure: OperationFailure

  constructor(failure: Omit<OperationFailure, 'retry'> & { retry?: boolean }, options?: { cause?: unknown }) {
    super(failure.message, options)
    this.failure = { ...failure, retry: failure.retry ?? false }
  }
}
