import { printAnswer } from './_answer.ts'
import { asPerson, withClient } from './_client.ts'
import { textOption, type Run } from './_context.ts'

/** `opschart adopt`: says where a release really is. */
export const run: Run = (context) =>
  withClient(context, async (reached) => {
    const [to = '', phase = ''] = context.operands
    const named = Object.fromEntries(
      ['version', 'commit', 'branch'].flatMap((name) => {
        const value = textOption(context, name)
        return value === undefined ? [] : [[name, value]]
      }),
    )
    const reason = textOption(context, 'reason') ?? 'no reason was given'
    return printAnswer(context, await asPerson(reached, context).adopt({ to, phase, reason, ...named }))
  })
