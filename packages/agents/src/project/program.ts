import { OperationError, type ProgramOptions, type ProgramResult, type TaskContext } from '@opschart/core'

import { oneLine, outputTail } from './plain-text.ts'

/**
 * Runs a program of the configuration and says plainly when it cannot be started.
 *
 * @throws OperationError `command_not_started` (no such program, not executable); what else goes wrong passes through.
 */
export async function startProgram(
  context: Pick<TaskContext, 'run'>,
  argv: readonly string[],
  options?: ProgramOptions,
): Promise<ProgramResult> {
  try {
    return await context.run(argv, options)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOEXEC') throw error
    throw new OperationError(
      {
        code: 'command_not_started',
        message: `${oneLine(argv[0], 100)} cannot be started (${code}); check that it exists, is executable, and is on PATH`,
      },
      { cause: error },
    )
  }
}

/** Runs git in the project; no hook of the repository is started, and nothing asks for a password. */
export function git(context: Pick<TaskContext, 'run'>, ...argv: readonly string[]): Promise<ProgramResult> {
  return startProgram(context, ['git', '-c', 'core.hooksPath=/dev/null', ...argv], {
    environment: { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
  })
}

/** Both outputs of a program as one text, the errors last, bounded. */
export function bothOutputs(result: ProgramResult): string {
  return outputTail([result.stdout, result.stderr].filter((text) => text.trim() !== '').join('\n'))
}

/** How a program ended, for people: `exit code 3`, `ended by SIGKILL`. */
export function endOf(result: ProgramResult): string {
  return result.code === null ? `ended by ${result.signal ?? 'a signal'}` : `exit code ${result.code}`
}
