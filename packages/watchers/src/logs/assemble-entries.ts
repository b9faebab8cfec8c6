import type { LogEntry } from '@opschart/core'

import { harmlessLines, harmlessText } from '../shared/harmless.ts'
import type { TailedLine } from '../tail/line.ts'
import { entryOf, parseLine, type LinePosition } from './parse-log-line.ts'
import { longestMessage, longestStack, type ParsedLine } from './parsed-line.ts'
import { namesException } from './text-line.ts'

/** An entry with the number of lines it was made of. */
export interface AssembledEntry {
  readonly entry: LogEntry
  /** Whether the time is the entry's own, not its arrival. */
  readonly timed: boolean
}

/** The next lines, and the entry they are; null for lines that say nothing. */
export interface AssembledLines {
  readonly item: AssembledEntry | null
  readonly lines: number
}

interface Pending {
  readonly parsed: ParsedLine
  readonly start: number
  readonly more: string[]
  lines: number
  size: number
  trace: 'none' | 'frames' | 'python' | 'go'
}

const mostLines = 1_000
const mostSize = 256 * 1024
const keptLines = 200

const continuation =
  /^(?:\s|at |Caused by: |Suppressed: |\.\.\. \d|Traceback \(most recent call last\)|goroutine \d+ \[|During handling of the above|The above exception was)/u
const goFrame = /^(?:created by |[\w./*-]{1,200}\()/u
const frame = /^(?:\s+at |\s+File "|at |Caused by: |Traceback |goroutine \d|\s*\.\.\. \d+ more)/u

/** Whether a line may continue an entry, depending on what is before it: indented, or like a part of a stack trace. */
export function mayContinue(line: string): boolean {
  return line.trim() === '' || continuation.test(line) || namesException(line) || goFrame.test(line)
}

/**
 * Makes entries of the next lines of one file. The lines of a stack trace (of Node, Java, Python, Go) and other
 * indented lines belong to the text entry before them. With `last` false, a text entry at the end is left: more of it
 * may be yet to come. An entry ends after 1000 lines or 256 KiB in any case.
 */
export function assembleEntries(
  lines: readonly TailedLine[],
  position: Omit<LinePosition, 'offset'>,
  last: boolean,
): AssembledLines[] {
  const groups: AssembledLines[] = []
  let pending: Pending | undefined

  const flush = () => {
    if (pending !== undefined) groups.push({ item: finished(pending, position), lines: pending.lines })
    pending = undefined
  }

  for (const line of lines) {
    const parsed = parseLine(line.text, position.arrival)
    const text = parsed.inner ?? line.text
    const isBlank = text.trim() === ''
    if (isBlank && pending === undefined) {
      groups.push({ item: null, lines: 1 })
      continue
    }
    if (pending !== undefined && (isBlank || continues(pending, text, parsed))) {
      append(pending, text)
      if (pending.lines >= mostLines || pending.size >= mostSize) flush()
      continue
    }
    flush()
    if (parsed.form === 'structured') {
      const entry = entryOf(parsed, { ...position, offset: line.start })
      groups.push({ item: { entry, timed: isTimed(parsed) }, lines: 1 })
    } else {
      const trace = text.startsWith('Traceback ') ? 'python' : 'none'
      pending = { parsed, start: line.start, more: [], lines: 1, size: text.length, trace }
    }
  }
  if (last) flush()
  return groups
}

function continues(pending: Pending, line: string, parsed: ParsedLine): boolean {
  if (parsed.form === 'structured' || parsed.time !== undefined) return false
  if (continuation.test(line)) return true
  if (pending.trace === 'python') return /^[A-Za-z_][\w.]{0,200}(?::|$)/u.test(line)
  if (pending.trace === 'go') return goFrame.test(line)
  const isFailure = pending.parsed.level === 'error' || pending.parsed.level === 'warn'
  return isFailure && pending.parsed.time !== undefined && namesException(line)
}

function append(pending: Pending, line: string): void {
  pending.lines += 1
  pending.size += line.length
  if (pending.more.length < keptLines) pending.more.push(line)
  if (line.startsWith('Traceback ')) pending.trace = 'python'
  else if (line.startsWith('goroutine ')) pending.trace = 'go'
  // The line that names the exception ends a Python trace.
  else if (pending.trace === 'python' && !/^\s/u.test(line)) pending.trace = 'frames'
  else if (pending.trace === 'none' && (frame.test(line) || namesException(line))) pending.trace = 'frames'
}

function finished(pending: Pending, position: Omit<LinePosition, 'offset'>): AssembledEntry {
  const { parsed } = pending
  const entry = entryOf(parsed, { ...position, offset: pending.start })
  const timed = isTimed(parsed)
  while (pending.more.at(-1)?.trim() === '') pending.more.pop()
  if (pending.more.length === 0) return { entry, timed }
  const rest = pending.more.join('\n')
  if (pending.trace === 'none') {
    const whole = [parsed.message, ...pending.more.map((line) => line.trim())].join(' ')
    return { entry: { ...entry, message: harmlessText(whole, longestMessage) }, timed }
  }
  const level = parsed.levelled ? entry.level : 'error'
  return { entry: { ...entry, level, stack: harmlessLines(rest, longestStack) }, timed }
}

function isTimed(parsed: ParsedLine): boolean {
  return (parsed.time ?? parsed.collected) !== undefined
}
