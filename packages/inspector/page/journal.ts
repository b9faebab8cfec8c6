import type { InspectionStep, JsonObject, LogEntryView } from '@opschart/core'

import { lets, type Search } from './filter.ts'
import { sourceOf, type Model } from './model.ts'

/** Rows in a page of the journal; pages begin at row 1, 201, 401, … */
export const pageSize = 200
/** Pages that are kept: about 40,000 rows of a journal that may have a million. */
const mostPages = 200
/** Rows that a search looks at in one question. */
export const searchStride = 1000
/** Rows that a search finds before it waits to be asked for more. */
export const foundAtATime = 200

/** A row of the log as the timeline shows it. */
export function stepOfEntry(entry: LogEntryView): InspectionStep {
  const { actor, sequence, at, type, data, by, verdict, effects, text } = entry
  const members = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {}
  return {
    actor,
    sequence,
    at,
    event: { ...(members as JsonObject), type },
    from: by,
    ...(verdict === null ? {} : { verdict }),
    ...(effects.length === 0 ? {} : { effects }),
    text,
  }
}

/** Number of the page that a row stands on. */
export const pageOf = (sequence: number): number => Math.floor((sequence - 1) / pageSize)

/** What the timeline shows: rows by their place, the newest first. */
export interface Rows {
  readonly count: number
  /** Undefined for one that is not here yet. */
  at(index: number): InspectionStep | undefined
  /** The place of a row; -1 when it is not among them. */
  indexOf(sequence: number): number
}

/** The rows that the timeline shows now. */
export function rowsOf(model: Model): Rows {
  const source = sourceOf(model)
  const steps = source?.steps ?? []
  const { search, filter, actor, frozen, head, first } = model
  if (source?.answers !== true) {
    const shown = steps.filter((step) => lets(filter, actor, step)).reverse()
    return listOf(below(shown, frozen))
  }
  if (search !== null) return listOf(below(search.found, frozen))
  const top = frozen ?? head
  return {
    count: Math.max(0, top - first + 1),
    at: (index) => rowAt(model, steps, top - index),
    indexOf: (sequence) => (sequence > top || sequence < first ? -1 : top - sequence),
  }
}

/** Rows, the newest first, without those that came since they are read. */
function below(shown: readonly InspectionStep[], frozen: number | null): readonly InspectionStep[] {
  if (frozen === null) return shown
  const from = shown.findIndex(({ sequence }) => sequence <= frozen)
  return from === -1 ? [] : shown.slice(from)
}

const listOf = (shown: readonly InspectionStep[]): Rows => ({
  count: shown.length,
  at: (index) => shown[index],
  indexOf: (sequence) => shown.findIndex((step) => step.sequence === sequence),
})

/** A row that is here: of the stream, or of a page that was read. */
export function rowAt(
  { pages }: Pick<Model, 'pages'>,
  steps: readonly InspectionStep[],
  sequence: number,
): InspectionStep | undefined {
  const first = steps[0]?.sequence
  if (first !== undefined && sequence >= first) {
    // A journal has no gaps, so that its place is known; a stream that was taken up later may have one.
    const likely = steps[sequence - first]
    if (likely?.sequence === sequence) return likely
    const found = steps.findLast((step) => step.sequence <= sequence)
    if (found?.sequence === sequence) return found
  }
  return pages.get(pageOf(sequence))?.find((step) => step.sequence === sequence)
}

/** Pages of the journal between two places of the timeline that are not here. */
export function missingPages(model: Model, from: number, to: number): number[] {
  const source = sourceOf(model)
  if (source?.answers !== true || model.search !== null) return []
  const top = model.frozen ?? model.head
  const missing = new Set<number>()
  for (let index = from; index <= to; index += 1) {
    const sequence = top - index
    if (sequence < model.first) break
    if (rowAt(model, source.steps, sequence) === undefined) missing.add(pageOf(sequence))
  }
  return [...missing]
}

/** The model with a page that was read. The one that was not used for the longest time goes. */
export function withPage(model: Model, number: number, rows: readonly InspectionStep[]): Model {
  const pages = new Map(model.pages)
  pages.delete(number)
  pages.set(number, rows)
  if (pages.size > mostPages) pages.delete(pages.keys().next().value!)
  return { ...model, pages }
}

/** A search with what was looked at. */
export function searched(search: Search, looked: readonly InspectionStep[], next: number): Search {
  const found = looked.filter((step) => lets(search.filter, search.actor, step))
  return {
    ...search,
    found: [...search.found, ...found],
    next,
    seen: search.seen + looked.length,
    isWaiting: false,
  }
}
