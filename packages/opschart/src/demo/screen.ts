import { styleText } from 'node:util'

import type { DigestView, LogEntryView, StatusView } from '@opschart/core'

import { renderWhy } from '../cli/_render-why.ts'
import { colourPaint, plainPaint } from '../cli/_text.ts'

type Style = Parameters<typeof styleText>[0]

/** What people see of the demo. */
export interface Screen {
  chapter(title: string): void
  say(text: string): void
  /** What goes on beside: notices, problems. */
  aside(text: string): void
  row(row: LogEntryView): void
  law(what: string, answer: string): void
  /** What `opschart why` shows of these rows at that time. */
  why(about: string, rows: readonly LogEntryView[], now: number): void
  crash(text: string): void
  chart(status: StatusView): void
  digest(digest: DigestView): void
  file(path: string, text: string): void
  check(text: string, holds: boolean): void
  json(value: unknown): void
}

/** A member of a row's data. */
export const field = (row: LogEntryView, name: string): unknown =>
  (row.data as Record<string, unknown> | null)?.[name]

const shownFileLines = 26

/** Makes the demo's screen: a timeline, as wide as the terminal; nothing but the result with `json`. */
export function createScreen(options: {
  out: NodeJS.WritableStream & { columns?: number }
  colour: boolean
  json?: boolean
  /** Where times are shown; the machine's own zone when absent. */
  timeZone?: string
}): Screen {
  // Where nobody draws lines, nothing needs to be cut.
  const width = options.out.columns === undefined ? 10_000 : Math.max(60, Math.min(options.out.columns, 160))
  const quiet = options.json === true
  const paint = (style: Style, text: string) =>
    options.colour ? styleText(style, text, { validateStream: false }) : text
  const print = (text: string) => {
    if (!quiet) options.out.write(`${text}\n`)
  }
  const cut = (text: string, room: number) => (text.length > room ? `${text.slice(0, room - 1)}…` : text)
  const wrapped = (text: string, indent: string): string[] => {
    const lines: string[] = []
    let line = ''
    for (const word of text.split(' ')) {
      if (line !== '' && line.length + word.length + 1 > width - indent.length) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    return [...lines, line].map((part) => indent + cut(part, width - indent.length))
  }
  let began: number | undefined

  return {
    chapter: (title) => print(`\n${paint(['bold', 'cyan'], wrapped(title, '── ').join('\n'))}\n`),
    say: (text) => print(paint('dim', wrapped(text, '         ').join('\n'))),
    aside: (text) => print(paint('yellow', wrapped(`! ${text}`, '         ').join('\n'))),
    row(row) {
      if (!matters(row)) return
      began ??= row.at
      const time = `${((row.at - began) / 1_000).toFixed(2).padStart(6)} s `
      const [mark, style] = lookOf(row)
      print(`${paint('dim', time)} ${paint(style, `${mark} ${cut(toldOf(row), width - time.length - 4)}`)}`)
    },
    law(what, answer) {
      print('')
      print(paint('bold', wrapped(what, '  § ').join('\n')))
      print(paint('magenta', wrapped(answer, '    ').join('\n')))
      print('')
    },
    why(about, rows, now) {
      print(`    ${paint('bold', `$ opschart why ${about}`)}`)
      const { timeZone } = options
      const columns = options.out.columns === undefined ? undefined : width - 6
      const look = { now, timeZone, columns, paint: options.colour ? colourPaint : plainPaint }
      for (const line of renderWhy(about, rows, look)) print(`      ${line}`)
      print('')
    },
    crash: (text) => print(paint(['bold', 'red'], `\n  ✖ ${text}; it is started again\n`)),
    chart(status) {
      for (const service of status.services) {
        print(paint('bold', `  ${service.service}`))
        for (const { id, name, phase, live } of service.lifecycles) {
          const tag = live ? paint(['bold', 'green'], ' ● live') : ''
          const other = name === id || width < 110 ? '' : paint('dim', ` (${id})`)
          print(
            `    ${name.padEnd(22)} ${phases.map((known) => (known === phase ? paint(['bold', 'inverse'], ` ${known} `) : paint('dim', known.slice(0, 3).toLowerCase()))).join(' ')}${tag}${other}`,
          )
        }
      }
      print('')
    },
    digest(digest) {
      print(paint('bold', '  While you were away'))
      const { counts } = digest
      const parts = Object.entries(counts).filter(([, count]) => count > 0)
      const told = parts
        .map(([name, count]) => `${count} ${count === 1 ? name.replace(/s$/, '') : name}`)
        .join(', ')
      print(wrapped(told, '    ').join('\n'))
      for (const { text } of digest.lines.filter(({ text }) => text.includes('→')).slice(-8))
        print(`    · ${cut(text, width - 6)}`)
      for (const operation of digest.waiting)
        print(`    · waits for you: ${operation.agent}.${operation.task}`)
      print('')
    },
    file(path, text) {
      print(paint('bold', `  ${path}`))
      const lines = text.split('\n')
      for (const line of lines.slice(0, shownFileLines)) print(paint('dim', `    ${cut(line, width - 4)}`))
      if (lines.length > shownFileLines)
        print(paint('dim', `    … ${lines.length - shownFileLines} more lines`))
      print('')
    },
    check(text, holds) {
      const [first = '', ...rest] = wrapped(text, '    ')
      print(`  ${holds ? paint('green', '✓') : paint(['bold', 'red'], '✗')} ${first.trimStart()}`)
      for (const line of rest) print(line)
    },
    json: (value) => void options.out.write(`${JSON.stringify(value, null, 2)}\n`),
  }
}

const phases = [
  'DEVELOPMENT',
  'REVIEW',
  'STAGING',
  'PRODUCTION',
  'INCIDENT',
  'ROLLBACK',
  'OPTIMIZATION',
  'RETIRED',
]

/** Rows that people want to see: what moved, was refused or waits, and work that ended. */
function matters(row: LogEntryView): boolean {
  // Nobody's business yet, such as a file of before the first release.
  if (row.verdict?.kind === 'unrouted') return false
  if (row.moved !== null || row.kind === 'problem' || row.kind === 'act') return true
  if (row.type === 'operation.settled' || row.type === 'measure') return true
  if (row.type === 'xstate.done.actor.triage' || row.type === 'xstate.done.actor.decide') return true
  if (row.kind === 'opened') return row.text.endsWith('is opened')
  if (row.verdict === null) return row.type.startsWith('xstate.') && !row.actor.includes('~')
  return row.verdict.kind !== 'ignored' && row.type !== 'OPERATION_REQUESTED'
    ? true
    : row.verdict.kind === 'waiting' || row.verdict.kind === 'violation' || row.verdict.kind === 'refused'
}

/** What a row is told by: a commit by its title. */
function toldOf(row: LogEntryView): string {
  const { title, commit } = (row.data ?? {}) as { title?: unknown; commit?: unknown }
  if (row.type !== 'CODE_COMMITTED' || typeof title !== 'string') return row.text
  return `commit ${String(commit).slice(0, 7)} on ${row.actor}: ${title}`
}

function lookOf(row: LogEntryView): [mark: string, style: Style] {
  const kind = row.verdict?.kind
  if (row.moved?.to === 'INCIDENT' || row.moved?.to === 'ROLLBACK') return ['▲', ['bold', 'red']]
  if (row.moved !== null) return ['▶', ['bold', 'green']]
  if (kind === 'violation') return ['✗', ['bold', 'yellow']]
  if (kind === 'refused') return ['✗', 'magenta']
  if (kind === 'waiting') return ['…', 'yellow']
  if (row.kind === 'problem') return ['!', 'yellow']
  if (row.type === 'operation.settled') return row.text.endsWith(': done') ? ['·', 'reset'] : ['✗', 'red']
  return ['·', 'dim']
}
