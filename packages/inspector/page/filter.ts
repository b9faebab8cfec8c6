import type { InspectionStep, VerdictKind } from '@opschart/core'

import { textOf } from './format.ts'

/** Which rows the timeline shows. */
export interface Filter {
  /** Only those of the actor that is looked at. */
  readonly own: boolean
  /** Only these verdicts; all when empty. `other` is a row without one. */
  readonly kinds: ReadonlySet<VerdictKind | 'other'>
  /** Only rows in which this occurs. */
  readonly text: string
}

export const noFilter: Filter = { own: false, kinds: new Set(), text: '' }

/** A walk through the journal, from its end to its beginning, for the rows that a filter lets through. */
export interface Search {
  /** Tells it from the one before. */
  readonly id: number
  readonly filter: Filter
  readonly actor: string | null
  /** Newest first. */
  readonly found: readonly InspectionStep[]
  /** The row that is looked at next; 0 when the beginning was reached. */
  readonly next: number
  /** The newest row that was looked at; what comes after it is told by the stream. */
  readonly top: number
  /** How many were looked at. */
  readonly seen: number
  readonly isWaiting: boolean
}

/** Whether a filter leaves anything out. */
export function isFiltering({ own, kinds, text }: Filter): boolean {
  return own || kinds.size > 0 || text !== ''
}

/** Whether a filter lets a step through. */
export function lets({ own, kinds, text }: Filter, actor: string | null, step: InspectionStep): boolean {
  if (own && step.actor !== actor) return false
  if (kinds.size > 0 && !kinds.has(step.verdict?.kind ?? 'other')) return false
  return text === '' || wordsOf(step).includes(text.toLowerCase())
}

/** Whether what a filter looks for occurs only in the data of a step, where its row does not show it. */
export function isInData({ text }: Filter, step: InspectionStep): boolean {
  const words = text.toLowerCase()
  if (words === '') return false
  const { sequence, actor, from, event, verdict } = step
  const shown = [`#${sequence}`, actor, event.type, from, verdict?.kind, textOf(step)]
  return !shown.join(' ').toLowerCase().includes(words)
}

function wordsOf(step: InspectionStep): string {
  const { sequence, actor, event, from, text, verdict } = step
  return [`#${sequence}`, actor, from, text, verdict?.kind, verdict?.reason, JSON.stringify(event)]
    .join(' ')
    .toLowerCase()
}
