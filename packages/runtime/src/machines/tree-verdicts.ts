import { shellWord, takenReason, type Allowed, type Step, type Verdict } from '@opschart/core'

import { publicId } from './actor-names.ts'
import { statusOf, valueText } from './machine-state.ts'
import type { Mail, Node } from './tree-world.ts'

/** The verdict on a signal that moved an actor. */
export function takenVerdict(
  { state }: Pick<Node, 'state'>,
  type: string,
  step: Extract<Step, { kind: 'stepped' }>,
): Extract<Verdict, { kind: 'accepted' }> {
  const from = valueText(state.snapshot['value'])
  const phase = valueText(step.state.snapshot['value'])
  return { from, kind: 'accepted', phase, reason: takenReason(type, { from, phase }) }
}

/** The verdict on a signal that an actor did not take; `broke` is what its machine threw. */
export function refusedVerdict(
  node: Node,
  { event }: Mail,
  broke: string | undefined,
): Extract<Verdict, { kind: 'refused' }> {
  const phase = valueText(node.state.snapshot['value'])
  return {
    kind: 'refused',
    phase,
    reason: `${event.type} in ${phase}: ${broke ?? whyNot(node, event.type)}`,
    allowed:
      node.ended || node.misfit !== undefined ? { phase, signals: [], agents: [] } : allowedNow(node, phase),
  }
}

function whyNot(node: Node, type: string): string {
  const { state, misfit } = node
  if (node.ended) return `${publicId(node.actor)} has ended (${statusOf(state)})`
  if (misfit !== undefined) return misfit
  if (state.parked !== undefined) {
    return `${publicId(node.actor)} is parked, ${state.parked.reason}; mend it, then resume ${shellWord(`actor:${publicId(node.actor)}`)}`
  }
  const guards = candidates(node)
    .filter(({ event }) => matches(event, type))
    .map(({ guard }) => guard)
  if (guards.length === 0) return noArrow
  const named = [...new Set(guards.filter((guard) => guard !== undefined))]
  return named.length === 0 ? forbidden : `${named.join(', ')} ${saidNo}`
}

const noArrow = 'no such arrow'
const forbidden = 'it is forbidden here'
const saidNo = 'said no'

/** Whether it was the chart that had nothing to take a signal. */
export function isOfChart({ reason }: Pick<Verdict, 'reason'>): boolean {
  return [noArrow, forbidden, saidNo].some((end) => reason.endsWith(end))
}

function allowedNow(node: Node, phase: string): Allowed {
  const types = [...new Set(candidates(node).map(({ event }) => event))]
  return {
    phase,
    signals: types
      .filter((type) => !type.startsWith('xstate.') && type !== '')
      .map((type) => ({ type, by: ['anyone'] })),
    agents: [],
  }
}

interface Candidate {
  readonly event: string
  /** The guard's name; undefined for an arrow without one. */
  readonly guard: string | undefined
}

/** Says of an event whether an arrow of a state that the actor is in has it, whatever its guard says. */
export function arrowsIn(node: Pick<Node, 'chart' | 'state'>): (type: string) => boolean {
  const events = candidates(node).map(({ event }) => event)
  return (type) => events.some((event) => matches(event, type))
}

/** The arrows of all states that the actor is in. */
function candidates({ chart, state }: Pick<Node, 'chart' | 'state'>): Candidate[] {
  const { _nodes: nodes } = chart.kernel.restore(state) as unknown as {
    _nodes: readonly { transitions: ReadonlyMap<string, readonly { guard?: unknown }[]> }[]
  }
  return nodes.flatMap(({ transitions }) =>
    [...transitions].flatMap(([event, arrows]) =>
      arrows.map(({ guard }) => ({ event, guard: guardName(guard) })),
    ),
  )
}

function guardName(guard: unknown): string | undefined {
  if (guard === undefined) return undefined
  if (typeof guard === 'string') return guard
  const { type, name } = guard as { type?: string; name?: string }
  return type ?? (name === undefined || name === '' ? 'its guard' : name)
}

/** Whether an event's name fits a descriptor: `order.paid`, `order.*`, `*`. */
function matches(descriptor: string, type: string): boolean {
  if (descriptor === type || descriptor === '*') return true
  return (
    descriptor.endsWith('.*') &&
    (type === descriptor.slice(0, -2) || type.startsWith(descriptor.slice(0, -1)))
  )
}
