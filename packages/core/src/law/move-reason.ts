import type { Json } from '../json.ts'
import { nearestName } from '../nearest-name.ts'
import type { LifecycleDefinition } from './definition.ts'
import { plainText, shownValue } from './plain-text.ts'
import { arrowAt, successors } from './topology.ts'

/** Why a law has no such phase, with the nearest that it has, or all; undefined when it has it. */
export function unknownPhase(definition: LifecycleDefinition, phase: Json | undefined): string | undefined {
  if (typeof phase !== 'string') return 'it names no phase'
  if (Object.hasOwn(definition.phases, phase)) return undefined
  const names = Object.keys(definition.phases)
  const nearest = nearestName(phase, names)
  const known = nearest === undefined ? `it has ${names.join(', ')}` : `did you mean ${nearest}?`
  return `the law has no phase ${plainText(phase, 64)} (${known})`
}

/**
 * Why a release is not moved: what was asked and from where, why not, and what leads on from there [L4]. `refusal` is
 * the guard's, where there is such a move.
 */
export function moveReason(
  definition: LifecycleDefinition,
  from: string,
  asked: Json | undefined,
  refusal: string | undefined,
): string {
  const moves = definition.phases[from]?.moves ?? []
  const own = Object.keys(definition.phases[from]?.on ?? {})
  const signals = [...new Set([...own, ...Object.keys(definition.all ?? {})])].flatMap((signal) => {
    const to = arrowAt(definition, from, signal)?.to
    return to === undefined || to === '*' || to === from ? [] : [{ signal, to }]
  })
  const here = [
    moves.length > 0 ? `moves from ${from}: ${moves.join(', ')}` : `no moves lead on from ${from}`,
    signals.length > 0
      ? `signals that lead on: ${signals.map(({ signal, to }) => `${signal} → ${to}`).join(', ')}`
      : 'no signal leads on',
  ]
  return `move from ${from} to ${shownValue(asked)}: ${[why(), ...here].join('; ')}`

  function why(): string {
    const unknown = unknownPhase(definition, asked)
    if (unknown !== undefined) return unknown
    const to = asked as string
    if (to === from) return 'it is there already'
    if (moves.includes(to)) return refusal ?? 'it was not taken'
    const leading = signals.filter((each) => each.to === to).map(({ signal }) => signal)
    if (leading.length > 0)
      return `no move leads there, ${leading.join(', ')} ${leading.length === 1 ? 'does' : 'do'}`
    const way = wayTo(definition, from, to)
    return way === undefined
      ? `no way leads there from ${from}`
      : `nothing leads there from ${from}, the way is ${way.join(', ')}`
  }
}

/** The phases of a shortest way from one to another, without the first; undefined when there is none. */
function wayTo(definition: LifecycleDefinition, from: string, to: string): string[] | undefined {
  const before = new Map<string, string>([[from, '']])
  // A map hands out what is added while it is walked.
  for (const [phase] of before) {
    for (const next of successors(definition, phase)) if (!before.has(next)) before.set(next, phase)
  }
  if (!before.has(to)) return undefined
  const way: string[] = []
  for (let phase = to; phase !== from; phase = before.get(phase)!) way.unshift(phase)
  return way
}
