import type { InspectedActor, InspectionStep, LogEntryView, SeenState } from '@opschart/core'

import { ask } from './door.ts'
import { lawChart, sourceOf, type Entered, type Model } from './model.ts'

/** Rows that are read at a time, and the most of them: as far as `opschart status` looks. */
const page = 500
const mostPages = 10

/** When an actor came to stand as it does now. */
export function enteredOf(
  model: Pick<Model, 'inspected' | 'source' | 'status'>,
  { actor, state, entered }: InspectedActor,
): Entered {
  const source = sourceOf(model)
  const lifecycles = model.status?.services.flatMap((service) => service.lifecycles) ?? []
  const own = lifecycles.find(({ id }) => id === actor)
  // What was asked may be older than what is told.
  if (own !== undefined && own.phase === state?.value) return { at: own.since, isKnown: true }
  const isSeen = source?.steps.some((step) => step.actor === actor && step.at === entered) === true
  return { at: entered, isKnown: isSeen || source?.answers !== true }
}

/** When an actor had come to stand as it did after a row of its past; the row's own moment where no more is known. */
export async function enteredBefore(
  model: Pick<Model, 'inspected' | 'source'>,
  actor: string,
  then: { readonly sequence: number; readonly at: number; readonly state: SeenState },
): Promise<Entered> {
  const source = sourceOf(model)
  if (source?.answers === true && source.actors.get(actor)?.chart === lawChart)
    return rowThatMoved(actor, then)
  const own = source?.steps.filter((step) => step.actor === actor && step.sequence <= then.sequence) ?? []
  return enteredIn(own, then)
}

/** Looks at an actor's own steps, from the last of them back to the first that left it as it was then. */
export function enteredIn(
  own: readonly InspectionStep[],
  { at, state }: { readonly at: number; readonly state: SeenState },
): Entered {
  const told = own.filter((step) => step.state !== undefined)
  const place = told.findLastIndex((step) => !isSame(step.state!, state))
  const first = told[place + 1]
  return {
    at: first?.at ?? at,
    isKnown: first !== undefined && (place >= 0 || first.event.type === 'opened'),
  }
}

const isSame = (one: SeenState, other: SeenState): boolean =>
  one.status === other.status && JSON.stringify(one.value) === JSON.stringify(other.value)

/** The row of the journal that brought a release into its phase, or opened it. */
async function rowThatMoved(
  actor: string,
  { sequence, at }: { readonly sequence: number; readonly at: number },
): Promise<Entered> {
  let first = at
  for (let to = sequence, read = 0; read < mostPages; read += 1) {
    const rows = await ask<LogEntryView[]>('log', { actor, to, backwards: true, limit: page })
    const found = rows.find(({ moved, kind }) => moved !== null || kind === 'opened')
    if (found !== undefined) return { at: found.at, isKnown: true }
    first = rows.at(-1)?.at ?? first
    if (rows.length < page) break
    to = rows.at(-1)!.sequence - 1
  }
  return { at: first, isKnown: false }
}
