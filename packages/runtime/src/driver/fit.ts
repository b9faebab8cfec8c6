import {
  OpschartError,
  phaseOf,
  type ActorState,
  type FitView,
  type Lifecycle,
  type Store,
  type StoredActor,
} from '@opschart/core'

import { deciderOf, isLifecycleActor, serviceFact } from './names.ts'
import { kernelOf, type KernelSources } from './kernels.ts'
import { renamedTo, renamePhase, type RenameSources } from './renamed-phases.ts'

const shown = 10
const wayOut =
  'Put back what was taken out until these have ended, say what a phase was `formerly`, or move the releases with the ' +
  'earlier configuration first.'

/** What the fit of the law's actors is found with. */
export interface FitSources extends KernelSources, RenameSources {
  readonly store: Store
  readonly lifecycle: Lifecycle
  readonly services: ReadonlyMap<string, unknown>
  /** The definitions that decide in the law today. */
  readonly definitions: readonly string[]
}

/**
 * Refuses to open what is stored with a law that it does not fit [D7]: a release in a phase that is gone, a workflow under
 * way that is gone or has lost the step it is in. What is in a phase that has another name by now is moved there, with a
 * row that tells it. Nothing is started afresh silently; what was decided under another definition and fits goes on.
 *
 * @throws OpschartError `configuration`, with the list; nothing was changed.
 */
export async function checkFit(sources: FitSources): Promise<void> {
  const fits = await lawFits(sources)
  const misfits = fits.filter(({ kind }) => kind === 'misfit')
  if (misfits.length > 0) {
    const rest = misfits.length > shown ? `\n… and ${misfits.length - shown} more` : ''
    const list = misfits.slice(0, shown).map(({ actor, text }) => `${actor} ${text}`)
    throw new OpschartError(
      'configuration',
      `what is stored does not fit the configuration:\n${list.join('\n')}${rest}\n${wayOut}`,
    )
  }
  for (const { actor, kind } of fits) if (kind === 'migrates') await renamePhase(sources, actor)
}

/** How each actor of the law stands that was last decided by what is not here any more. */
export async function lawFits(sources: FitSources): Promise<FitView[]> {
  const stored = await decidedByOthers(sources)
  return stored.map(({ actor, state }) => fitOf(sources, actor, state as unknown as ActorState))
}

/** Only these are read, however many others there are. */
async function decidedByOthers({
  store,
  services,
  definitions: notUnder,
}: FitSources): Promise<StoredActor[]> {
  const known = await store.factsBeginning(serviceFact(''))
  const shards = new Set([...services.keys(), ...known.map(({ name }) => name.slice(serviceFact('').length))])
  const found = await Promise.all([...shards].map((shard) => store.actors({ shard, notUnder })))
  return found.flat()
}

function fitOf(sources: FitSources, actor: string, state: ActorState): FitView {
  const decider = deciderOf(actor)
  const kernel = kernelOf(sources, decider)
  const misfit = (text: string): FitView => ({ actor, kind: 'misfit', text })
  // A rule that was taken out is no loss: its timers and messages end with it.
  if (kernel === undefined) {
    return decider.startsWith('rule:')
      ? { actor, kind: 'fits', text: 'its rule was taken out, and it ends with it' }
      : misfit(`is under way, but there is no ${decider} any more`)
  }
  if (isLifecycleActor(actor)) {
    const phase = phaseOf(state)
    const to = renamedTo(sources.lifecycle.definition, phase)
    if (to !== undefined) return { actor, kind: 'migrates', text: `is in ${phase}, which is ${to} now` }
    if (!Object.hasOwn(sources.lifecycle.definition.phases, phase))
      return misfit(`is in ${phase}, and there is no such phase any more`)
  }
  try {
    kernel.restore(state)
    return { actor, kind: 'fits', text: 'goes on as it is, under the definition of today' }
  } catch (error) {
    return misfit(
      `is where the chart no longer leads: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
