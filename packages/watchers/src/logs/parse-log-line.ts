import type { LogEntry } from '@opschart/core'

import { accessLogLine } from './access-line.ts'
import { jsonMembers } from './json-line.ts'
import { logfmtMembers } from './logfmt-line.ts'
import { timeOf } from './own-time.ts'
import { fieldText, type ParsedLine } from './parsed-line.ts'
import { member, readMembers } from './structured-line.ts'
import { textLine } from './text-line.ts'

/** Where a line stood. */
export interface LinePosition {
  /** Relative to the project. */
  readonly file: string
  /** Of its first byte. */
  readonly offset: number
  /** When it was read: the time of a line that says none. Milliseconds since 1970. */
  readonly arrival: number
  /** The service whose log it is; it becomes the field `service`, whatever the line itself says. */
  readonly service?: string
}

/**
 * The entry that one line of a log is: JSON in the usual dialects (pino, winston, bunyan, ECS, and what containers wrap
 * around it), logfmt, Common and Combined Log Format, or plain text with a time and a level. Any text gives an entry.
 */
export function parseLogLine(line: string, position: LinePosition): LogEntry {
  return entryOf(parseLine(line, position.arrival), position)
}

/** What a line says, before its position is added. `arrival` tells the year of times that have none. */
export function parseLine(line: string, arrival: number): ParsedLine {
  const text = line.trimEnd()
  const members = text.startsWith('{') ? jsonMembers(text) : undefined
  // One wrapper only: a line that wraps itself many times over is not unwrapped as often.
  const inner = containerLine(text) ?? dockerLine(members)
  if (inner !== undefined) {
    const { text: own, time } = inner
    const parsed = programLine(own, own.startsWith('{') ? jsonMembers(own) : undefined, arrival)
    return { ...parsed, inner: own, ...(time === undefined ? {} : { collected: time }) }
  }
  return programLine(text, members, arrival)
}

/** The entry of a parsed line. */
export function entryOf(parsed: ParsedLine, position: LinePosition): LogEntry {
  const { form: _form, levelled: _levelled, inner: _inner, collected, time, fields, ...rest } = parsed
  const own = position.service === undefined ? fields : { ...fields, service: fieldText(position.service) }
  return {
    ...rest,
    time: time ?? collected ?? position.arrival,
    fields: own,
    file: position.file,
    offset: position.offset,
  }
}

function programLine(
  text: string,
  members: Readonly<Record<string, unknown>> | undefined,
  arrival: number,
): ParsedLine {
  if (members !== undefined) return readMembers(members)
  const access = accessLogLine(text)
  if (access !== undefined) return access
  const logfmt = logfmtMembers(text)
  return logfmt === undefined ? textLine(text, arrival) : readMembers(logfmt)
}

interface CollectedLine {
  readonly text: string
  readonly time: number | undefined
}

// Kubernetes: time, stream and a flag before the line that the program wrote.
function containerLine(line: string): CollectedLine | undefined {
  const found = /^(\d{4}-\d{2}-\d{2}T[\d:.]{8,20}(?:Z|[+-]\d{2}:\d{2})) (?:stdout|stderr) [FP] /u.exec(line)
  if (found === null) return undefined
  return { text: line.slice(found[0].length), time: timeOf(found[1]) }
}

// Docker's json-file: the line that the program wrote is a member, with a line feed at its end.
function dockerLine(members: Readonly<Record<string, unknown>> | undefined): CollectedLine | undefined {
  if (members === undefined) return undefined
  const text = member(members, 'log')
  const stream = member(members, 'stream')
  if (typeof text !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) return undefined
  return { text: text.trimEnd(), time: timeOf(member(members, 'time')) }
}
