import { OpschartError, phaseOf, type ActorState, type Lifecycle, type Store } from '@opschart/core'

import { deciderOf, isLifecycleActor } from './names.ts'
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
  sources: KernelSources & { store: Store; lifecycle: Lifecycle; definitionOf: (decider: string) => string },
): Promise<void> {
  const problems: string[] = []
  for (const { actor, definition, state } of await sources.store.actors()) {
    const decider = deciderOf(actor)
    if (
      decider === 'none' ||
      decider === 'system' ||
      decider === 'machine' ||
      definition === sources.definitionOf(decider)
    )
      continue
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
