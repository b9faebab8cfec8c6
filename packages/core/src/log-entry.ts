import type { JsonObject } from './json.ts'

/** One entry of a service's log, in one shape whatever the log's own format was. Text is untrusted data. */
export interface LogEntry {
  /** When it was written, in milliseconds since 1970: the entry's own time, else its arrival. */
  readonly time: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** The message, bounded, control characters taken out. */
  readonly message: string
  /** HTTP status of a request's entry. */
  readonly status?: number
  /** `GET` and so on. */
  readonly method?: string
  /** Path or route template of a request's entry, without its query. */
  readonly route?: string
  /** Milliseconds that the request took. */
  readonly duration?: number
  /** The stack trace, one frame a line, bounded. */
  readonly stack?: string
  /** Version of the service that wrote it, where the entry says so. */
  readonly version?: string
  /** The entry's other scalar members, bounded in number and length: what failing requests may have in common. */
  readonly fields: JsonObject
  /** The file it was read from, relative to the project, and its line or byte offset: evidence. */
  readonly file: string
  readonly offset: number
}

/** Whether the entry is a request's (it has a status): requests are what an error rate counts. */
export function isRequest(entry: LogEntry): boolean {
  return entry.status !== undefined
}

/** Whether a request failed: a status of 500 or more. */
export function isFailedRequest(entry: LogEntry): boolean {
  return entry.status !== undefined && entry.status >= 500
}
