import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a subject's process is asked, and what it answers. Values are JSON. */
interface Question {
  readonly number: number
  readonly call: string
  readonly given: unknown
}
interface Answer {
  readonly number: number
  readonly value?: unknown
  readonly failed?: string
  /** Processes that the subject has started, to be ended with it whatever happens. */
  readonly started?: readonly number[]
}

/** An engine in a process of its own, so that none is measured with another's memory and compiled code. */
export interface Subject {
  ask<Value>(call: string, given?: unknown): Promise<Value>
  /** Ends it and everything it has started. */
  close(): Promise<void>
}

const open = new Set<ChildProcess>()
const below = new Map<ChildProcess, readonly number[]>()

/** Starts a subject's program: a file of `subjects`. */
export function startSubject(program: string, options: { execArgv?: readonly string[] } = {}): Subject {
  const file = fileURLToPath(new URL(`../subjects/${program}.ts`, import.meta.url))
  const child = fork(file, [], {
    execArgv: [...(options.execArgv ?? [])],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  open.add(child)
  let errors = ''
  child.stderr?.on('data', (text: Buffer) => {
    errors = (errors + text.toString('utf8')).slice(-4_000)
  })
  const asked = new Map<number, { done: (value: never) => void; failed: (error: Error) => void }>()
  let number = 0
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      open.delete(child)
      endAll(below.get(child) ?? [])
      below.delete(child)
      const error = new Error(`${program} ended with ${signal ?? code}\n${errors}`)
      for (const { failed } of asked.values()) failed(error)
      asked.clear()
      resolve()
    })
  })
  child.on('message', (message) => {
    const answer = message as Answer
    if (answer.started !== undefined) below.set(child, answer.started)
    const waiting = asked.get(answer.number)
    asked.delete(answer.number)
    if (answer.failed === undefined) waiting?.done(answer.value as never)
    else waiting?.failed(new Error(`${program}: ${answer.failed}`))
  })
  return {
    ask: <Value>(call: string, given: unknown = null) =>
      new Promise<Value>((done, failed) => {
        if (!open.has(child)) return failed(new Error(`${program} has ended\n${errors}`))
        number += 1
        asked.set(number, { done, failed })
        child.send({ number, call, given } satisfies Question)
      }),
    async close() {
      if (open.has(child)) child.disconnect()
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(late)
    },
  }
}

/** Ends every subject at once: for when the benchmark itself is ended. */
export function endSubjects(): void {
  for (const child of open) {
    child.kill('SIGKILL')
    endAll(below.get(child) ?? [])
  }
}

function endAll(processes: readonly number[]): void {
  for (const pid of processes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
}

/** A subject's side: answers questions one after the other until the benchmark goes away, then calls `closing`. */
export function serveSubject(
  calls: Readonly<Record<string, (given: never) => unknown>>,
  life: { closing?: () => Promise<void> | void; started?: () => readonly number[] } = {},
): void {
  let line = Promise.resolve()
  process.on('message', (message) => {
    const { number, call, given } = message as Question
    line = line.then(async () => {
      const started = life.started?.() ?? []
      try {
        const asked = calls[call]
        if (asked === undefined) throw new Error(`there is no ${call}`)
        const value = (await asked(given as never)) ?? null
        tell({ number, value, started: life.started?.() ?? started })
      } catch (error) {
        tell({
          number,
          failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
          started,
        })
      }
    })
  })
  process.once('disconnect', () => {
    void Promise.resolve(life.closing?.()).finally(() => process.exit(0))
  })
}

function tell(answer: Answer): void {
  if (process.connected) process.send?.(answer)
}
