import { Buffer } from 'node:buffer'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

import { OpschartError, type Cancellation } from '@opschart/core'

import { harmlessText } from '../shared/harmless.ts'

/** How `git` is asked. */
export interface GitOptions {
  /** Text for its standard input. */
  readonly input?: string
  /** Bytes kept of each field; the rest of a longer one is dropped. 4096 when absent. */
  readonly longestField?: number
}

/** The `git` program in one project, reading only. Memory is bounded whatever it writes. */
export interface Git {
  /**
   * Calls back with each field of the output (they end with NUL), until that returns false. Resolves to whether git
   * ended well.
   *
   * @throws OpschartError `unsupported` when there is no git.
   */
  each(
    argv: readonly string[],
    onField: (field: string) => boolean | void,
    options?: GitOptions,
  ): Promise<boolean>
  /** The fields, at most `most` of them. Rejects when git fails. */
  fields(argv: readonly string[], most: number, options?: GitOptions): Promise<string[]>
  /** The lines, at most `most` of them; undefined when git fails. */
  lines(argv: readonly string[], most: number, options?: GitOptions): Promise<string[] | undefined>
  /** The first line that the second git makes of what the first one writes; undefined when one fails. */
  piped(first: readonly string[], second: readonly string[]): Promise<string | undefined>
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const timeout = 60_000
const settings = [
  'core.quotepath=off',
  'core.fsmonitor=false',
  'core.pager=cat',
  'core.hooksPath=/dev/null',
  'core.alternateRefsCommand=',
  'color.ui=never',
  'gc.auto=0',
  'maintenance.auto=false',
  'log.showSignature=false',
  'i18n.logOutputEncoding=UTF-8',
  'safe.bareRepository=explicit',
]
const common = [
  '--no-pager',
  '--no-optional-locks',
  '--literal-pathspecs',
  ...settings.flatMap((one) => ['-c', one]),
]
const inherited = ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'TMPDIR', 'TEMP', 'XDG_CONFIG_HOME']

// Nothing of this process's environment that begins with GIT_ gets through, nothing asks, and nothing is fetched.
function environment(): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    // Stands above whatever the repository's configuration allows; for a git that does not know the line before.
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_REPLACE_OBJECTS: '1',
  }
}

/** Git for the project at `root` (absolute). Programs are ended on cancellation, and after a minute. */
export function createGit(root: string, cancel: Cancellation): Git {
  const start = (argv: readonly string[]): Child =>
    spawn('git', [...common, ...argv], {
      cwd: root,
      env: environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: cancel,
      timeout,
      windowsHide: true,
    })

  const run = async (
    argv: readonly string[],
    separator: number,
    onField: (field: string) => boolean | void,
    options: GitOptions = {},
  ): Promise<{ isGood: boolean; message: string }> => {
    const child = start(argv)
    const split = splitter(onField, options.longestField ?? 4096, separator)
    child.stdout.on('data', (chunk: Buffer) => {
      if (!split.take(chunk)) child.kill()
    })
    const ended = ending(child)
    child.stdin.on('error', () => undefined).end(options.input ?? '')
    const { isGood, message } = await ended
    return { isGood: isGood || split.isStopped(), message }
  }

  return {
    each: async (argv, onField, options) => (await run(argv, 0, onField, options)).isGood,
    async fields(argv, most, options) {
      const fields: string[] = []
      const { isGood, message } = await run(argv, 0, (field) => fields.push(field) < most, options)
      if (!isGood) throw new Error(`git ${argv[0]}: ${message}`)
      return fields
    },
    async lines(argv, most, options) {
      const lines: string[] = []
      const { isGood } = await run(argv, 10, (line) => lines.push(line) < most, options)
      return isGood ? lines : undefined
    },
    async piped(first, second) {
      const source = start(first)
      const sink = start(second)
      let output = ''
      source.stdin.end()
      source.stdout.on('error', () => undefined).pipe(sink.stdin.on('error', () => undefined))
      sink.stdout.on('data', (chunk: Buffer) => {
        if (output.length < 4096) output += chunk.toString('latin1')
      })
      const [one, other] = await Promise.all([ending(source), ending(sink)])
      return one.isGood && other.isGood ? output.split('\n')[0] : undefined
    },
  }
}

function ending(child: Child): Promise<{ isGood: boolean; message: string }> {
  let message = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (message.length < 4096) message += chunk.toString('utf8')
  })
  return new Promise((resolve, reject) => {
    child.on('error', (failure: NodeJS.ErrnoException) => {
      const isMissing = failure.code === 'ENOENT'
      reject(
        isMissing
          ? new OpschartError(
              'unsupported',
              'git could not be started: install it, and check that the project is there',
              { cause: failure },
            )
          : failure,
      )
    })
    child.on('close', (code) => resolve({ isGood: code === 0, message: harmlessText(message, 300) }))
  })
}

interface Splitter {
  /** False when no more is wanted. */
  take(chunk: Buffer): boolean
  isStopped(): boolean
}

function splitter(onField: (field: string) => boolean | void, longest: number, separator: number): Splitter {
  const decoder = new TextDecoder('utf-8')
  let parts: Buffer[] = []
  let size = 0
  let stopped = false
  const keep = (part: Buffer) => {
    if (part.length === 0 || size >= longest) return
    const kept = part.subarray(0, longest - size)
    parts.push(kept)
    size += kept.length
  }
  return {
    isStopped: () => stopped,
    take(chunk) {
      for (let at = 0; at < chunk.length && !stopped;) {
        const end = chunk.indexOf(separator, at)
        keep(chunk.subarray(at, end < 0 ? chunk.length : end))
        if (end < 0) break
        stopped = onField(decoder.decode(Buffer.concat(parts))) === false
        parts = []
        size = 0
        at = end + 1
      }
      return !stopped
    },
  }
}
