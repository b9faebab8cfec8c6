import { OpschartError } from '@opschart/core'

import { printAnswer } from './_answer.ts'
import { asPerson, withClient } from './_client.ts'
import { textOption, type Run } from './_context.ts'
import { findOperation } from './_operation.ts'

/** `opschart approve`: says yes to the plan that an operation has now. */
export const run: Run = (context) =>
  withClient(context, async (reached) => {
    const sender = asPerson(reached, context)
    const operation = findOperation(await reached.client.status(), context.operands[0], ['awaiting_approval'])
    const plan = textOption(context, 'plan')
    if (plan !== undefined && operation.plan !== plan) {
      throw new OpschartError(
        'input',
        `its plan is ${operation.plan}, not ${plan.slice(0, 128)}: look at it again`,
      )
    }
    return printAnswer(context, await sender.approve({ operation: operation.id, plan: operation.plan }))
  })
