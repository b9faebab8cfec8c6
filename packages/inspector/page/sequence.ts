import type { InspectedSource, InspectionStep, VerdictKind } from '@opschart/core'

import { valueText } from './format.ts'
import { sourceOf, type Model } from './model.ts'

/** Where a line of a sequence stands for somebody. */
export interface Lifeline {
  readonly id: string
  /** `agent`, `person` and so on; empty for what has none. */
  readonly kind: string
  readonly name: string
  /** `border`: outside the system that is looked at. `home`: who is looked at. `kin`: who belongs to it. */
  readonly place: 'border' | 'home' | 'kin'
}

/** One message between two lifelines, or of one to itself. */
export interface SequenceRow {
  readonly step: InspectionStep
  /** Places of the lifelines. */
  readonly from: number
  readonly to: number
  readonly label: string
  readonly verdict: VerdictKind | null
  /** Where the receiver came to stand, when it moved and that is known. */
  readonly moved: string | null
}

/** Who sent what to whom, in order of time. */
export interface Sequence {
  readonly lifelines: readonly Lifeline[]
  readonly rows: readonly SequenceRow[]
}

/** Lifelines outside the system before they are told by their kind only. */
const mostAtBorder = 7
/** Lifelines of those that belong to it before the rest share one. */
const mostKin = 16

const kinds = ['person', 'watcher', 'rule', 'agent', 'workflow', 'system', 'app'] as const
const others = { time: 'time', work: 'work', unknown: 'outside' } as const

/** The actor that others belong to: what is before the first `~`; of another process, the first of its parents. */
export function homeOf(source: Pick<InspectedSource, 'actors' | 'answers'>, actor: string): string {
  if (source.answers) return actor.split('~', 1)[0]!
  let home = actor
  for (let steps = 0; steps < 100; steps += 1) {
    const parent = source.actors.get(home)?.parent ?? null
    if (parent === null || !source.actors.has(parent)) break
    home = parent
  }
  return home
}

/** Whether an actor is its home's, or the home itself. */
export function isKin(
  source: Pick<InspectedSource, 'actors' | 'answers'>,
  home: string,
  actor: string,
): boolean {
  return actor === home || (source.answers ? actor.startsWith(`${home}~`) : homeOf(source, actor) === home)
}

/** Actors that a step has begun, whose rows belong beside its own. */
export function begunBy({ actor, effects = [] }: InspectionStep): string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'spawn' && effect.src !== 'operation' ? [`${actor}~${effect.id}`] : [],
  )
}

/** All steps of who is looked at and of those that belong to it that are here: read, or told. */
export function kinSteps(model: Pick<Model, 'inspected' | 'source' | 'kin'>): readonly InspectionStep[] {
  const { kin } = model
  const source = sourceOf(model)
  if (kin === null || source === null || kin.source !== source.source) return []
  const told = source.steps.filter(({ actor }) => isKin(source, kin.home, actor))
  // What is told says more of a row than what is read: the state after it.
  const found = new Map(kin.steps.map((step) => [step.sequence, step]))
  for (const step of told) found.set(step.sequence, step)
  return [...found.values()].toSorted((one, other) => one.sequence - other.sequence)
}

/** Draws up who sent what to whom, of steps in order of their sequence. */
export function sequenceOf(
  source: Pick<InspectedSource, 'actors' | 'answers'>,
  home: string,
  steps: readonly InspectionStep[],
): Sequence {
  const ends = steps.map((step) => ({
    step,
    from: senderOf(step, home),
    to: kinOf(source, home, step.actor),
  }))
  const met = new Set(ends.flatMap(({ from, to }) => [from, to]))
  const isOwn = (id: string) => id === home || id.startsWith('~') || source.actors.has(id)
  const kin = [...met].filter((id) => id !== home && isOwn(id))
  const border = [...met].filter((id) => !isOwn(id))
  const isCrowded = border.length > mostAtBorder
  const placed = new Map<string, number>()
  const lifelines: Lifeline[] = []
  const place = (lifeline: Lifeline): number => {
    const known = placed.get(lifeline.id)
    if (known !== undefined) return known
    placed.set(lifeline.id, lifelines.length)
    return lifelines.push(lifeline) - 1
  }
  const at = new Map<string, number>()
  for (const id of border.toSorted(byKind)) {
    const [, kind = '', own = id] = /^([a-z]+):(.+)$/s.exec(id) ?? []
    const isShared = isCrowded && kind !== ''
    at.set(
      id,
      place(
        isShared
          ? { id: `${kind}:`, kind: '', name: `${kind}s`, place: 'border' }
          : { id, kind, name: own, place: 'border' },
      ),
    )
  }
  at.set(home, place({ id: home, kind: '', name: source.actors.get(home)?.name ?? home, place: 'home' }))
  for (const [index, id] of kin.entries()) {
    const name = id.startsWith('~') ? id.slice(1).replaceAll('~', ' ') : (source.actors.get(id)?.name ?? id)
    const isOne = index < mostKin || kin.length === mostKin + 1
    at.set(
      id,
      place(
        isOne ? { id, kind: '', name, place: 'kin' } : { id: '~', kind: '', name: 'others', place: 'kin' },
      ),
    )
  }
  const last = new Map<string, string>()
  return {
    lifelines,
    rows: ends.map(({ step, from, to }) => {
      const moved = movedTo(step, last.get(step.actor))
      if (moved !== undefined) last.set(step.actor, moved.value)
      return {
        step,
        from: at.get(from)!,
        to: at.get(to)!,
        label: labelOf(step.event.type),
        verdict: step.verdict?.kind ?? null,
        moved: moved?.isNew === true ? moved.value : null,
      }
    }),
  }
}

/** Runs of one workflow share a lifeline: seldom are two of them under way, and there may be hundreds. */
function kinOf({ answers }: Pick<InspectedSource, 'answers'>, home: string, actor: string): string {
  if (actor === home || !answers) return actor
  return `~${actor
    .slice(home.length + 1)
    .split('~')
    .map((part) => part.split(':', 1)[0])
    .join('~')}`
}

/** Whose lifeline a step comes from. */
function senderOf({ actor, from, event: { type } }: InspectionStep, home: string): string {
  const child = /^xstate\.(?:done|error|snapshot)\.actor\.([^:]+)(:.*)?$/s.exec(type)
  const nested = actor === home ? '' : kinOf({ answers: true }, home, actor)
  if (from !== null) {
    const workflow = /^workflow:(.+)$/s.exec(from)?.[1]
    if (workflow !== undefined) return `~${workflow}`
    return from.startsWith(`${home}~`) ? kinOf({ answers: true }, home, from) : from
  }
  // What a workflow runs is an actor with a number of its own; an operation is none.
  if (child !== null) return child[2] === undefined ? others.work : `${nested}~${child[1]}`
  if (/^xstate\.after\.|\.expired$/.test(type)) return others.time
  if (type.startsWith('operation.')) return others.work
  if (type === 'opened') {
    if (actor === home) return home
    const above = actor.slice(0, actor.lastIndexOf('~'))
    return above === home ? home : kinOf({ answers: true }, home, above)
  }
  return actor === home || nested === '' ? others.unknown : nested
}

function byKind(one: string, other: string): number {
  const rank = (id: string): number => {
    const place = kinds.findIndex((kind) => id === kind || id.startsWith(`${kind}:`))
    return place === -1 ? kinds.length : place
  }
  return rank(one) - rank(other) || one.localeCompare(other)
}

function movedTo(
  { state, verdict }: InspectionStep,
  before: string | undefined,
): { readonly value: string; readonly isNew: boolean } | undefined {
  if (state !== undefined) {
    const value = valueText(state.value)
    return { value, isNew: before !== undefined && before !== value }
  }
  if (verdict?.kind !== 'accepted') return undefined
  return { value: verdict.phase, isNew: verdict.from !== verdict.phase }
}

/** A message as people say it. */
export function labelOf(type: string): string {
  if (type === 'opened') return 'begins'
  const [, how, name] = /^xstate\.(done|error|snapshot)\.actor\.([^:]+)/s.exec(type) ?? []
  if (name !== undefined)
    return `${name} ${how === 'done' ? 'is done' : how === 'error' ? 'failed' : 'moved'}`
  const [, delay] = /^xstate\.after\.([^.]+)/.exec(type) ?? []
  return delay === undefined ? type : `after ${/^\d+$/.test(delay) ? `${delay} ms` : delay}`
}
