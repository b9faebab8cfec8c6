import { spawn, type ChildProcess } from 'node:child_process'

import type { Cancellation, ProgramResult } from '@opschart/core'

/** How a program is started. */
export interface ProgramStart {
  readonly argv: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly input?: string
  /** Milliseconds until it is ended. */
  readonly timeout: number
  /** Longest output kept of each stream, in bytes. */
  readonly maxOutput: number
  readonly cancel: Cancellation
  /** Told the process id as soon as there is one, so that a survivor can be found after a crash. */
  readonly started?: (pid: number) => void
}

/** What a program that could not be started, or was ended, is told by. */
export interface ProgramEnd extends ProgramResult {
  readonly timedOut: boolean
  readonly cancelled: boolean
  /** Why it could not be started; absent when it was. */
  readonly failed?: string
}

/** Milliseconds between the polite end and the other one. */
const grace = 2_000

/**
 * Runs a program without a shell, in a process group of its own, and ends the whole group when it takes too long or is
 * cancelled. Output beyond the limit is dropped from the middle, so memory stays bounded whatever it prints.
 */
export function runProgram(start: ProgramStart): Promise<ProgramEnd> {
  const { argv, directory, environment, input, timeout, maxOutput, cancel } = start
  const stdout = keeper(maxOutput)
  const stderr = keeper(maxOutput)
  return new Promise((resolve) => {
    let timedOut = false
    let cancelled = false
    let child: ChildProcess
    const ended = (code: number | null, signal: string | null, failed?: string) => {
      clearTimeout(timer)
      cancel.removeEventListener('abort', onCancel)
      resolve({
        code,
        signal,
        stdout: stdout.text(),
        stderr: stderr.text(),
        truncated: stdout.cut() || stderr.cut(),
        timedOut,
        cancelled,
        ...(failed === undefined ? {} : { failed }),
      })
    }
    const end = () => {
      endGroup(child.pid, 'SIGTERM')
      setTimeout(() => endGroup(child.pid, 'SIGKILL'), grace).unref()
    }
    const onCancel = () => {
      cancelled = true
      end()
    }
    const timer = setTimeout(() => {
      timedOut = true
      end()
    }, timeout)
    try {
      child = spawn(argv[0]!, argv.slice(1), {
        cwd: directory,
        env: { ...environment },
        detached: true,
        shell: false,
        windowsHide: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      })
    } catch (error) {
      return ended(null, null, error instanceof Error ? error.message : String(error))
    }
    if (child.pid !== undefined) start.started?.(child.pid)
    child.stdout?.on('data', stdout.add)
    child.stderr?.on('data', stderr.add)
    // A program that does not read its input is no failure.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
    child.once('error', (error) => ended(null, null, error.message))
    // `exit`, then a short wait for the rest of the output: a grandchild that keeps the pipe open must not hold us.
    child.once('exit', (code, signal) => {
      const close = setTimeout(() => ended(code, signal), 500)
      child.once('close', () => {
        clearTimeout(close)
        ended(code, signal)
      })
    })
    cancel.addEventListener('abort', onCancel)
    if (cancel.aborted) onCancel()
  })
}

/** Ends a process group; one that is gone already is no mistake. */
export function endGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined || pid <= 1) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/** Keeps the first and the last part of a stream. */
function keeper(limit: number) {
  const half = Math.max(1, Math.floor(limit / 2))
  let head = Buffer.alloc(0)
  let tail: Buffer[] = []
  let tailLength = 0
  let dropped = 0
  return {
    add(chunk: Buffer): void {
      if (head.length < half) {
        const room = half - head.length
        head = Buffer.concat([head, chunk.subarray(0, room)])
        chunk = chunk.subarray(room)
      }
      if (chunk.length === 0) return
      tail.push(chunk)
      tailLength += chunk.length
      while (tailLength > half && tail.length > 0) {
        const first = tail[0]!
        const over = Math.min(tailLength - half, first.length)
        dropped += over
        tailLength -= over
        if (over === first.length) tail.shift()
        else tail[0] = first.subarray(over)
      }
      if (tail.length > 64) tail = [Buffer.concat(tail)]
    },
    cut: () => dropped > 0,
    text: () => {
      const end = Buffer.concat(tail).toString('utf8')
      return dropped === 0 ? head.toString('utf8') + end : `${head.toString('utf8')}\n… ${dropped} bytes left out …\n${end}`
    },
  }
}
