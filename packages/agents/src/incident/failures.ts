import { isFailedRequest, isRequest, type LogEntry } from '@opschart/core'

import { firstLine } from './message-template.ts'
import { readStack, type StackFrame, type StackTrace } from './stack-frames.ts'

/** One failure: a failed request, or an error that no request's entry tells of, with all that the log knows of it. */
export interface Occurrence {
  readonly time: number
  /** What went wrong, one line: the error's own line where there is one, else the entry's message. */
  readonly message: string
  /** The message with the lines of its inner causes: where names and hosts are looked for. */
  readonly detail: string
  readonly frames: readonly StackFrame[]
  readonly route: string | null
  readonly version: string | null
  /** Whether it is a request that failed: only those count in an error rate. */
  readonly isRequest: boolean
  /** Where it stands in the log. */
  readonly file: string
  readonly offset: number
}

// Members by which services tie the lines of one request together.
const requestIdNames = [
  'request_id',
  'requestId',
  'reqId',
  'req_id',
  'trace_id',
  'traceId',
  'correlation_id',
  'correlationId',
]

/**
 * The failures among log entries, in order of time. A service that writes the error in one line and the failed request
 * in another gives one failure, not two, where both lines carry the same request id.
 */
export function findFailures(entries: readonly LogEntry[]): Occurrence[] {
  const traces = new Map<string, StackTrace>()
  const failedById = new Map<string, LogEntry>()
  const errorById = new Map<string, LogEntry>()
  for (const entry of entries) {
    const id = requestId(entry)
    if (id === null) continue
    if (isFailedRequest(entry)) failedById.set(id, entry)
    else if (!isRequest(entry) && entry.level === 'error' && !errorById.has(id)) errorById.set(id, entry)
  }

  const found: Occurrence[] = []
  for (const entry of entries) {
    const id = requestId(entry)
    if (isFailedRequest(entry)) {
      found.push(occurrence(entry, (id === null ? undefined : errorById.get(id)) ?? entry, traces))
    } else if (!isRequest(entry) && entry.level === 'error') {
      if (id !== null && failedById.has(id)) continue
      found.push(occurrence(entry, entry, traces))
    }
  }
  return found
}

function occurrence(entry: LogEntry, telling: LogEntry, traces: Map<string, StackTrace>): Occurrence {
  const stack = telling.stack ?? entry.stack ?? ''
  const known = traces.get(stack)
  const trace = known ?? readStack(stack)
  // The same stacks come thousands of times in an incident; what differs each time must not fill the memory.
  if (known === undefined && traces.size < 2000) traces.set(stack, trace)
  const named = trace.heading ?? errorText(telling) ?? errorText(entry)
  const own = firstLine(telling.message)
  const message = named ?? own
  return {
    time: entry.time,
    message: message === '' ? `status ${entry.status ?? 'unknown'}` : message,
    detail: [message, ...(own === message ? [] : [own]), ...trace.causes].join('\n'),
    frames: trace.frames,
    route: entry.route ?? telling.route ?? null,
    version: entry.version ?? telling.version ?? null,
    isRequest: isRequest(entry),
    file: telling.file,
    offset: telling.offset,
  }
}

/** The error that an entry names in a member of its own: loggers differ in the name. */
function errorText(entry: LogEntry): string | null {
  for (const name of ['error', 'err', 'exception', 'error_message', 'err.message', 'error.message']) {
    const value = entry.fields[name]
    if (typeof value === 'string' && value.trim() !== '') return firstLine(value)
  }
  return null
}

function requestId(entry: LogEntry): string | null {
  for (const name of requestIdNames) {
    const value = entry.fields[name]
    if (typeof value === 'string' || typeof value === 'number') return `${name} ${value}`
  }
  return null
}
