import {
  type Clock,
  type Crypto,
  type Effect,
  type Emission,
  type FeedbackLoop,
  type JournalEntry,
  type Json,
  type ServiceState,
  type Signal,
  type Store,
} from '@opschart/core'

import { ruleActor, serviceFact } from '../driver/names.ts'
import type { TurnOutcome, Turns } from '../driver/turn.ts'

/**
 * Tells a loop's edge again that came while a deployment or a roll-back was under way. It was held then [L12], and an edge
 * comes but once: without this, a release that has gone live with the errors that it had caused would never be in
 * incident, and an incident whose measure has cleared meanwhile would never close. Once for each edge and release, and for
 * an alarm only when the whole window is of the present release.
 */
export function createReminder(sources: {
  store: Store
  clock: Clock
  crypto: Pick<Crypto, 'sha256'>
  turns: Turns
  after: (outcome: TurnOutcome) => void
}) {
  const { store, clock, crypto, turns } = sources

  return async (
    loop: FeedbackLoop,
    service: string,
    measured: { value: number | null; samples: number },
  ): Promise<void> => {
    const [fact] = await store.facts([serviceFact(service)])
    const state = fact?.value as unknown as ServiceState | undefined
    if (state === undefined || state.live === null || state.exclusive !== null) return
    const actor = ruleActor(loop.name, service)
    const [last] = await store.history({ actor, backwards: true, limit: 1 })
    const { effects } = (last?.entry ?? { effects: [] }) as unknown as Pick<JournalEntry, 'effects'>
    const edge = effects.map(signalIn).find((found) => found !== undefined)
    if (last === undefined || edge === undefined) return
    const { key, emission } = edge
    const cleared = emission.signal.type.endsWith('_CLEARED')
    if (!(cleared ? incidentOutlived(state, last.at) : stillExceeded(state, loop, measured))) return

    const id = crypto.sha256(key).slice(0, 16)
    const told = (await store.seen(actor, id))?.entry as unknown as JournalEntry | undefined
    const before = (told?.event['signal'] as { data?: Json } | undefined)?.data
    if (!cleared && told?.verdict?.kind !== 'ignored' && told?.verdict?.kind !== 'unrouted') return
    const again = `${id}:${crypto.sha256(state.live).slice(0, 8)}`
    if ((await store.seen(actor, again)) !== undefined) return
    const signal: Signal = {
      id: again,
      source: actor,
      type: emission.signal.type,
      time: clock.now(),
      severity: emission.signal.severity ?? loop.severity,
      data: { ...emission.signal.data, ...measured, again: (before ?? null) !== null },
      by: emission.by,
      cause: key,
    }
    sources.after(await turns.take(service, [{ kind: 'routed', signal }]))
  }

  /** The measure is still above, and all that it has counted is of the release that is live now. */
  function stillExceeded(
    state: ServiceState,
    loop: FeedbackLoop,
    { value, samples }: { value: number | null; samples: number },
  ): boolean {
    const live = state.deployments.at(-1)?.time ?? 0
    const above = value !== null && samples >= loop.min_samples && value > loop.threshold
    return above && state.incident === null && clock.now() - live >= loop.window
  }
}

/** An incident is open that is older than the end of the measure's alarm. */
const incidentOutlived = ({ incident }: ServiceState, cleared: number) =>
  incident !== null && incident.since <= cleared

function signalIn(
  effect: Effect,
): { key: string; emission: Extract<Emission, { type: 'signal' }> } | undefined {
  const emission = effect.kind === 'emit' ? (effect.event as unknown as Emission) : undefined
  return emission?.type === 'signal' ? { key: effect.key, emission } : undefined
}
