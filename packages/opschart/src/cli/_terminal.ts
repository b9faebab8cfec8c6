import type { Look } from './_look.ts'
import { colourPaint, plainPaint } from './_text.ts'

/** Where a command writes, and what it may assume of it. */
export interface Terminal {
  /** Standard output: results. */
  out(line: string): void
  /** Standard error: progress, hints and errors. */
  note(line: string): void
  /** Overwrites one line of standard error with the present progress; an empty text clears it. Silent where nobody looks. */
  progress(text: string): void
  /**
   * Draws lines on standard output in place of those that were drawn before, told how many there is room for; without lines
   * the drawing is taken away. False, and nothing is drawn, where that is no terminal.
   */
  redraw(draw: (height: number) => readonly string[]): boolean
  /** How views are drawn at that time, on standard output. */
  look(now: number): Look
  /** Whether a person can be asked here: standard input and output are a terminal. */
  readonly interactive: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
}

let hungUp = false

/** A reader that has seen enough (`| head`) is no failure; what goes on until it is told ends in good order, as with its terminal. */
function hangUp(): void {
  if (hungUp) return
  hungUp = true
  if (!process.emit('SIGHUP')) process.exit(0)
}

/** The terminal of this process. Colours and cutting only where standard output is one and NO_COLOR is not set. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process
  const colours = stdout.isTTY && !isSet(env['NO_COLOR']) && env['TERM'] !== 'dumb'
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && !hungUp) throw error
      hangUp()
    })
  }
  let shown = false
  let drawn = 0
  const clear = () => {
    if (shown) stderr.write('\r\u001B[K')
    shown = false
  }
  return {
    out(line) {
      clear()
      stdout.write(`${line}\n`)
    },
    note(line) {
      clear()
      stderr.write(`${line}\n`)
    },
    progress(text) {
      if (!stderr.isTTY || env['TERM'] === 'dumb') return
      clear()
      if (text === '') return
      stderr.write(text)
      shown = true
    },
    redraw(draw) {
      if (!stdout.isTTY || env['TERM'] === 'dumb') return false
      clear()
      // The line that the cursor stands on is the terminal's last.
      const height = Math.max(2, (stdout.rows || 24) - 1)
      const lines = draw(height).slice(0, height)
      const up = drawn === 0 ? '' : `\u001B[${drawn}A`
      stdout.write(`${up}\r\u001B[J${lines.map((line) => `${line}\n`).join('')}`)
      drawn = lines.length
      return true
    },
    look: (now) => ({
      now,
      paint: colours ? colourPaint : plainPaint,
      columns: stdout.isTTY ? Math.max(40, stdout.columns || 80) : undefined,
    }),
    interactive: stdin.isTTY && stdout.isTTY,
    environment: env,
  }
}

const isSet = (value: string | undefined) => value !== undefined && value !== ''
