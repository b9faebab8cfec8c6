import { OpschartError, type ErrorCode } from '@opschart/core'

/** Longest body of a question, in bytes. */
export const longestQuestion = 256 * 1024
/** Longest body of an answer that a client takes, in bytes: a thousand rows of the journal fit. */
export const longestAnswer = 256 * 1024 * 1024

/** Streams of rows at one time, of each server: the other connections stay free for questions. */
export const mostStreams = 64

/** Header with the one-time token of the operation that asks. */
export const tokenHeader = 'opschart-operation'
/** Header with a person's confirmation of exactly this act. */
export const personHeader = 'opschart-person'
/** Header with the key by which a page of ours shows that it was given control. */
export const controlHeader = 'opschart-control'
/** First part of every path: raised when a daemon can no longer answer an older command. */
export const version = '/v1'

/** What is inspected beside the journal, and who is told of it. */
export interface InspectedBeside {
  /** Where apps connect by WebSocket; null where they cannot. */
  readonly apps: string | null
  /** The page that apps in browsers open; null with `apps`. */
  readonly bridge: string | null
  /** Apps that are connected to, or tried until they are there. */
  readonly connect: readonly string[]
  /** Inspectors of Stately's that are told what happens. */
  readonly stately: readonly string[]
}

/** What a daemon says of itself. */
export interface DaemonFacts {
  readonly pid: number
  readonly version: string
  /** The project that it runs for. */
  readonly root: string
  /** When it began to listen, in milliseconds since 1970. */
  readonly since: number
  /** Address of its door for pages, where that is open. */
  readonly page?: string
  /** What is inspected there beside the journal, and who is told of it. */
  readonly beside?: InspectedBeside
}

/** An error on the wire. `internal` is a programming mistake of the daemon's, and becomes a plain `Error`. */
export interface WireError {
  readonly error: { readonly code: ErrorCode | 'internal'; readonly message: string }
}

const statuses: Readonly<Record<ErrorCode, number>> = {
  configuration: 500,
  closed: 503,
  storage: 507,
  store_version: 500,
  conflict: 409,
  busy: 429,
  unsupported: 501,
  unreachable: 502,
  input: 400,
  forbidden: 403,
}

/** Every code that an error on the wire may have, but `internal`. */
export const errorCodes: readonly string[] = Object.keys(statuses)

/** An error as status and body of an answer. */
export function toWire(error: unknown): { status: number; body: WireError } {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 4000)
  if (error instanceof OpschartError)
    return { status: statuses[error.code], body: { error: { code: error.code, message } } }
  return { status: 500, body: { error: { code: 'internal', message } } }
}

/** The error that an answer's body stands for. */
export function fromWire(body: unknown, status: number): Error {
  const { code, message } = (body as Partial<WireError> | null)?.error ?? {}
  if (typeof code !== 'string' || typeof message !== 'string')
    return new Error(`the daemon answered ${status}`)
  return code in statuses
    ? new OpschartError(code as ErrorCode, message)
    : new Error(`the daemon failed: ${message}`)
}
