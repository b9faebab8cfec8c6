import { spawn, type ChildProcess } from 'node:child_process'

import type { Cancellation, ProgramResult } from '@opschart/core'

import { outputKeeper } from './output-keeper.ts'

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
  /** Milliseconds between the polite end and the other one; 2,000 when absent. */
  readonly grace?: number
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

/** Milliseconds that output may still come after the end: a grandchild may hold the other end of it for ever. */
const lastOutput = 500

/**
 * Runs a program without a shell, in a process group of its own, and ends the whole group when it takes too long or is
 * cancelled: politely, then not. It resolves when the group is gone. What a program that ended by itself leaves running
 * goes on: it may be the service that it has started. Memory stays bounded whatever is printed.
 */
export function runProgram(start: ProgramStart): Promise<ProgramEnd> {
  const { argv, directory, environment, input, timeout, maxOutput, cancel, grace = 2_000 } = start
  const stdout = outputKeeper(maxOutput)
  const stderr = outputKeeper(maxOutput)
  return new Promise((resolve) => {
    let timedOut = false
    let cancelled = cancel.aborted
    let ending: NodeJS.Timeout | undefined
    let timer: NodeJS.Timeout | undefined
    let child: ChildProcess | undefined

    const ended = (code: number | null, signal: string | null, failed?: string): void => {
      clearTimeout(timer)
      clearTimeout(ending)
      cancel.removeEventListener('abort', onCancel)
      for (const stream of [child?.stdout, child?.stderr]) letGo(stream)
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
    const end = (): void => {
      if (ending !== undefined) return
      endGroup(child?.pid, 'SIGTERM')
      ending = setTimeout(() => endGroup(child?.pid, 'SIGKILL'), grace)
    }
    const onCancel = (): void => {
      cancelled = true
      end()
    }
    // What is no longer wanted is not started for the sake of being ended.
    if (cancelled) return ended(null, null)
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
    child.once('exit', (code, signal) => {
      // It has ended, and what it started was to end with it.
      if (ending !== undefined) endGroup(child?.pid, 'SIGKILL')
      const close = setTimeout(() => ended(code, signal), lastOutput)
      child?.once('close', () => {
        clearTimeout(close)
        ended(code, signal)
      })
    })
    timer = setTimeout(() => {
      timedOut = true
      end()
    }, timeout)
    cancel.addEventListener('abort', onCancel)
  })
}

/**
 * Lets go of a stream that somebody else may still write to: read and thrown away as long as we live, so that the writer
 * is not ended for it; but it keeps nobody waiting.
 */
function letGo(stream: NodeJS.ReadableStream | null | undefined): void {
  if (stream === null || stream === undefined) return
  stream.removeAllListeners('data')
  stream.on('error', () => {})
  stream.resume()
  const handle = stream as { unref?: () => void }
  handle.unref?.()
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
