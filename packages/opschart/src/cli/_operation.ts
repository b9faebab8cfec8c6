import { didYouMean, OpschartError, type OperationView, type StatusView } from '@opschart/core'

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
  const all = operationsOf(status)
  const isMeant = ({ id, plan, agent, task }: OperationView) =>
    wanted === undefined ||
    id === wanted ||
    `${agent}.${task}` === wanted ||
    (wanted.length >= 4 && plan.startsWith(wanted))
  const open = all.filter((operation) => states.includes(operation.status))
  const fits = open.filter(isMeant)
  const [only] = fits
  if (only !== undefined && fits.length === 1) return only
  const waiting = open.length === 0 ? 'no operation waits for you' : listed(fits.length > 1 ? fits : open)
  if (wanted === undefined)
    throw new OpschartError('input', open.length === 0 ? waiting : `say which operation is meant: ${waiting}`)
  const shown = visible(wanted, 80)
  if (fits.length > 1) throw new OpschartError('input', `more than one operation is ${shown}: ${waiting}`)
  const other = all.find(isMeant)
  const none = open.length === 0 ? '; none waits for you' : `: ${waiting}`
  const names = open.flatMap(({ id, plan, agent, task }) => [`${agent}.${task}`, plan.slice(0, 8), id])
  throw new OpschartError(
    'input',
    other === undefined
      ? `no operation is ${shown}${none}${didYouMean(wanted, names)}`
      : `${shown} is ${other.status.replaceAll('_', ' ')}, and needs no answer${none}`,
  )
}

function listed(operations: readonly (OperationView & { readonly release: string })[]): string {
  return operations
    .map(({ plan, agent, task, release }) => visible(`${plan.slice(0, 8)} ${agent}.${task} for ${release}`))
    .join('; ')
}
