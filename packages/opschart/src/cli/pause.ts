import { printAnswer } from './_answer.ts'
import { asPerson, withClient } from './_client.ts'
import { textOption, type Run } from './_context.ts'

/** `opschart pause`: stops new work. */
export const run: Run = (context) =>
  withClient(context, async (reached) => {
    const [target = 'everything'] = context.operands
    const reason = textOption(context, 'reason') ?? 'no reason was given'
    const now = context.options['now'] === true
    return printAnswer(
      context,
      await asPerson(reached, context).pause({ target, reason, ...(now ? { now } : {}) }),
    )
  })
