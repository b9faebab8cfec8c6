import { activeIn, statesOf, type ArrowView, type ChartView, type StateView } from '@opschart/core'

import { eventOf } from '../src/layout/_content.ts'
import type { Light } from './chart-light.ts'
import type { ChangesShown } from './comparing.ts'
import { nameOf } from './format.ts'

/** Arrows of a state that are told with it; the others are counted, and told one by one. */
const most = 8

const stands = { present: 'it stands here', past: 'it stood here', supposed: 'it would stand here' } as const

/** What a chart's states and arrows are called for who hears them: each with all that its drawing says of it. */
export function spokenOf(chart: ChartView, folded: ReadonlySet<string>, changes?: ChangesShown) {
  const initial = new Set(statesOf(chart).flatMap((state) => state.initial ?? []))
  const arrowsOf = Map.groupBy(chart.arrows, ({ from }) => from)
  const told = (arrow: ArrowView, allowed: ReadonlySet<string>): string =>
    [
      wordsOf(arrow),
      ...(allowed.has(arrow.id) ? ['may be taken'] : []),
      ...listed(changes?.arrows.get(arrow.id)),
    ].join(', ')
  return {
    /** A state: where it lies, how it is lit, who may act there, and where its arrows lead. */
    state(
      state: StateView,
      parent: string | undefined,
      { kind, allowed }: Light,
      active: ReadonlySet<string>,
    ) {
      const arrows = arrowsOf.get(state.id) ?? []
      const more = arrows.length - most
      return sentences([
        [
          nameOf(chart, state),
          ...listed(changes?.states.get(state.id)),
          ...(active.has(state.id) && state.id !== '' ? [stands[kind]] : []),
          ...(initial.has(state.id) ? ['initial'] : []),
          ...kindOf(state, folded),
          ...(parent === undefined || parent === '' ? [] : [`in ${parent}`]),
        ].join(', '),
        ...(state.description === undefined ? [] : [state.description]),
        ...(state.allow.length === 0 ? [] : [`Agents: ${state.allow.join(', ')}`]),
        arrows.length === 0
          ? 'No arrows'
          : `${counted(arrows.length, 'arrow')}: ${arrows
              .slice(0, most)
              .map((arrow) => told(arrow, allowed))
              .join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
      ])
    },
    /** An arrow: all of it, and the how manieth of its state's it is. */
    arrow(arrow: ArrowView, { allowed, taken }: Light): string {
      const all = arrowsOf.get(arrow.from) ?? []
      return sentences([
        `${told(arrow, allowed)}${arrow.id === taken ? ', taken last' : ''}`,
        ...(arrow.by === undefined ? [] : [`By ${arrow.by.join(', ') || 'nobody'}`]),
        ...(arrow.starts === undefined ? [] : [`Starts ${arrow.starts}`]),
        `${all.indexOf(arrow) + 1} of ${counted(all.length, 'arrow')} from ${arrow.from === '' ? 'anywhere' : arrow.from}`,
      ])
    },
    /** Whose arrows these are, in the order in which they are gone through. */
    arrowsOf: (state: string): readonly ArrowView[] => arrowsOf.get(state) ?? [],
  }
}

/** Ids of what is active, for one light. */
export function activeBy(chart: ChartView, { state }: Light): ReadonlySet<string> {
  return state === null ? new Set() : activeIn(chart, state.value)
}

function kindOf({ id, kind, states }: StateView, folded: ReadonlySet<string>): string[] {
  if (kind === 'final' || kind === 'history') return [kind]
  if (states.length === 0) return []
  const held = counted(states.length, kind === 'parallel' ? 'region' : 'state')
  return [folded.has(id) ? `${held} folded` : `holds ${held}`]
}

function wordsOf(arrow: ArrowView): string {
  const { guard, to } = arrow
  const condition = guard === undefined ? '' : ` if ${guard}`
  return `${eventOf(arrow)}${condition}${to.length === 0 ? ', stays' : ` to ${to.join(' and ')}`}`
}

const listed = <Item>(item: Item | undefined): Item[] => (item === undefined ? [] : [item])
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
const sentences = (parts: readonly string[]): string => `${parts.join('. ')}.`
