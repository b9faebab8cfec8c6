import { printVerdict } from './_answer.ts'
import { withClient } from './_client.ts'
import type { Run } from './_context.ts'
import { dataOf, senderOf } from './_sender.ts'

/** `opschart start`: an actor of a machine, as the person at the terminal. */
export const run: Run = (context) => {
  const [to = '', ...pairs] = context.operands
  const opening = pairs.length === 0 ? {} : { input: dataOf(pairs) }
  return withClient(context, async (reached) =>
    printVerdict(context, await (await senderOf(context, reached)).start(to, opening)),
  )
}
