import { impliedLevel } from './level.ts'
import { accessLogTime } from './own-time.ts'
import { fieldText, methodOf, present, routeOf, statusOf, type ParsedLine } from './parsed-line.ts'

// host ident user [time] "request" status bytes, then perhaps "referrer" "agent" and the seconds taken; a virtual host
// may stand before. Each part ends with a character that it cannot hold itself, so that the time is linear.
const accessLine =
  /^(?:([^\s"[\]]{1,253}) )?([^\s"[\]]{1,253}) [^\s[\]]{1,100} ([^\s[\]]{1,200}) \[([^\]]{20,40})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d{1,18}|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?(?: (\d{1,9}\.\d{1,9})(?= |$))?/u

/** What a line in the Common or Combined Log Format says; undefined when it is none. */
export function accessLogLine(line: string): ParsedLine | undefined {
  const found = accessLine.exec(line)
  if (found === null) return undefined
  const [, host, client = '-', user = '-', at = '', request = '', code, bytes = '-', , agent = '-', seconds] =
    found
  const time = accessLogTime(at)
  const status = statusOf(code)
  if (time === undefined || status === undefined) return undefined
  const [verb, target] = request.split(' ')
  const method = methodOf(verb)
  const route = method === undefined ? undefined : routeOf(target)
  const fields = { agent, bytes: bytes === '-' ? undefined : Number(bytes), client, host, user }
  return {
    form: 'structured',
    time,
    levelled: false,
    level: impliedLevel(status, false),
    message: [method, route, status].filter((part) => part !== undefined).join(' '),
    status,
    fields: Object.fromEntries(
      Object.entries(fields)
        .filter(([, value]) => value !== undefined && value !== '-')
        .map(([key, value]) => [key, typeof value === 'string' ? fieldText(value) : (value ?? null)]),
    ),
    ...present({ method, route, duration: seconds === undefined ? undefined : Number(seconds) * 1000 }),
  }
}
