import type { ActorView, Json, JsonObject, Store } from '@opschart/core'

import { machineActor, publicId } from './actor-names.ts'
import { statusOf } from './machine-state.ts'
import type { Node } from './tree-world.ts'
import type { Trees } from './trees.ts'

/** An actor of a machine as people see it; undefined when there is none. */
export async function actorView(trees: Trees, store: Store, id: string): Promise<ActorView | undefined> {
  const node = await trees.load(machineActor(id))
  if (node === undefined) return undefined
  const { state, actor, version } = node
  const { snapshot } = state
  const children = snapshot['children'] as Record<string, { src: string }>
  const { parked } = state
  const misfit = node.ended ? undefined : node.misfit
  return {
    id,
    machine: state.chart,
    version,
    status: parked !== undefined ? 'parked' : misfit !== undefined ? 'misfit' : statusOf(state),
    value: snapshot['value'] as Json,
    context: snapshot['context'] as JsonObject,
    tags: tagsOf(node),
    ...(snapshot['output'] === undefined ? {} : { output: snapshot['output'] }),
    ...(snapshot['error'] === undefined ? {} : { error: snapshot['error'] }),
    children: await Promise.all(
      Object.entries(children).map(async ([name, { src }]) => {
        const child = await trees.childOf(node, name)
        return { id: name, src, actor: child === undefined ? null : publicId(child) }
      }),
    ),
    timers: (await store.timers(actor)).map(({ id: timer, due }) => ({ id: timer, due })),
    misfit: misfit ?? null,
    parked:
      parked === undefined
        ? null
        : { reason: parked.reason, since: parked.since, letters: parked.letters.length },
  }
}

function tagsOf({ chart, state, misfit }: Node): string[] {
  if (misfit !== undefined) return []
  try {
    return [...chart.kernel.restore(state).tags].toSorted()
  } catch {
    // It ended in a state that its machine of today does not have.
    return []
  }
}
