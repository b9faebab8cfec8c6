import { printAnswer } from './_answer.ts'
import { asPerson, withClient } from './_client.ts'
import type { Run } from './_context.ts'

/** `opschart move`: takes an arrow that has no signal. */
export const run: Run = (context) =>
  withClient(context, async (reached) => {
    const [to = '', phase = ''] = context.operands
    return printAnswer(context, await asPerson(reached, context).move(to, phase))
  })
