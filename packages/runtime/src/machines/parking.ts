import type { JsonObject, Principal, Store } from '@opschart/core'

import { publicId } from './actor-names.ts'
import { freedState, givenUpState, parkedState, type Letter } from './machine-state.ts'
import type { Mail, Node, TreeWorld } from './tree-world.ts'

/** The most events that are kept for an actor that is parked: what is beyond is only journaled. */
const mostLetters = 1_000

const factPrefix = 'parked:'

/** The name of the fact that says that an actor is parked, so that those that are can be found among many. */
const parkedFact = (actor: string) => `${factPrefix}${publicId(actor)}`

/** Every actor that is parked, with the reason and since when. */
export async function parkedActors(
  store: Pick<Store, 'factsBeginning'>,
): Promise<{ actor: string; reason: string; since: number }[]> {
  const facts = await store.factsBeginning(factPrefix)
  return facts.flatMap(({ name, value }) => {
    const parked = value as { reason: string; since: number } | null
    return parked === null ? [] : [{ actor: name.slice(factPrefix.length), ...parked }]
  })
}

/**
 * Parks an actor that could not take what came for it: from now on whatever comes is kept, in order, until a person lets it
 * go on. The others never notice.
 */
export function parkActor(
  world: TreeWorld,
  node: Node,
  { kind, event, cause }: Mail,
  why: { readonly reason: string; readonly at: number },
): void {
  if (node.state.parked === undefined)
    world.fact(parkedFact(node.actor), { reason: why.reason, since: why.at })
  if ((node.state.parked?.letters.length ?? 0) >= mostLetters) {
    const reason = `${mostLetters} events wait for it already: this one is not kept`
    world.record(node, { kind: kind as 'message', event, cause, verdict: { kind: 'ignored', reason } })
    return
  }
  const letter: Letter = { event, kind: kind as Letter['kind'], ...(cause === undefined ? {} : { cause }) }
  world.record(node, {
    kind: 'parked',
    event: { type: event.type, reason: why.reason, letter: letter as unknown as JsonObject },
    cause,
    state: parkedState(node.state, { ...why, letter }),
  })
}

/** Lets an actor that was parked take what comes again. */
export function freeActor(world: TreeWorld, node: Node, by: Principal): void {
  const event = { type: 'freed', letters: node.state.parked!.letters.length }
  world.fact(parkedFact(node.actor), null)
  world.record(node, { kind: 'freed', event, by, state: freedState(node.state) })
}

/** Ends an actor that is parked; what it has started is ended by whoever calls. */
export function giveUp(world: TreeWorld, node: Node, cause: string | undefined): void {
  if (node.state.parked !== undefined) world.fact(parkedFact(node.actor), null)
  world.timersGone(node.actor)
  world.record(node, {
    kind: 'freed',
    event: { type: 'given_up' },
    cause,
    state: givenUpState(node.state),
    ended: true,
  })
}
