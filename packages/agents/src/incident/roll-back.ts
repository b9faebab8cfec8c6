import {
  OperationError,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { isSameRelease, readHealth } from '../deployment/served-version.ts'
import { oneLine } from '../project/plain-text.ts'
import { bothOutputs, endOf, startProgram } from '../project/program.ts'
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
  // Two releases of one commit cannot be told apart by it.
  const ownCommit = commit === undefined || commit === input.release.commit ? null : commit
  if (serving !== null && isSameRelease(serving, { version: to, commit: ownCommit })) {
    const known = `the health address already answers version ${oneLine(serving, 80)}`
    context.progress(`nothing to run: ${known}`)
    const restarted = context.clock.now()
    return {
      command,
      from,
      to,
      output_tail: '',
      restarted_at: restarted,
      already_done: true,
      known_by: known,
    }
  }

  context.progress(`running ${oneLine(command.join(' '), 200)}`)
  const result = await startProgram(context, command)
  const tail = bothOutputs(result)
  if (result.code !== 0) {
    throw new OperationError({
      code: 'rollback_failed',
      message: `the roll-back from ${from} to ${to} did not succeed: ${oneLine(command[0], 100)}, ${endOf(result)}`,
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

/** The version that a healthy service names; null when it names none, is not well, or cannot be reached. */
async function servedVersion(context: TaskContext): Promise<string | null> {
  if (context.service.health === undefined) return null
  const { status, version } = await readHealth(context.service.health, context)
  return status !== null && status >= 200 && status < 300 ? version : null
}
