import { join, resolve, sep } from 'node:path'

import {
  OperationError,
  type Autonomy,
  type Clock,
  type Footprint,
  type LogEntry,
  type Service,
  type TaskContext,
} from '@opschart/core'

import { plainLine } from '../plain-text.ts'
import type { OperationAttempt } from './attempt.ts'
import { runProgram } from './program.ts'

/** What operations are carried out with. */
export interface TaskSources {
  readonly root: string
  readonly clock: Clock
  readonly logs: (service: Service, from: number, to: number) => Promise<LogEntry[]>
  /** The environment that programs get a few names of: PATH, HOME, LANG, TMPDIR. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where a daemon is reached by what it started; absent: it is not. */
  readonly socket?: string
}

const passedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'] as const
const longestBody = 1024 * 1024

/** Makes the context that one attempt at an operation runs in. */
export function taskContext(
  sources: TaskSources,
  given: {
    attempt: OperationAttempt
    service: Service
    timeout: number
    footprint: (footprint: Footprint) => Promise<void>
    started: (pid: number) => void
    autonomy: (agent: string, task: string) => Autonomy
  },
): TaskContext {
  const { attempt, service, timeout } = given
  const { operation, token, programs } = attempt
  const cancel = attempt.controller.signal
  const inherited = Object.fromEntries(
    passedOn.flatMap((name) =>
      sources.environment[name] === undefined ? [] : [[name, sources.environment[name]]],
    ),
  )
  const own = {
    OPSCHART_KEY: operation.id,
    OPSCHART_TOKEN: token,
    OPSCHART_AGENT: operation.agent,
    OPSCHART_TASK: operation.task,
    OPSCHART_ATTEMPT: String(attempt.work.attempt),
    OPSCHART_SERVICE: service.name,
    ...(sources.socket === undefined ? {} : { OPSCHART_SOCKET: sources.socket }),
  }
  return {
    key: operation.id,
    attempt: attempt.work.attempt,
    agent: operation.agent,
    task: operation.task,
    root: sources.root,
    service,
    clock: sources.clock,
    cancel,
    progress: (line) => void (attempt.progress = plainLine(line, 300)),
    footprint: given.footprint,
    autonomy: given.autonomy,
    logs: (from, to) => sources.logs(service, from, to),
    async run(argv, options = {}) {
      const directory = resolve(sources.root, options.directory ?? '.')
      if (directory !== sources.root && !directory.startsWith(sources.root + sep)) {
        throw new OperationError({
          code: 'input',
          message: `${options.directory} lies outside of the project`,
        })
      }
      const program = runProgram({
        // A program of the project is named from its root, wherever it is started.
        argv: argv.map((part, index) =>
          index === 0 && part.startsWith('./') ? join(sources.root, part) : part,
        ),
        directory,
        environment: { ...inherited, ...options.environment, ...own },
        ...(options.input === undefined ? {} : { input: options.input }),
        timeout: Math.min(options.timeout ?? timeout, timeout),
        maxOutput: options.maxOutput ?? longestBody,
        cancel,
        started: given.started,
      })
      programs.add(program)
      const end = await program.finally(() => programs.delete(program))
      if (end.failed !== undefined) {
        throw new OperationError({
          code: 'failed',
          message: `${argv[0]} could not be started: ${end.failed}`,
        })
      }
      if (end.cancelled) throw new OperationError({ code: 'cancelled', message: `${argv[0]} was cancelled` })
      if (end.timedOut)
        throw new OperationError({ code: 'timed_out', message: `${argv[0]} took too long and was ended` })
      const { code, signal, stdout, stderr, truncated } = end
      return { code, signal, stdout, stderr, truncated }
    },
    async get(url, options = {}) {
      const limit = AbortSignal.timeout(options.timeout ?? 5_000)
      const response = await fetch(url, {
        signal: AbortSignal.any([cancel, limit]),
        redirect: 'manual',
      })
      return { status: response.status, body: await boundedText(response) }
    },
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  if (response.body === null) return text
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > longestBody) return text.slice(0, longestBody)
  }
  return text + decoder.decode()
}
