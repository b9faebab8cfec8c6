import { printAnswer } from './_answer.ts'
import { asPerson, withClient } from './_client.ts'
import { textOption, type Run } from './_context.ts'
import { findOperation } from './_operation.ts'

/** `opschart reject`: says no to an operation that waits, or cancels one that runs. */
export const run: Run = (context) =>
  withClient(context, async (reached) => {
    const sender = asPerson(reached, context)
    const [wanted] = context.operands
    const states =
      wanted === undefined
        ? (['awaiting_approval'] as const)
        : (['awaiting_approval', 'waiting', 'queued', 'running'] as const)
    const operation = findOperation(await reached.client.status(), wanted, states)
    const answer =
      operation.status === 'awaiting_approval'
        ? await sender.reject({
            operation: operation.id,
            reason: textOption(context, 'reason') ?? 'no reason was given',
          })
        : await sender.cancel(operation.id)
    return printAnswer(context, answer)
  })
