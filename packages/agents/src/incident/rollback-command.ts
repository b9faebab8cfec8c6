import { OperationError, type OperationInput, type Service } from '@opschart/core'

import { substitute } from '../deployment/argument-template.ts'
import { releaseValues } from '../deployment/release-values.ts'

/** What a roll-back would run, and from which version to which. */
export interface RollbackCommand {
  readonly command: readonly string[]
  readonly from: string
  readonly to: string
}

/**
 * The exact command that puts the earlier release back: the service's own `rollback`, with `{previous}`,
 * `{previous_commit}`, `{version}`, `{commit}`, `{service}` and `{environment}` filled in.
 *
 * @throws OperationError `rollback_impossible` when there is no earlier release or no command for it; as `substitute`
 * does when a value is missing or not safe to hand to a program.
 */
export function rollbackCommand(input: OperationInput, service: Service): RollbackCommand {
  const { previous } = input.release
  if (previous === null) throw impossible(`${input.release.name} has no earlier release to go back to`)
  if (service.rollback === undefined) {
    throw impossible(`${service.name} has no \`rollback\` command in the configuration`)
  }
  const values = { ...releaseValues(input, service), previous_commit: previous.commit }
  return { command: substitute(service.rollback, values), from: input.release.version, to: previous.version }
}

function impossible(message: string): OperationError {
  return new OperationError({ code: 'rollback_impossible', message })
}
