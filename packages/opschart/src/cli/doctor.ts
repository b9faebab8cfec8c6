import { checkDaemon } from './_checks-daemon.ts'
import { checkMachine } from './_checks-machine.ts'
import { checkProject } from './_checks-project.ts'
import { isJson, lookOf, printJson, printLines, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { renderChecks, type Check } from './_render-checks.ts'
import { visible } from './_text.ts'

/** `opschart doctor`: looks at everything the daemon needs, and says the way out of what is wrong. */
export const run: Run = async (context) => {
  const { terminal } = context
  terminal.progress('looking …')
  const checks: Check[] = []
  for (const look of [checkMachine, checkProject, checkDaemon]) {
    try {
      checks.push(...(await look(context)))
    } catch (error) {
      // One thing that cannot be looked at must not hide the others.
      checks.push({
        name: 'doctor',
        state: 'fail',
        found: visible(error instanceof Error ? error.message : String(error)),
      })
    }
  }
  terminal.progress('')
  if (isJson(context)) printJson(context, checks)
  else printLines(context, renderChecks(checks, lookOf(context)))
  return checks.some(({ state }) => state === 'fail') ? exitCodes.failed : exitCodes.done
}
