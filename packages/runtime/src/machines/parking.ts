import type { JsonObject } from '@opschart/core'

import { givenUpState, parkedState, type Letter } from './machine-state.ts'
import type { Mail, Node, TreeWorld } from './tree-world.ts'

/**
 * Parks an actor that could not take what came for it: from now on whatever comes is kept, in order, until a person lets it
 * go on. The others never notice.
 */
export async function parkActor(
  world: TreeWorld,
  node: Node,
  { kind, event, cause }: Mail,
  why: { readonly reason: string; readonly at: number },
): Promise<void> {
  const letter: Letter = { event, kind: kind as Letter['kind'] }
  await world.record(node, {
    kind: 'parked',
    event: { type: event.type, reason: why.reason, letter: letter as unknown as JsonObject },
    cause,
    state: parkedState(node.state, { ...why, letter }),
  })
}

/** Ends an actor that is parked; what it has started is ended by whoever calls. */
export async function giveUp(world: TreeWorld, node: Node, cause: string | undefined): Promise<void> {
  await world.record(node, {
    kind: 'freed',
    event: { type: 'given_up' },
    cause,
    state: givenUpState(node.state),
    ended: true,
  })
  await world.timersGone(node.actor)
}
