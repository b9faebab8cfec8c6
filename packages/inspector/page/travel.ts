import {
  inspect,
  type InspectionMessage,
  type InspectionStep,
  type LogEntryView,
  type PastView,
  type SeenState,
} from '@opschart/core'

import { ask, follow } from './door.ts'
import { stepOfEntry } from './journal.ts'
import { actorOf, notAsked, sourceOf, type Model, type Past } from './model.ts'
import type { Tools } from './tools.ts'

/** Goes to other moments: of the actor that is looked at, or of the one that a row is about. */
export function createTravel(
  { get, set, change, say, orSay }: Tools,
  also: { choose(source: string, actor: string): void; arrived(): void },
) {
  const nothingSupposed = { shownOutcome: null, whatIf: notAsked, supposed: [] }
  let journeys = 0

  /** Shows what an actor was after a row. */
  function to(step: Pick<InspectionStep, 'actor' | 'sequence'> & Partial<InspectionStep>): void {
    const mine = (journeys += 1)
    orSay(async () => {
      const { source } = get()
      if (source === null) return
      if (step.actor !== get().actor) {
        await meet(source, step)
        also.choose(source, step.actor)
      }
      const past = await pastAt(get(), step.actor, step.sequence)
      // The last that was asked for is shown, whatever is answered first.
      if (mine !== journeys) return
      if (past === null) return say(`${step.actor} was not there yet at row ${step.sequence}`)
      const shown = step.event === undefined ? await stepAt(past.sequence) : (step as InspectionStep)
      if (mine !== journeys) return
      change({ past, step: shown ?? null, ...nothingSupposed })
      also.arrived()
    })
  }
  /** An actor that the page has not heard of: it is told of from the row on. */
  async function meet(source: string, { actor, sequence }: Pick<InspectionStep, 'actor' | 'sequence'>) {
    if (sourceOf(get())?.actors.has(actor) === true || sourceOf(get())?.answers !== true) return
    const found = await toldUntil(sequence, (message) => message.kind === 'step', sequence)
    const wanted = found.filter(
      (message) => message.kind === 'chart' || (message.kind === 'actor' && message.actor === actor),
    )
    set((model) => ({ ...model, inspected: inspect(model.inspected, renamed(wanted, source)) }))
  }
  async function stepAt(sequence: number): Promise<InspectionStep | undefined> {
    const known = sourceOf(get())?.steps.find((step) => step.sequence === sequence)
    if (known !== undefined || sourceOf(get())?.answers !== true) return known
    const [entry] = await ask<LogEntryView[]>('log', { from: sequence, to: sequence })
    return entry && stepOfEntry(entry)
  }

  function now(): void {
    journeys += 1
    change({ past: null, step: null, frozen: null, ...nothingSupposed })
    also.arrived()
  }

  return {
    to,
    now,
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
        change({ frozen: get().frozen ?? get().head, search: null })
        to(step)
      })
    },
  }
}

/** What an inspection tells from a row on, up to and with the message that is waited for. */
export function toldUntil(
  from: number,
  isLast: (message: InspectionMessage) => boolean,
  to: number,
): Promise<InspectionMessage[]> {
  return new Promise((resolve, reject) => {
    const messages: InspectionMessage[] = []
    const end = follow(
      {
        message(message) {
          messages.push(message)
          if (!isLast(message) || (message.kind === 'step' && message.sequence < to)) return
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

const renamed = (messages: readonly InspectionMessage[], source: string): InspectionMessage[] =>
  messages.map((message) => ({ ...message, source }))

async function pastAt(model: Model, actor: string, sequence: number): Promise<Past | null> {
  if (sourceOf(model)?.answers !== true) return keptPast(model, actor, sequence)
  const past = await ask<PastView | null>('past', { actor, sequence })
  if (past === null) return null
  const { previous, next, at } = past
  const before = previous === null ? null : await ask<PastView | null>('past', { actor, sequence: previous })
  return {
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
    state: step.state!,
    before: own[place - 1]?.state ?? null,
    previous: own[place - 1]?.sequence ?? null,
    next: own[place + 1]?.sequence ?? null,
  }
}
