import {
  OpschartError,
  phaseOf,
  type ActorState,
  type Lifecycle,
  type Store,
  type StoredActor,
} from '@opschart/core'

import { deciderOf, isLifecycleActor, serviceFact } from './names.ts'
import { kernelOf, type KernelSources } from './kernels.ts'

const shown = 10

/**
 * Refuses to open what is stored with a law that it does not fit [D7]: a release in a phase that is gone, a workflow under
 * way that is gone or has lost the step it is in. Nothing is started afresh silently, and nothing is changed. What was
 * decided under another definition and fits goes on under this one.
 *
 * @throws OpschartError `configuration`, with the list.
 */
export async function checkFit(
  sources: KernelSources & {
    store: Store
    lifecycle: Lifecycle
    services: ReadonlyMap<string, unknown>
    definitions: readonly string[]
  },
): Promise<void> {
  const problems: string[] = []
  for (const { actor, state } of await decidedByOthers(sources)) {
    const problem = misfit(sources, actor, state as unknown as ActorState)
    if (problem !== undefined) problems.push(problem)
  }
  if (problems.length === 0) return
  const rest = problems.length > shown ? `\n… and ${problems.length - shown} more` : ''
  throw new OpschartError(
    'configuration',
    `what is stored does not fit the configuration:\n${problems.slice(0, shown).join('\n')}${rest}\n` +
      'Put back what was taken out until these have ended, or move the releases with the earlier configuration first.',
  )
}

/** Actors of the law that were last decided by what is not here any more: only these are read, however many there are. */
async function decidedByOthers({
  store,
  services,
  definitions: notUnder,
}: Parameters<typeof checkFit>[0]): Promise<StoredActor[]> {
  const known = await store.factsBeginning(serviceFact(''))
  const shards = new Set([...services.keys(), ...known.map(({ name }) => name.slice(serviceFact('').length))])
  const found = await Promise.all([...shards].map((shard) => store.actors({ shard, notUnder })))
  return found.flat()
}

function misfit(
  sources: KernelSources & { lifecycle: Lifecycle },
  actor: string,
  state: ActorState,
): string | undefined {
  const decider = deciderOf(actor)
  const kernel = kernelOf(sources, decider)
  // A rule that was taken out is no loss: its timers and messages end with it.
  if (kernel === undefined)
    return decider.startsWith('rule:')
      ? undefined
      : `${actor} is under way, but there is no ${decider} any more`
  if (isLifecycleActor(actor) && !Object.hasOwn(sources.lifecycle.definition.phases, phaseOf(state))) {
    return `${actor} is in ${phaseOf(state)}, and there is no such phase any more`
  }
  try {
    kernel.restore(state)
    return undefined
  } catch (error) {
    return `${actor} is where the chart no longer leads: ${error instanceof Error ? error.message : String(error)}`
  }
}
