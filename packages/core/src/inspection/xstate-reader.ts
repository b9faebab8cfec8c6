import type { AnyActor, InspectionEvent } from 'xstate'

import { eventOf, isJsonObject, stateOf, textOf } from './_received.ts'
import { chartOfConfig } from './chart-of-config.ts'
import type { InspectionMessage } from './messages.ts'
import { beginning, isMachineLike } from './other-inspectors.ts'

/** Actors whose last snapshot is remembered, so that one that did not change is not told again. */
const mostRemembered = 5_000

/**
 * Reads what XState 5 tells an `inspect` observer in this very process. Actors of one machine share a chart. What is read
 * later than it was told is told as it was then, as long as nobody changes events and snapshots in place.
 */
export function xstateReader(
  source: string,
  name: string,
): (event: InspectionEvent, at: number) => InspectionMessage[] {
  const begin = beginning(source, name)
  const charts = new WeakMap<object, string>()
  /** Of each event, who sent it to whom. */
  const senders = new WeakMap<object, Map<string, string>>()
  const last = new Map<string, unknown>()
  let drawn = 0
  let sequence = 0

  function chartOf(config: unknown, title: string): { chart: string | null; told: InspectionMessage[] } {
    if (!isJsonObject(config) || !isMachineLike(config)) return { chart: null, told: [] }
    const known = charts.get(config)
    if (known !== undefined) return { chart: known, told: [] }
    drawn += 1
    const chart = `${textOf(config['id']) ?? title}#${drawn}`
    charts.set(config, chart)
    return { chart, told: [{ kind: 'chart', source, chart, view: chartOfConfig(config, title) }] }
  }

  return (told, at) => {
    const actor = told.actorRef.sessionId
    switch (told.type) {
      case '@xstate.actor': {
        const { id, logic, _parent: parent } = told.actorRef as Partial<AnyActor>
        const config: unknown = (logic as { readonly config?: unknown } | undefined)?.config
        const own = textOf(id) === actor ? undefined : textOf(id)
        const title = own ?? textOf(isJsonObject(config) ? config['id'] : undefined) ?? actor
        const { chart, told: drawing } = chartOf(config, title)
        return begin(at, [
          ...drawing,
          { kind: 'actor', source, actor, chart, name: title, parent: parent?.sessionId ?? null, at },
        ])
      }
      case '@xstate.event': {
        const from = told.sourceRef?.sessionId
        if (from === undefined) return []
        const known = senders.get(told.event) ?? new Map<string, string>()
        senders.set(told.event, known.set(actor, from))
        return []
      }
      case '@xstate.snapshot': {
        const { snapshot, event } = told
        const isSame = last.get(actor) === snapshot
        if (snapshot.status === 'active') last.set(actor, snapshot)
        else last.delete(actor)
        if (last.size > mostRemembered) last.delete(last.keys().next().value!)
        sequence += 1
        return begin(at, [
          {
            kind: 'step',
            source,
            actor,
            sequence,
            at,
            event: eventOf(event),
            from: senders.get(event)?.get(actor) ?? null,
            ...(isSame ? {} : stateOf(snapshot)),
          },
        ])
      }
      // What a transition was made of.
      case '@xstate.action':
      case '@xstate.microstep':
      case '@xstate.transition':
        break
    }
    return []
  }
}
