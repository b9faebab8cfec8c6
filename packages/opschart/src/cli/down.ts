import { OpschartError, wait } from '@opschart/core'

import { connectDaemon } from './_client.ts'
import { isJson, printJson, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { lengthOf } from './_time.ts'

/** Milliseconds that the daemon has to end: what runs is given its time to stop. */
const patience = 60_000

/** `opschart down`: asks the daemon to end, and waits until its process is gone. */
export const run: Run = async (context) => {
  const { clock, terminal } = context
  const { pid } = await (await connectDaemon(context)).down()
  const asked = clock.now()
  for (let pause = 20; isAlive(pid); pause = Math.min(pause * 2, 500)) {
    if (clock.now() - asked > patience) {
      throw new OpschartError(
        'unreachable',
        `process ${pid} has not ended in ${lengthOf(patience)}; it may be waiting for an operation: look with \`ps -p ${pid}\``,
      )
    }
    if (pause > 200) terminal.progress(`waiting for process ${pid} to end … ${lengthOf(clock.now() - asked)}`)
    await wait(clock, pause)
  }
  terminal.progress('')
  if (isJson(context)) printJson(context, { ended: pid })
  else terminal.out(`the daemon (process ${pid}) has ended`)
  return exitCodes.done
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
