import { spawn } from 'node:child_process'

import type {
  Clock,
  Footprint,
  LogEntry,
  OperationInput,
  ProgramResult,
  Service,
  TaskContext,
} from '@opschart/core'

/** A clock that stands still until it is moved. */
export interface SteppedClock extends Clock {
  set(time: number): void
}

export function steppedClock(time: number): SteppedClock {
  let now = time
  const waiting = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => now,
    at(at, callback) {
      const entry = { at, callback }
      waiting.add(entry)
      // Waiting moves this clock on: what waits is the only thing that happens.
      queueMicrotask(() => {
        if (!waiting.delete(entry)) return
        now = Math.max(now, at)
        callback()
      })
      return () => void waiting.delete(entry)
    },
    set(next) {
      now = next
    },
  }
}

export interface ContextOptions {
  readonly root: string
  readonly service?: Partial<Service>
  readonly clock?: Clock
  readonly logs?: readonly LogEntry[] | (() => readonly LogEntry[])
  readonly key?: string
  readonly autonomy?: 'observe' | 'ask' | 'act'
  readonly get?: TaskContext['get']
}

/** A task's context over real programs and real files, which remembers what it was told. */
export function taskContext(options: ContextOptions): TaskContext & {
  readonly footprints: Footprint[]
  readonly started: string[][]
} {
  const footprints: Footprint[] = []
  const started: string[][] = []
  const key = options.key ?? 'run-1:4:0'
  const { logs = [] } = options
  return {
    footprints,
    started,
    key,
    attempt: 1,
    agent: 'incident-response-agent',
    task: 'test',
    root: options.root,
    service: { name: 'shop', ...options.service },
    clock: options.clock ?? steppedClock(1_767_225_600_000),
    cancel: new AbortController().signal,
    progress: () => {},
    footprint: (footprint) => {
      footprints.push(footprint)
      return Promise.resolve()
    },
    run(argv, program = {}) {
      started.push([...argv])
      const environment = {
        PATH: process.env['PATH'] ?? '',
        HOME: options.root,
        OPSCHART_KEY: key,
        ...program.environment,
      }
      return runProgram(
        argv,
        options.root,
        environment,
        program.input ?? '',
        program.maxOutput ?? 1024 * 1024,
      )
    },
    logs: (from, to) => {
      const all = typeof logs === 'function' ? logs() : logs
      return Promise.resolve(all.filter((entry) => entry.time >= from && entry.time < to))
    },
    get: options.get ?? (() => Promise.reject(new Error('nothing answers'))),
    autonomy: () => options.autonomy ?? 'act',
  }
}

/** An operation's input, for a release that followed another one. */
export function operationInput(changes: {
  readonly release?: Partial<OperationInput['release']>
  readonly signal?: Partial<OperationInput['signal']>
  readonly results?: OperationInput['results']
  readonly incident?: string | null
}): OperationInput {
  return {
    release: {
      lifecycle: 'shop/v2',
      name: 'shop/v2',
      service: 'shop',
      version: 'v2',
      branch: 'main',
      commit: null,
      previous: { lifecycle: 'shop/v1', version: 'v1', commit: null },
      deployments: [],
      ...changes.release,
    },
    signal: {
      id: 'signal-1',
      type: 'ERROR_THRESHOLD_EXCEEDED',
      time: 1_767_225_600_000,
      data: {},
      ...changes.signal,
    },
    results: changes.results ?? {},
    run: 'run-1',
    incident: changes.incident === undefined ? 'incident-1' : changes.incident,
  }
}

function runProgram(
  argv: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>>,
  input: string,
  maxOutput: number,
): Promise<ProgramResult> {
  const [program = '', ...parameters] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd: directory, env: environment, stdio: 'pipe' })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('close', (code, signal) => {
      const [stdout, cutOut] = bounded(Buffer.concat(out), maxOutput)
      const [stderr, cutErr] = bounded(Buffer.concat(err), maxOutput)
      resolve({ code, signal, stdout, stderr, truncated: cutOut || cutErr })
    })
  })
}

function bounded(output: Buffer, most: number): [string, boolean] {
  if (output.length <= most) return [output.toString('utf8'), false]
  const half = Math.floor(most / 2)
  return [`${output.subarray(0, half).toString('utf8')}\n${output.subarray(-half).toString('utf8')}`, true]
}
