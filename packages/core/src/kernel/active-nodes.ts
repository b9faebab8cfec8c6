import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'

import type { Json, JsonObject } from '../json.ts'

interface Node {
  readonly id: string
  readonly type: string
  readonly states: Readonly<Record<string, Node>>
}

interface WithNodes {
  readonly value: Json
  _nodes: readonly Node[]
}

/** Whether several states of a machine can be active beside one another: only then they have an order. */
export function hasRegions(machine: AnyStateMachine): boolean {
  const within = (node: Node): boolean => node.type === 'parallel' || Object.values(node.states).some(within)
  return within(machine.root as Node)
}

/**
 * The ids of the active states in XState's own order, where that order is not the one in which XState would put them back:
 * it says which of two regions goes first when both have an eventless transition to take. Undefined where nothing is lost.
 */
export function orderOfNodes(machine: AnyStateMachine, snapshot: AnyMachineSnapshot): string[] | undefined {
  const { _nodes, value } = snapshot as WithNodes
  const root = machine.root as Node
  let place = 0
  const isNext = (node: Node | undefined): boolean => node === _nodes[place++]
  /** Whether what is below an active state comes next, as XState would enter it: first its states, then what is below those. */
  function follows(node: Node, at: Json | undefined): boolean {
    if (typeof at === 'string') return isNext(node.states[at])
    const within = (at ?? {}) as JsonObject
    for (const key in within) if (!isNext(node.states[key])) return false
    for (const key in within) if (!follows(node.states[key]!, within[key])) return false
    return true
  }
  return isNext(root) && follows(root, value) && place === _nodes.length
    ? undefined
    : _nodes.map(({ id }) => id)
}

/**
 * Puts the active states of a restored snapshot into the order that {@link orderOfNodes} told. An order of other states, as
 * a changed chart may leave one, says nothing.
 */
export function putInOrder(snapshot: AnyMachineSnapshot, order: readonly string[] | undefined): void {
  if (order === undefined) return
  const restored = snapshot as WithNodes
  const byId = new Map(restored._nodes.map((node) => [node.id, node]))
  const nodes = order.flatMap((id) => byId.get(id) ?? [])
  if (nodes.length === order.length && nodes.length === byId.size) restored._nodes = nodes
}
