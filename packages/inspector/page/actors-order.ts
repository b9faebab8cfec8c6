import type { InspectedActor } from '@opschart/core'

import { standing } from './format.ts'
import { isInTrouble, lawChart, needsSomebody, type Model } from './model.ts'

/** One row of the list of actors. */
export interface ShownActor {
  readonly actor: InspectedActor
  readonly depth: number
  /** How many of the same name have ended before it, and are not shown one by one. */
  readonly before: number
}

const urgency = { alarm: 1, open: 2, ended: 3 } as const
type Tone = keyof typeof urgency

/** How much an actor needs to be looked at. */
export function toneOf(actor: InspectedActor, model: Pick<Model, 'status'>): Tone {
  if (needsSomebody(actor, model)) return 'alarm'
  const { state } = actor
  if (state === null) return 'ended'
  return state.status === 'active' && state.value !== 'RETIRED' ? 'open' : 'ended'
}

const byName = new Intl.Collator(undefined, { numeric: true })

/**
 * Parents with their children below them; of each, the most urgent first, then the newest: who moves keeps its place. Of
 * children of one name that have ended, the last stands for all, and whoever is looked at: they pile up while others work.
 */
export function orderedOf(
  actors: readonly InspectedActor[],
  text: string,
  model: Pick<Model, 'status' | 'actor'>,
): ShownActor[] {
  const words = text.toLowerCase()
  const tones = new Map(actors.map((actor) => [actor, toneOf(actor, model)]))
  const byUrgency = (one: InspectedActor, other: InspectedActor): number =>
    urgencyOf(one, tones.get(one)!) - urgencyOf(other, tones.get(other)!) ||
    placeOf(one) - placeOf(other) ||
    other.since - one.since ||
    byName.compare(one.name, other.name)
  if (words !== '')
    return actors
      .filter(({ name, actor, state }) => `${name} ${actor} ${standing(state)}`.toLowerCase().includes(words))
      .toSorted(byUrgency)
      .map((actor) => ({ actor, depth: 0, before: 0 }))
  const known = new Set(actors.map(({ actor }) => actor))
  const below = Map.groupBy(actors, ({ parent }) => (parent !== null && known.has(parent) ? parent : null))
  const shown: ShownActor[] = []
  const add = (parent: string | null, depth: number): void => {
    const own = (below.get(parent) ?? []).toSorted(byUrgency)
    const isEnded = (one: InspectedActor): boolean => tones.get(one) === 'ended' && !below.has(one.actor)
    const ended = Map.groupBy(parent === null ? [] : own.filter(isEnded), ({ name }) => name)
    for (const actor of own) {
      const alike = isEnded(actor) ? (ended.get(actor.name) ?? []) : []
      const isLast = alike[0] === actor
      if (alike.length > 1 && !isLast && actor.actor !== model.actor) continue
      shown.push({ actor, depth, before: isLast ? alike.length - 1 : 0 })
      if (depth < 8) add(actor.actor, depth + 1)
    }
  }
  add(null, 0)
  return shown
}

/** Who is in trouble stands first. What has no chart, such as a ledger, needs nobody before those that have ended. */
const urgencyOf = (actor: InspectedActor, tone: Tone): number =>
  isInTrouble(actor) ? 0 : actor.chart === null && tone !== 'alarm' ? 4 : urgency[tone]

/** Releases stand before what serves them. */
const placeOf = ({ chart }: InspectedActor): number => (chart === lawChart ? 0 : 1)
