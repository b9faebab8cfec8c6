import { cleanText } from '../project/plain-text.ts'

/** Longest stack that is read, in characters, and most frames that are kept of it. */
export const maxStack = 16_000
export const maxFrames = 40

/** One frame of a stack trace, as it was written. */
export interface StackFrame {
  /** The path as the trace has it, with `/` and without `file://`. */
  readonly file: string
  readonly line: number
  /** From 1, where the trace says so. */
  readonly column: number | null
  readonly function: string | null
  /** `dependency`: under `node_modules`. `runtime`: the platform's own. */
  readonly origin: 'project' | 'dependency' | 'runtime'
  /** The package's name for a frame of a dependency. */
  readonly package: string | null
}

/** What a stack trace says. */
export interface StackTrace {
  /** The error's own line ("TypeError: x is not a function"), where the trace begins with one. */
  readonly heading: string | null
  /** Lines that name an inner cause, outermost first, at most 5. */
  readonly causes: readonly string[]
  /** Top frame first. For a Python trace, whose last line is the top, the order is turned. */
  readonly frames: readonly StackFrame[]
}

// The end of a place: `file:12` or `file:12:7`. Anchored and bounded, so that a hostile line costs no more than its length.
const position = /:(\d{1,7})(?::(\d{1,7}))?$/
const python = /^File "([^"]{1,400})", line (\d{1,7})(?:, in (.{1,200}))?$/
// Go and Ruby: `/path/file.go:12 +0x1d`, `file.rb:12:in 'call'`.
const plainPath =
  /^([^\s:"'()]{1,300}\.[A-Za-z]{1,6}):(\d{1,7})(?::in [`'](.{1,200})'|(?: \+0x[0-9a-f]{1,16})?)$/
const causeLine = /^(?:\[cause\]:|Caused by:|caused by:) ?(.{1,500})$/

/** Reads a stack trace of V8, Python, Java, Go or Ruby. Lines that are no frames are passed over. */
export function readStack(stack: string): StackTrace {
  const lines = cleanText(stack.slice(0, maxStack))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const frames: StackFrame[] = []
  const causes: string[] = []
  let heading: string | null = null
  let isPython = false
  for (const line of lines) {
    const short = line.slice(0, 700)
    const frame = readFrame(short)
    if (frame !== undefined) {
      isPython ||= short.startsWith('File "')
      if (frames.length < maxFrames) frames.push(frame)
      continue
    }
    const cause = causeLine.exec(short.replace(/ \{$/, ''))?.[1]
    if (cause !== undefined && causes.length < 5) causes.push(cause)
    else if (heading === null && frames.length === 0 && !short.startsWith('Traceback'))
      heading = short.slice(0, 500)
    // A Python trace ends with the error itself; lines of source stand before it.
    else if (isPython && /^[A-Za-z_][\w.]{0,100}(?::|$)/.test(short)) heading = short.slice(0, 500)
  }
  return { heading, causes, frames: isPython ? frames.toReversed() : frames }
}

function readFrame(line: string): StackFrame | undefined {
  if (line.startsWith('at ')) return readCall(line.slice(line.startsWith('at async ') ? 9 : 3))
  const inPython = line.startsWith('File "') ? python.exec(line) : null
  if (inPython !== null) return frameOf(inPython[1], inPython[2], undefined, inPython[3])
  const path = plainPath.exec(line)
  if (path !== null) return frameOf(path[1], path[2], undefined, path[3])
  return undefined
}

// `call (file:1:2)` or `file:1:2`; Java and .NET write `call(File.java:1)`.
function readCall(text: string): StackFrame | undefined {
  const open = text.endsWith(')') ? text.lastIndexOf('(') : -1
  const place = open < 0 ? text : text.slice(open + 1, -1)
  const call = open < 0 ? undefined : text.slice(0, open).trim()
  const found = position.exec(place)
  // Code made at run time has no file to look into.
  if (found === null || place.includes(')')) return undefined
  return frameOf(
    place.slice(0, found.index),
    found[1],
    found[2],
    call === '' ? undefined : call?.slice(0, 200),
  )
}

function frameOf(
  written: string | undefined,
  line: string | undefined,
  column: string | undefined,
  call: string | undefined,
): StackFrame | undefined {
  if (written === undefined || line === undefined) return undefined
  const file = written
    .replace(/^file:\/\//, '')
    .replace(/\\/g, '/')
    .replace(/\?.*$/, '')
  if (file === '' || file === 'native' || file === '<anonymous>') return undefined
  const packageName = packageOf(file)
  return {
    file,
    line: Number(line),
    column: column === undefined ? null : Number(column),
    function: call === undefined || call === '<anonymous>' ? null : call,
    origin: packageName !== null ? 'dependency' : isRuntime(file) ? 'runtime' : 'project',
    package: packageName,
  }
}

function isRuntime(file: string): boolean {
  return /^(?:node:|internal\/|<)/.test(file) || /\/(?:lib\/python[\d.]{1,6}|go\/src)\//.test(file)
}

/** The package that a path under `node_modules` belongs to: of the innermost such folder; null for any other path. */
export function packageOf(file: string): string | null {
  const at = file.lastIndexOf('node_modules/')
  if (at < 0 || (at > 0 && file[at - 1] !== '/')) return null
  const [first, second] = file.slice(at + 'node_modules/'.length).split('/')
  if (first === undefined || first === '') return null
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first
}
