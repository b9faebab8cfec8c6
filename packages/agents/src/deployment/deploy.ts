import { OperationError, type JsonObject, type OperationInput, type Service, type Task } from '@opschart/core'

import { oneLine } from '../project/plain-text.ts'
import { bothOutputs, endOf, startProgram } from '../project/program.ts'
import { substitute } from './argument-template.ts'
import { productionEnvironment, releaseValues } from './release-values.ts'
import { isSameRelease, readHealth } from './served-version.ts'

/**
 * developer-agent `deploy`: runs the service's own `deploy` command for this release, once. After a crash in between it
 * first asks the health address: where that serves this release already, nothing is run again. The command itself gets
 * OPSCHART_KEY, the same for each attempt, to tell a repeat by.
 *
 * Fails with `no_deploy`, `deploy_failed` (with the end of the output), `missing_value`, `unsafe_argument` or
 * `command_not_started`.
 */
export function deploy(): Task {
  return {
    agent: 'developer-agent',
    task: 'deploy',
    title: "runs the service's deploy command for this release",
    changes: 'production',
    timeout: 30 * 60_000,
    plan: (input, context) => deploymentPlan(input, context.service),
    async run(input, context) {
      const { service } = context
      const { release } = input
      const command = deployCommand(input, service)
      const environment = productionEnvironment(service)
      const done = { command, version: release.version, environment }
      await context.footprint({
        versions: [release.version],
        ...(release.commit === null ? {} : { commits: [release.commit] }),
      })
      if (service.health !== undefined) {
        const seen = await readHealth(service.health, context)
        const healthy = seen.status !== null && seen.status >= 200 && seen.status < 300
        if (healthy && seen.version !== null && isSameRelease(seen.version, release)) {
          context.progress(`${service.name} already serves ${oneLine(release.version, 80)}`)
          return { ...done, output_tail: '', deployed_at: context.clock.now(), already_done: true }
        }
      }
      context.progress(`running ${oneLine(command.join(' '), 200)}`)
      const result = await startProgram(context, command)
      const tail = bothOutputs(result)
      if (result.code !== 0) {
        throw new OperationError({
          code: 'deploy_failed',
          message: `the deployment of ${oneLine(release.version, 80)} did not succeed: ${oneLine(command[0], 100)}, ${endOf(result)}`,
          detail: { ...done, exit_code: result.code, signal: result.signal, output_tail: tail },
        })
      }
      return { ...done, output_tail: tail, deployed_at: context.clock.now(), already_done: false }
    },
  }
}

/** What `deploy` would run, shown before it is approved. */
function deploymentPlan(input: OperationInput, service: Service): JsonObject {
  return {
    commands: [deployCommand(input, service)],
    version: input.release.version,
    commit: input.release.commit,
    environment: productionEnvironment(service),
    previous: input.release.previous?.version ?? null,
  }
}

function deployCommand(input: OperationInput, service: Service): string[] {
  if (service.deploy === undefined) {
    throw new OperationError({
      code: 'no_deploy',
      message: `services.${service.name}.deploy is not set; set it to an argument array, such as [./deploy, "{version}"]`,
    })
  }
  return substitute(service.deploy, releaseValues(input, service))
}
