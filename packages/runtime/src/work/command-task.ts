import { OperationError, type Changes, type Json, type JsonObject, type Task } from '@opschart/core'

/** A task that any program carries out: JSON in on standard input, JSON out on standard output, no shell. */
export interface CommandTask {
  readonly agent: string
  readonly task: string
  /** The program and its arguments. */
  readonly run: readonly string[]
  /** What it may change; `production` when absent, so that it asks. */
  readonly changes?: Changes
  /** Milliseconds until it is ended; ten minutes when absent. */
  readonly timeout?: number
  /** Signals of triggers that it answers. */
  readonly answers?: readonly string[]
  /** Values of the configuration's own, handed to the program as `configured` beside the operation's input. */
  readonly input?: JsonObject
}

const shown = 2_000

/** Makes the task of a program. Fails with `failed` and the exit code, or `invalid_output` when what it prints is no JSON. */
export function commandTask(command: CommandTask): Task {
  const { agent, task, run } = command
  return {
    agent,
    task,
    title: `runs ${run.join(' ')}`,
    changes: command.changes ?? 'production',
    timeout: command.timeout ?? 10 * 60_000,
    ...(command.answers === undefined ? {} : { answers: command.answers }),
    plan: () => ({ command: [...run] }),
    async run(input, context): Promise<Json> {
      const end = await context.run(run, {
        input: JSON.stringify(command.input === undefined ? input : { ...input, configured: command.input }),
      })
      if (end.code !== 0) {
        const how = end.code === null ? `was ended by ${end.signal}` : `exited with ${end.code}`
        throw new OperationError({
          code: 'failed',
          message: `${run[0]} ${how}`,
          retry: true,
          detail: { output: end.stderr.slice(-shown) || end.stdout.slice(-shown) },
        })
      }
      if (end.truncated)
        throw new OperationError({ code: 'invalid_output', message: `${run[0]} printed more than is kept` })
      const text = end.stdout.trim()
      if (text === '') return null
      try {
        return JSON.parse(text) as Json
      } catch {
        throw new OperationError({
          code: 'invalid_output',
          message: `${run[0]} did not print JSON`,
          detail: { output: text.slice(0, shown) },
        })
      }
    },
  }
}
