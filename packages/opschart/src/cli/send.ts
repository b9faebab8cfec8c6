import type { Severity, SignalDraft } from '@opschart/core'

import { printVerdict } from './_answer.ts'
import { withClient } from './_client.ts'
import { textOption, type Run } from './_context.ts'
import { dataOf, senderOf } from './_sender.ts'

/** `opschart send`: a signal, as the person at the terminal, the operation whose process this is, or the inbox. */
export const run: Run = (context) => {
  const [to = '', type = '', ...pairs] = context.operands
  const severity = textOption(context, 'severity') as Severity | undefined
  const id = textOption(context, 'id')
  const draft: SignalDraft = {
    type,
    ...(pairs.length === 0 ? {} : { data: dataOf(pairs) }),
    ...(severity === undefined ? {} : { severity }),
    ...(id === undefined ? {} : { id }),
  }
  return withClient(context, async (reached) =>
    printVerdict(context, await (await senderOf(context, reached)).send(to, draft)),
  )
}
