import { parseDuration } from '../duration.ts'
import { OpschartError } from '../errors.ts'
import { longForm, type OperationStep, type StepDefinition, type WorkflowDefinition } from './definition.ts'

/** What can be the name of a state, of a child and of a result at once: no dot, no colon. */
const name = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/

/**
 * Checks that a workflow can be compiled.
 *
 * @throws OpschartError code `configuration`, naming the step (from 1) and what would be right.
 */
export function checkSteps(workflow: string, definition: WorkflowDefinition): void {
  const fail = (where: string, what: string): never => {
    throw new OpschartError('configuration', `workflow ${workflow}${where}: ${what}`)
  }
  if (!name.test(workflow))
    fail('', 'a workflow’s name is a word of letters, digits, _ and -, such as post_merge')
  const checkOperation = (step: OperationStep, where: string): void => {
    for (const [agent, task] of [step.do, ...(step.compensate === undefined ? [] : [step.compensate])]) {
      if (!name.test(agent ?? '')) fail(where, `${agent} is no agent’s name; write [agent, task]`)
      if (!name.test(task ?? '') || (task ?? '') in Object.prototype) {
        fail(where, `${task} is no task’s name; it is a word of letters, digits, _ and -, such as run_tests`)
      }
    }
    const times = step.retry?.times
    if (times !== undefined && !(Number.isInteger(times) && times >= 0 && times <= 100)) {
      fail(where, `retry.times is ${times}; it is a whole number from 0 to 100`)
    }
    for (const [key, duration] of [
      ['retry.backoff', step.retry?.backoff],
      ['timeout', step.timeout],
    ] as const) {
      if (duration !== undefined && parseDuration(duration) === undefined) {
        fail(where, `${key} "${duration}" is no duration; write 500ms, 30s, 15m, 24h or 2d`)
      }
    }
  }
  const check = (step: StepDefinition, where: string): void => {
    const long = longForm(step)
    if ('do' in long) return checkOperation(long, where)
    if (!('parallel' in long)) return
    if (long.parallel.length === 0) fail(where, 'parallel needs at least one branch')
    long.parallel.forEach((branch, index) =>
      branch.forEach((inner) => {
        const innerLong = longForm(inner as StepDefinition)
        if ('do' in innerLong) checkOperation(innerLong, `${where}, branch ${index + 1}`)
        else fail(`${where}, branch ${index + 1}`, 'only operations run side by side')
      }),
    )
  }
  definition.steps.forEach((step, index) => check(step, `, step ${index + 1}`))
}
