import { harmlessLines, harmlessText } from '../shared/harmless.ts'
import { impliedLevel, levelOf } from './level.ts'
import { timeOf } from './own-time.ts'
import {
  durationOf,
  fieldText,
  longestMessage,
  longestStack,
  methodOf,
  present,
  routeOf,
  statusOf,
  type ParsedLine,
} from './parsed-line.ts'

type Members = Readonly<Record<string, unknown>>

const names = {
  time: ['@timestamp', 'timestamp', 'time', 'ts', 'datetime', 'date', 'asctime', 't'],
  level: [
    'level',
    'log.level',
    'severity',
    'lvl',
    'levelname',
    'level_name',
    'loglevel',
    'severityText',
    'severity_text',
  ],
  message: ['msg', 'message', 'event', 'text', 'body', 'log'],
  failure: ['err.message', 'error.message', 'exception.message', 'error', 'err'],
  status: [
    'status',
    'statusCode',
    'status_code',
    'res.statusCode',
    'res.status',
    'response.status',
    'response.statusCode',
    'http.status_code',
    'http.status',
    'http.response.status_code',
    'httpRequest.status',
  ],
  method: [
    'method',
    'req.method',
    'request.method',
    'http.method',
    'http.request.method',
    'httpRequest.requestMethod',
    'request_method',
  ],
  route: [
    'route',
    'http.route',
    'path',
    'url',
    'req.route.path',
    'req.url',
    'req.path',
    'request.path',
    'request.url',
    'url.path',
    'url.original',
    'http.target',
    'http.url',
    'httpRequest.requestUrl',
    'uri',
    'request_uri',
  ],
  duration: [
    'duration',
    'durationMs',
    'duration_ms',
    'responseTime',
    'response_time',
    'responseTimeMs',
    'response_time_ms',
    'latency_ms',
    'latencyMs',
    'latency',
    'elapsed_ms',
    'elapsedMs',
    'elapsed',
    'took',
  ],
  seconds: ['duration_s', 'duration_seconds', 'latency_seconds', 'request_time'],
  nanoseconds: ['event.duration'],
  stack: [
    'stack',
    'err.stack',
    'error.stack',
    'error.stack_trace',
    'stack_trace',
    'stackTrace',
    'stacktrace',
    'exception.stacktrace',
    'exc_info',
    'exception',
  ],
  version: ['version', 'service.version', 'app.version', 'appVersion', 'app_version', 'release'],
} as const

const mostFields = 32

/** What the members of a JSON or logfmt line say, in any of the usual dialects. */
export function readMembers(members: Members): ParsedLine {
  const used = new Set<string>()
  const take = <Value>(
    list: readonly string[],
    read: (value: unknown) => Value | undefined,
  ): Value | undefined => {
    for (const name of list) {
      const value = read(member(members, name))
      if (value === undefined) continue
      used.add(name)
      return value
    }
    return undefined
  }

  const time = take(names.time, timeOf)
  const level = take(names.level, levelOf)
  const status = take(names.status, statusOf)
  const method = take(names.method, methodOf)
  // A path alone may be a file's; beside a status or a method it is a request's.
  const route = status === undefined && method === undefined ? undefined : take(names.route, routeOf)
  const duration =
    take(names.duration, (value) => durationOf(value)) ??
    take(names.seconds, (value) => durationOf(value, 1000)) ??
    take(names.nanoseconds, (value) => durationOf(value, 1e-6))
  const stack = take(names.stack, stackOf)
  const version = take(names.version, (value) =>
    typeof value === 'string' && value !== '' ? fieldText(value) : undefined,
  )
  const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value : undefined)
  const message =
    take(names.message, text) ??
    take(names.failure, text) ??
    stack?.split('\n')[0] ??
    [method, route, status].filter((part) => part !== undefined).join(' ')

  return {
    form: 'structured',
    time,
    levelled: level !== undefined,
    level: level ?? impliedLevel(status, stack !== undefined),
    message: harmlessText(message, longestMessage),
    fields: scalarFields(members, used),
    ...present({ status, method, route, duration, stack, version }),
  }
}

/** A member by its dotted name: a flat key of that name, else through nested objects. Own members only. */
export function member(members: Members, name: string): unknown {
  if (Object.hasOwn(members, name)) return members[name]
  const dot = name.indexOf('.')
  if (dot < 0) return undefined
  const inner = Object.hasOwn(members, name.slice(0, dot)) ? members[name.slice(0, dot)] : undefined
  return isMembers(inner) ? member(inner, name.slice(dot + 1)) : undefined
}

/** Whether a value is an object with members. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function stackOf(value: unknown): string | undefined {
  if (typeof value === 'string')
    return value.includes('\n') || value.length > 20 ? harmlessLines(value, longestStack) : undefined
  if (!Array.isArray(value)) return undefined
  const frames = value.slice(0, 100).filter((frame) => typeof frame === 'string')
  return frames.length === 0 ? undefined : harmlessLines(frames.join('\n'), longestStack)
}

function scalarFields(
  members: Members,
  used: ReadonlySet<string>,
): Record<string, string | number | boolean> {
  const fields = new Map<string, string | number | boolean>()
  const visit = (inner: Members, prefix: string, depth: number) => {
    for (const [key, value] of Object.entries(inner)) {
      if (fields.size >= mostFields) return
      const name = prefix + key
      if (used.has(name) || name.length > 64 || key === '__proto__') continue
      if (isMembers(value) && depth < 3) visit(value, `${name}.`, depth + 1)
      else if (typeof value === 'string') fields.set(fieldText(name), fieldText(value))
      else if (typeof value === 'number' || typeof value === 'boolean') fields.set(fieldText(name), value)
    }
  }
  visit(members, '', 0)
  return Object.fromEntries([...fields].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
