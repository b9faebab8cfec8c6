import {
  OperationError,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { textMember } from '../project/json-value.ts'
import { oneLine, outputTail } from '../project/plain-text.ts'
import { isSameVersion } from './log-window.ts'
import { rollbackCommand } from './rollback-command.ts'

const timeout = 10 * 60_000

/**
 * Puts the earlier release back with the service's own command. Before it runs anything it asks the service's health
 * address: where that already names the earlier version, an attempt before this one had done it, and nothing is run.
 */
export function rollBack(): Task {
  return {
    agent: 'incident-response-agent',
    task: 'roll_back',
    title: 'Puts the earlier release back with the service’s rollback command',
    changes: 'production',
    timeout,
    plan(input, context) {
      const { command, from, to } = rollbackCommand(input, context.service)
      return { commands: [command], from, to }
    },
    run: (input, context) => putBack(input, context),
  }
}

async function putBack(input: OperationInput, context: TaskContext): Promise<JsonObject> {
  const { command, from, to } = rollbackCommand(input, context.service)
  const commit = input.release.previous?.commit
  await context.footprint({ versions: [to], ...(commit ? { commits: [commit] } : {}) })

  const serving = await servedVersion(context)
  if (serving !== null && isSameVersion(serving, to)) {
    const known = `the health address already answers version ${oneLine(serving, 80)}`
    context.progress(`nothing to run: ${known}`)
    return {
      command,
      from,
      to,
      output_tail: '',
      restarted_at: context.clock.now(),
      already_done: true,
      known_by: known,
    }
  }

  context.progress(`running ${oneLine(command.join(' '), 200)}`)
  const result = await context.run(command)
  const tail = outputTail([result.stdout, result.stderr].filter((part) => part.trim() !== '').join('\n'))
  if (result.code !== 0) {
    const end =
      result.code === null
        ? `was ended by ${result.signal ?? 'a signal'}`
        : `ended with exit code ${result.code}`
    throw new OperationError({
      code: 'rollback_failed',
      message: `the roll-back from ${from} to ${to} did not succeed: ${oneLine(command[0], 100)} ${end}`,
      detail: { command, from, to, exit_code: result.code, signal: result.signal, output_tail: tail },
    })
  }
  const restarted = context.clock.now()
  return {
    command,
    from,
    to,
    output_tail: tail,
    restarted_at: restarted,
    already_done: false,
    known_by: 'the command ended with exit code 0',
    served_version: oneLine(await servedVersion(context), 80) || null,
  }
}

/** The version that the service's health address names; null when it names none or cannot be reached. */
async function servedVersion(context: TaskContext): Promise<string | null> {
  const { health } = context.service
  if (health === undefined) return null
  try {
    const { status, body } = await context.get(health, { timeout: 3000 })
    if (status < 200 || status >= 300) return null
    return textMember(JSON.parse(body), 'version') ?? null
  } catch {
    // A service that is down, or answers no JSON, says nothing; the command then has to.
    return null
  }
}
