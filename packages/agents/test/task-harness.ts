import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type {
  Clock,
  Footprint,
  Json,
  JsonObject,
  LogEntry,
  OperationInput,
  ProgramOptions,
  ProgramResult,
  ReleaseFacts,
  Service,
  ServiceConfiguration,
  Task,
  TaskContext,
} from '@opschart/core'
import { onTestFinished } from 'vitest'

/** What a test says of the project, the service and the release; everything else has a plain value. */
export interface HarnessOptions {
  readonly files?: Readonly<Record<string, string>>
  readonly service?: ServiceConfiguration & { readonly name?: string }
  readonly release?: Partial<ReleaseFacts>
  readonly signal?: { readonly type?: string; readonly time?: number; readonly data?: JsonObject }
  readonly results?: JsonObject
  readonly incident?: string
  readonly logs?: readonly LogEntry[]
  readonly now?: number
  /** Instead of real programs. */
  readonly run?: (argv: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>
  /** Instead of real HTTP. */
  readonly get?: (url: string) => Promise<{ status: number; body: string }>
}

/** A real project in a temporary folder, and a task's context over it whose clock moves only when somebody waits. */
export interface Harness {
  readonly root: string
  readonly context: TaskContext
  readonly input: OperationInput
  readonly footprints: Footprint[]
  readonly programs: string[][]
  readonly cancel: AbortController
  run(task: Task, more?: { results?: JsonObject; data?: JsonObject }): Promise<JsonObject>
  read(file: string): Promise<string>
  write(file: string, text: string): Promise<void>
}

/** Noon of the first of January 2026, UTC: the time of the harness's clock. */
export const noon = Date.UTC(2026, 0, 1, 12)

/** Makes the project's folder, which is removed when the test ends. */
export async function harness(options: HarnessOptions = {}): Promise<Harness> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'opschart-agents-')))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), text)
  }
  for (const [file, text] of Object.entries(options.files ?? {})) await write(file, text)
  const service: Service = { name: 'user-service', ...options.service }
  const footprints: Footprint[] = []
  const programs: string[][] = []
  const cancel = new AbortController()
  const clock = movingClock(options.now ?? noon)
  const context: TaskContext = {
    key: 'run-1:0:0',
    attempt: 1,
    agent: 'test',
    task: 'test',
    root,
    service,
    clock,
    cancel: cancel.signal,
    progress: () => {},
    footprint: async (footprint) => {
      footprints.push(footprint)
    },
    run: (argv, runOptions) => {
      programs.push([...argv])
      return options.run ? options.run(argv, runOptions) : realProgram(root, argv, runOptions)
    },
    logs: async (from, to) => (options.logs ?? []).filter((entry) => from <= entry.time && entry.time < to),
    get: options.get ?? realGet,
    autonomy: () => 'act',
  }
  const input: OperationInput = {
    release: {
      lifecycle: 'release-1',
      name: `${service.name}/v2.3.1`,
      service: service.name,
      version: 'v2.3.1',
      branch: 'main',
      commit: 'a'.repeat(40),
      previous: { lifecycle: 'release-0', version: 'v2.3.0', commit: 'b'.repeat(40) },
      deployments: [],
      ...options.release,
    },
    signal: {
      id: 'signal-1',
      type: options.signal?.type ?? 'CODE_MERGED',
      time: options.signal?.time ?? noon,
      data: options.signal?.data ?? {},
    },
    results: options.results ?? {},
    run: 'post_merge:signal-1',
    incident: options.incident ?? null,
  }
  return {
    root,
    context,
    input,
    footprints,
    programs,
    cancel,
    write,
    read: (file) => readFile(path.join(root, file), 'utf8'),
    async run(task, more = {}) {
      const output: Json = await task.run(
        {
          ...input,
          results: more.results ?? input.results,
          signal: { ...input.signal, data: more.data ?? input.signal.data },
        },
        { ...context, agent: task.agent, task: task.task },
      )
      return output as JsonObject
    },
  }
}

/** A request's log entry. */
export function request(time: number, route: string, duration: number, status = 200): LogEntry {
  return {
    time,
    level: 'info',
    message: '',
    method: 'GET',
    route,
    status,
    duration,
    fields: {},
    file: 'app.log',
    offset: 0,
  }
}

function movingClock(start: number): Clock {
  let now = start
  return {
    now: () => now,
    at(at, callback) {
      let taken = false
      queueMicrotask(() => {
        if (taken) return
        now = Math.max(now, at)
        callback()
      })
      return () => {
        taken = true
      }
    },
  }
}

async function realGet(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url)
  return { status: response.status, body: await response.text() }
}

function realProgram(
  root: string,
  argv: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const [program = '', ...rest] = argv
    const child = spawn(program, rest, {
      cwd: path.join(root, options.directory ?? ''),
      env: { PATH: process.env['PATH'], HOME: root, ...options.environment },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, truncated: false }))
    // A program that never reads its input closes it before all is written.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
  })
}
