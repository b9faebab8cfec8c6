import { printAnswer } from './_answer.ts'
import { asPerson, withClient } from './_client.ts'
import type { Run } from './_context.ts'

/** `opschart resume`: ends a pause. */
export const run: Run = (context) =>
  withClient(context, async (reached) => {
    const [target = 'everything'] = context.operands
    return printAnswer(context, await asPerson(reached, context).resume(target))
  })
