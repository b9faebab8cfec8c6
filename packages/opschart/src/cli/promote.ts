import { OpschartError, type Autonomy, type RecordView } from '@opschart/core'

import { printAnswer } from './_answer.ts'
import { asPerson, withClient } from './_client.ts'
import { lookOf, type Run } from './_context.ts'
import type { Look } from './_look.ts'
import { visible } from './_text.ts'
import { moment } from './_time.ts'

const autonomies: readonly Autonomy[] = ['observe', 'ask', 'act']

/** `opschart promote`: shows what an agent or task has done, then lets it do more (or less) by itself. */
export const run: Run = (context) => {
  const [target = '', autonomy = ''] = context.operands
  const wanted = autonomies.find((known) => known === autonomy)
  if (wanted === undefined)
    throw new OpschartError(
      'input',
      `autonomy is ${autonomies.join(', ')}; what is ${visible(autonomy, 40)}?`,
    )
  return withClient(context, async (reached) => {
    const sender = asPerson(reached, context)
    const record = target === '*' ? undefined : await reached.client.record(target)
    // Of what there is not, there is nothing to show: the answer says so.
    if (record !== undefined && (record.changes.length > 0 || record.last !== null))
      for (const line of renderRecord(record, lookOf(context))) context.terminal.note(line)
    return printAnswer(context, await sender.promote({ target, autonomy: wanted }))
  })
}

/** The record of an agent or task: what it may do now, and what it has done so far. */
export function renderRecord(record: RecordView, look: Look): string[] {
  const { paint } = look
  const changes = record.changes.length === 0 ? 'nothing known' : record.changes.join(', ')
  const last = record.last === null ? 'never' : moment(record.last, look)
  const total = record.done + record.failed + record.observed + record.rejected
  return [
    `${paint('bold', visible(record.target, 100))} may now ${record.autonomy}; it changes ${changes}`,
    total === 0
      ? paint('yellow', '  it has no record yet')
      : `  ${paint('green', `${record.done} done`)} · ${paint(record.failed > 0 ? 'red' : 'gray', `${record.failed} failed`)} · ${record.observed} only observed · ${record.rejected} rejected · last ${last}`,
  ]
}
