import { OperationError, type Task } from '@opschart/core'

import { oneLine } from '../project/plain-text.ts'
import { bothOutputs, endOf, startProgram } from '../project/program.ts'
import { releaseCheckout } from './release-checkout.ts'
import { readRunnerOutput } from './runner-output.ts'

/**
 * test-executor `run_integration_tests`: runs the service's `test` command on the release's own commit. The exit code
 * decides; counts and failing tests are read from the output where its form is known.
 *
 * Fails with `tests_failed` (its detail is the whole output of the task), `no_tests`, `unknown_commit`,
 * `checkout_failed` or `command_not_started`.
 */
export function runIntegrationTests(): Task {
  return {
    agent: 'test-executor',
    task: 'run_integration_tests',
    title: "runs the service's tests on the release's commit",
    changes: 'nothing',
    timeout: 30 * 60_000,
    async run(input, context) {
      const command = context.service.test
      if (command === undefined) {
        throw new OperationError({
          code: 'no_tests',
          message:
            `services.${context.service.name}.test is not set, so nothing says whether this release works; ` +
            'set it to an argument array, such as [npm, test]',
        })
      }
      const checkout = await releaseCheckout(input.release.commit, context)
      try {
        context.progress(`running ${oneLine(command.join(' '), 120)}`)
        const started = context.clock.now()
        const result = await startProgram(context, command, { directory: checkout.directory })
        const duration = context.clock.now() - started
        const read = readRunnerOutput(`${result.stdout}\n${result.stderr}`)
        const passed = result.code === 0
        const output = {
          passed,
          command: command.map((part) => oneLine(part)),
          exit_code: result.code,
          ...(result.signal === null ? {} : { signal: result.signal }),
          commit: input.release.commit,
          checkout: checkout.directory === '' ? 'project' : 'temporary',
          checkout_reason: checkout.why,
          ...(read.counts === undefined ? {} : { counts: { ...read.counts } }),
          failures: [...read.failures],
          output_tail: bothOutputs(result),
          started_at: started,
          duration,
          ...(passed && read.counts?.passed === 0
            ? { warning: 'no test ran, and the exit code is 0 all the same' }
            : {}),
        }
        if (passed) return output
        const count =
          read.counts === undefined
            ? ''
            : `${read.counts.failed} of ${read.counts.failed + read.counts.passed} failed`
        const names = read.failures.slice(0, 3).join('; ')
        const what = [count, names].filter((text) => text !== '').join(': ')
        throw new OperationError({
          code: 'tests_failed',
          message: `tests failed (${endOf(result)})${what === '' ? '' : `: ${what}`}`,
          detail: output,
        })
      } finally {
        await checkout.remove()
      }
    },
  }
}
