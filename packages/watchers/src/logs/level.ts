import type { LogEntry } from '@opschart/core'

/** Level of an entry. */
export type Level = LogEntry['level']

const words: Readonly<Record<string, Level>> = {
  trace: 'debug',
  debug: 'debug',
  dbg: 'debug',
  verbose: 'debug',
  silly: 'debug',
  fine: 'debug',
  finer: 'debug',
  finest: 'debug',
  info: 'info',
  information: 'info',
  informational: 'info',
  inf: 'info',
  notice: 'info',
  http: 'info',
  log: 'info',
  default: 'info',
  config: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  error: 'error',
  err: 'error',
  fatal: 'error',
  crit: 'error',
  critical: 'error',
  severe: 'error',
  alert: 'error',
  emerg: 'error',
  emergency: 'error',
  panic: 'error',
  dpanic: 'error',
}

/** The level that a value says: a word in any case, a number of pino and bunyan (10 to 60) or of syslog (0 to 7). */
export function levelOf(value: unknown): Level | undefined {
  if (typeof value === 'string') {
    const word = value.slice(0, 32).toLowerCase()
    if (Object.hasOwn(words, word)) return words[word]
    return /^\d{1,3}$/u.test(word) ? levelOf(Number(word)) : undefined
  }
  if (typeof value !== 'number' || value < 0) return undefined
  if (value < 8) return syslogLevel(value)
  if (value < 30) return 'debug'
  if (value < 40) return 'info'
  return value < 50 ? 'warn' : 'error'
}

/** The level of a syslog severity: 0 (emergency) to 7 (debug). */
export function syslogLevel(severity: number): Level {
  if (severity <= 3) return 'error'
  if (severity === 4) return 'warn'
  return severity <= 6 ? 'info' : 'debug'
}

/** The level of an entry that says none: by its request's status and by whether it has a stack. */
export function impliedLevel(status: number | undefined, hasStack: boolean): Level {
  if (hasStack || (status !== undefined && status >= 500)) return 'error'
  return status !== undefined && status >= 400 ? 'warn' : 'info'
}

const wordList =
  'TRACE|DEBUG|VERBOSE|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRIT|CRITICAL|SEVERE|ALERT|EMERG|PANIC'
const atStart = new RegExp(
  `^[\\s|(<:-]{0,8}(\\[?)(${wordList})([\\]):>|,]?)(?=$|[\\s\\])>:|,-])[\\s:|,-]{0,8}`,
  'iu',
)
const within = new RegExp(`[\\s\\[(|<:](${wordList})(?=[\\s\\])|>:,-])`, 'u')
const bracketed = new RegExp(`\\[(${wordList})\\]`, 'iu')

/** The level that a text says, and the text without it where it began with it. */
export function levelInText(text: string): { level: Level | undefined; rest: string } {
  const first = atStart.exec(text.slice(0, 48))
  if (first !== null) {
    const [all, bracket, word = '', mark] = first
    // `Error: x` names an exception and `error reading x` is a sentence: there the word belongs to the message.
    const isMark =
      word === word.toUpperCase() || bracket === '[' || (mark !== '' && word === word.toLowerCase())
    return { level: levelOf(word), rest: isMark ? text.slice(all.length) : text }
  }
  const beginning = text.slice(0, 100)
  const inside = within.exec(beginning) ?? bracketed.exec(beginning)
  return { level: inside === null ? undefined : levelOf(inside[1]), rest: text }
}
