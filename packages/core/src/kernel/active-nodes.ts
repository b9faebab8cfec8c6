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
  return within(machine.root as unknown as Node)
}

/**
 * The ids of the active states in XState's own order, where that order is not the one in which XState would put them back:
 * it says which of two regions goes first when both have an eventless transition to take. Undefined where nothing is lost.
 */
export function orderOfNodes(machine: AnyStateMachine, snapshot: AnyMachineSnapshot): string[] | undefined {
  const { _nodes, value } = snapshot as unknown as WithNodes
  const restored = new Set<Node>()
  enter(machine.root as unknown as Node, value)
  return restored.size === _nodes.length && [...restored].every((node, index) => node === _nodes[index])
    ? undefined
    : _nodes.map(({ id }) => id)

  function enter(node: Node, at: Json | undefined): void {
    restored.add(node)
    if (typeof at === 'string') return void restored.add(node.states[at]!)
    const within = Object.entries((at ?? {}) as JsonObject)
    for (const [key] of within) restored.add(node.states[key]!)
    for (const [key, inner] of within) enter(node.states[key]!, inner)
  }
}

/**
 * Puts the active states of a restored snapshot into the order that {@link orderOfNodes} told. An order of other states, as
 * a changed chart may leave one, says nothing.
 */
export function putInOrder(snapshot: AnyMachineSnapshot, order: readonly string[] | undefined): void {
  if (order === undefined) return
  const restored = snapshot as unknown as WithNodes
  const byId = new Map(restored._nodes.map((node) => [node.id, node]))
  const nodes = order.flatMap((id) => byId.get(id) ?? [])
  if (nodes.length === order.length && nodes.length === byId.size) restored._nodes = nodes
}
