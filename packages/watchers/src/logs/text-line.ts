import { harmlessText } from '../shared/harmless.ts'
import { impliedLevel, levelInText, syslogLevel, type Level } from './level.ts'
import { leadingIsoTime, leadingSyslogTime } from './own-time.ts'
import { longestMessage, methodOf, present, routeOf, statusOf, type ParsedLine } from './parsed-line.ts'

const verbs = 'GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS'
// `GET /users 500 12.3 ms`, as development servers write it.
const shortRequest = new RegExp(
  `^(${verbs}) ([^\\s"]{1,2000}) (\\d{3})(?: (\\d{1,9}(?:\\.\\d{1,9})?) ?ms)?(?=\\s|$)`,
  'u',
)
// `"GET /users HTTP/1.1" 500`, somewhere in the line.
const quotedRequest = new RegExp(`"(${verbs}) ([^\\s"]{1,2000}) HTTP/[\\d.]{1,5}" (\\d{3})`, 'u')
const failureWord = /^(?:Uncaught |Unhandled |panic: |fatal error: |Traceback \(most recent call last\))/u
const exceptionName =
  /^(?:Exception in thread "[^"]{1,200}" )?(?:[A-Za-z_$][\w.$]{0,200})?(?:Error|Exception|Throwable|Panic)(?=:|$| \[)/u
const klogLevels: Readonly<Record<string, Level>> = { I: 'info', W: 'warn', E: 'error', F: 'error' }

/** Whether a line names an exception as stack traces begin: `TypeError: x`, `java.io.IOException`. */
export function namesException(line: string): boolean {
  return exceptionName.test(line)
}

/** What a line of plain text says: a leading time (ISO, syslog, klog), a level, and a request where it tells of one. */
export function textLine(line: string, arrival: number): ParsedLine {
  const { time, level: knownLevel, rest } = prefix(line, arrival)
  const { level: said, rest: message } = levelInText(rest.trimStart())
  const stated = knownLevel ?? said
  const text = message.trim()
  const request = shortRequest.exec(text) ?? quotedRequest.exec(text.slice(0, 4_096))
  const status = statusOf(request?.[3])
  const isFailure = failureWord.test(text) || namesException(text)
  return {
    form: 'text',
    time,
    levelled: stated !== undefined,
    level: stated ?? impliedLevel(status, isFailure),
    message: harmlessText(text, longestMessage),
    fields: {},
    ...present({
      status,
      method: status === undefined ? undefined : methodOf(request?.[1]),
      route: status === undefined ? undefined : routeOf(request?.[2]),
      duration: status === undefined || request?.[4] === undefined ? undefined : Number(request[4]),
    }),
  }
}

interface Prefix {
  readonly time: number | undefined
  readonly level: Level | undefined
  readonly rest: string
}

function prefix(line: string, arrival: number): Prefix {
  const priority = /^<(\d{1,3})>(?:\d )?/u.exec(line)
  const after = priority === null ? line : line.slice(priority[0].length)
  const level = priority === null ? undefined : syslogLevel(Number(priority[1]) % 8)
  const found = leadingIsoTime(after) ?? leadingSyslogTime(after, arrival)
  if (found !== undefined) return { time: found.time, level, rest: found.rest }

  const klog = /^([IWEF])(\d{2})(\d{2}) (\d{2}:\d{2}:\d{2}\.\d{1,9})\s/u.exec(after)
  if (klog !== null) {
    const [all, letter = 'I', month, day, clock] = klog
    const year = new Date(arrival).getFullYear()
    const time = leadingIsoTime(`${year}-${month}-${day} ${clock}`)?.time
    return { time, level: klogLevels[letter], rest: after.slice(all.length) }
  }

  // `ERROR 2026-01-02 03:04:05 ...`: the level first.
  const first = levelInText(after)
  const second =
    first.level === undefined || first.rest === after ? undefined : leadingIsoTime(first.rest.trimStart())
  if (second !== undefined) return { time: second.time, level: level ?? first.level, rest: second.rest }
  return { time: undefined, level, rest: after }
}
