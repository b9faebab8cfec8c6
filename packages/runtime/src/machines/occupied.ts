import type { Step } from '@opschart/core'

import { childNode, type Mail, type Node, type TreeWorld } from './tree-world.ts'

/** Why a step cannot be taken although its machine would: a child’s id is still in use. */
export function occupied(
  world: TreeWorld,
  node: Node,
  mail: Mail,
  step: Extract<Step, { kind: 'stepped' }>,
): string | undefined {
  const stopped = new Set<string>()
  for (const effect of step.effects) {
    if (effect.kind === 'stop') stopped.add(effect.id)
    if (effect.kind !== 'spawn' || stopped.has(effect.id)) continue
    const key = node.state.children[effect.id]
    // An operation whose result this is has ended, and is written as ended only with it.
    if (mail.kind === 'result' && mail.cause === key) continue
    if (key !== undefined && isAtWork(world, node, effect.id, key))
      return `child ${effect.id} is at work; stop it first, or give the new one another id`
  }
  return undefined
}

function isAtWork(world: TreeWorld, parent: Node, id: string, key: string): boolean {
  const node = childNode(world, parent, id, key)
  return node === undefined ? world.isAtWork(parent.actor, key) : !node.ended
}
