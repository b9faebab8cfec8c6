import { kindOf, type Principal } from '../principal.ts'
import type { ServiceState } from '../release/service-state.ts'
import { isNamedIn, openChannels } from './allowed.ts'
import type { LifecycleDefinition } from './definition.ts'
import { arrowAt } from './topology.ts'

/** Releases under way in a service, above which those who may write what they like open no more. */
const mostOpened = 50

/**
 * Why a principal's signal opens no release; undefined when it does. What its sender may not even send opens none, and
 * where anyone can write, or a model asks, there is an end to it: a release is never forgotten before it has retired.
 */
export function refusalOfOpening(
  definition: LifecycleDefinition,
  service: ServiceState,
  signal: { readonly type: string; readonly by: Principal },
): string | undefined {
  const { type, by } = signal
  const arrow = arrowAt(definition, definition.initial, type)
  const isOpenChannel = openChannels.includes(by)
  const may = arrow === undefined ? !isOpenChannel : isNamedIn(arrow.by, by)
  if (!may) {
    const list = arrow?.by === undefined ? 'those who see for themselves' : arrow.by.join(', ')
    return `only ${list} may open a release with ${type}, not ${by}`
  }
  if (!isOpenChannel && kindOf(by) !== 'agent') return undefined
  const underway = Object.values(service.releases).filter(
    ({ id, phase }) => phase !== 'RETIRED' && !service.stack.includes(id),
  ).length
  return underway < mostOpened
    ? undefined
    : `${service.service} has ${underway} releases under way; ${by} opens no more`
}
