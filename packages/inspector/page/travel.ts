import {
  inspect,
  type InspectionMessage,
  type InspectionStep,
  type LogEntryView,
  type PastView,
  type SeenState,
} from '@opschart/core'

import { ask, follow } from './door.ts'
import { enteredBefore, enteredIn } from './entered.ts'
import { noFilter } from './filter.ts'
import { stepOfEntry } from './journal.ts'
import { actorOf, notAsked, sourceOf, type Model, type Past } from './model.ts'
import type { Tools } from './tools.ts'

/** Goes to other moments: of the actor that is looked at, or of the one that a row is about. */
export function createTravel(
  { get, set, change, say, orSay }: Tools,
  also: { choose(source: string, actor: string): void; arrived(): void },
) {
  /** What was answered about another moment. */
  const ofAnotherMoment = { shownOutcome: null, whatIf: notAsked, supposed: [], whoMay: notAsked }
  let journeys = 0

  /** Shows what an actor was after a row. */
  function to(step: Pick<InspectionStep, 'actor' | 'sequence'> & Partial<InspectionStep>): void {
    let mine = (journeys += 1)
    orSay(async () => {
      const { source } = get()
      if (source === null) return
      if (step.actor !== get().actor) {
        await meet(source, step)
        if (mine !== journeys) return
        also.choose(source, step.actor)
        mine = journeys += 1
        if (step.event !== undefined) change({ step: step as InspectionStep })
      }
      const past = await pastAt(get(), step.actor, step.sequence)
      // The last that was asked for is shown, whatever is answered first.
      if (mine !== journeys) return
      if (past === null) return say(`${step.actor} was not there yet at row ${step.sequence}`)
      const shown = step.event === undefined ? await stepAt(past.sequence) : (step as InspectionStep)
      if (mine !== journeys) return
      change({ past, step: shown ?? null, ...ofAnotherMoment })
      also.arrived()
    })
  }
  /** An actor that the page has not heard of: it is told of from the row on. */
  async function meet(source: string, { actor, sequence }: Pick<InspectionStep, 'actor' | 'sequence'>) {
    if (sourceOf(get())?.actors.has(actor) === true || sourceOf(get())?.answers !== true) return
    const wanted = await toldUntil({
      source,
      from: sequence,
      to: sequence,
      keeps: (message) => message.kind === 'chart' || (message.kind === 'actor' && message.actor === actor),
    })
    set((model) => ({ ...model, inspected: inspect(model.inspected, wanted) }))
  }
  async function stepAt(sequence: number): Promise<InspectionStep | undefined> {
    const known = sourceOf(get())?.steps.find((step) => step.sequence === sequence)
    if (known !== undefined || sourceOf(get())?.answers !== true) return known
    const [entry] = await ask<LogEntryView[]>('log', { from: sequence, to: sequence })
    return entry && stepOfEntry(entry)
  }

  function now(): void {
    journeys += 1
    change({ past: null, step: null, frozen: null, ...ofAnotherMoment })
    also.arrived()
  }

  return {
    to,
    now,
    /** Whoever is looked at is another by now: what is on its way is not shown. */
    forget(): void {
      journeys += 1
    },
    previous(): void {
      const { past, actor } = get()
      const last = actorOf(get())?.last?.sequence ?? get().head
      if (actor === null) return
      const sequence = past === null ? last : past.previous
      if (sequence !== null) to({ actor, sequence })
    },
    next(): void {
      const { past, actor } = get()
      if (past === null || actor === null) return
      if (past.next === null) now()
      else to({ actor, sequence: past.next })
    },
    /** The row of that number, whoever's it is. */
    row(sequence: number): void {
      orSay(async () => {
        const step = await stepAt(sequence)
        if (step === undefined) return say(`there is no row ${sequence}`)
        // The row is there at once; what its actor was then may take a moment.
        change({ step, frozen: get().frozen ?? get().head, search: null, filter: noFilter })
        to(step)
      })
    },
  }
}

/** What an inspection tells of a source from a row on, up to another one; only what is to be kept of it is. */
export function toldUntil({
  source,
  from,
  to,
  keeps,
}: {
  readonly source: string
  readonly from: number
  readonly to: number
  readonly keeps: (message: InspectionMessage) => boolean
}): Promise<InspectionMessage[]> {
  return new Promise((resolve, reject) => {
    const messages: InspectionMessage[] = []
    const end = follow(
      {
        message(message) {
          // Other sources are told of on the same stream, and have numbers of their own.
          if (message.source !== source) return
          if (keeps(message)) messages.push(message)
          if (message.kind !== 'step' || message.sequence < to) return
          end()
          resolve(messages)
        },
        opened() {},
        broken() {
          end()
          reject(new Error('the daemon does not answer'))
        },
        refused: () => reject(new Error('the door does not let this page in')),
      },
      from,
    )
  })
}

async function pastAt(model: Model, actor: string, sequence: number): Promise<Past | null> {
  if (sourceOf(model)?.answers !== true) return keptPast(model, actor, sequence)
  const past = await ask<PastView | null>('past', { actor, sequence })
  if (past === null) return null
  const { previous, next, at } = past
  const [before, entered] = await Promise.all([
    previous === null ? null : ask<PastView | null>('past', { actor, sequence: previous }),
    enteredBefore(model, actor, { sequence: past.sequence, at, state: seenOf(past) }),
  ])
  return {
    entered,
    sequence: past.sequence,
    at,
    state: seenOf(past),
    before: before === null ? null : seenOf(before),
    previous,
    next,
  }
}

const seenOf = ({ status, value, context }: PastView): SeenState => ({ status, value, context })

/** The past of an actor whose steps are all that is known of it. */
function keptPast(model: Model, actor: string, sequence: number): Past | null {
  const steps = sourceOf(model)?.steps ?? []
  const own = steps.filter((step) => step.actor === actor && step.state !== undefined)
  const place = own.findLastIndex((step) => step.sequence <= sequence)
  const step = own[place]
  if (step === undefined) return null
  return {
    sequence: step.sequence,
    at: step.at,
    entered: enteredIn(own.slice(0, place + 1), { at: step.at, state: step.state! }),
    state: step.state!,
    before: own[place - 1]?.state ?? null,
    previous: own[place - 1]?.sequence ?? null,
    next: own[place + 1]?.sequence ?? null,
  }
}
