import { OpschartError, type OperationView, type StatusView } from '@opschart/core'

import { operationsOf } from './_render-status.ts'
import { visible } from './_text.ts'

/**
 * The operation that a person means: by the first digits of its plan, its id, its task, or, where nothing was said, as the
 * only one.
 *
 * @throws OpschartError `input` when none or more than one fits, listing those that there are.
 */
export function findOperation(
  status: StatusView,
  wanted: string | undefined,
  states: readonly OperationView['status'][],
): OperationView & { readonly release: string } {
  const open = operationsOf(status).filter((operation) => states.includes(operation.status))
  const fits = open.filter(
    ({ id, plan, agent, task }) =>
      wanted === undefined ||
      id === wanted ||
      `${agent}.${task}` === wanted ||
      (wanted.length >= 4 && plan.startsWith(wanted)),
  )
  const [only] = fits
  if (only !== undefined && fits.length === 1) return only
  const list = (fits.length > 1 ? fits : open).map(
    ({ plan, agent, task, release }) => `${plan.slice(0, 8)} ${agent}.${task} for ${release}`,
  )
  if (open.length === 0) throw new OpschartError('input', 'no operation waits for you')
  const problem =
    wanted === undefined
      ? 'say which operation is meant'
      : `${fits.length === 0 ? 'no' : 'more than one'} operation is ${visible(wanted, 80)}`
  throw new OpschartError('input', `${problem}: ${list.map((line) => visible(line)).join('; ')}`)
}
