import { arrowOf, type Arrow, type LifecycleDefinition } from './definition.ts'

/** Every arrow of a law with the phase it leaves (`*` for all). */
export function arrowsOf(definition: LifecycleDefinition): { phase: string; signal: string; arrow: Arrow }[] {
  return [
    ...Object.entries(definition.phases).flatMap(([phase, { on }]) =>
      Object.entries(on ?? {}).map(([signal, arrow]) => ({ phase, signal, arrow: arrowOf(arrow) })),
    ),
    ...Object.entries(definition.all ?? {}).map(([signal, arrow]) => ({ phase: '*', signal, arrow })),
  ]
}

/** The arrow of a signal in a phase: its own, else the one of all phases; undefined when there is none. */
export function arrowAt(definition: LifecycleDefinition, phase: string, signal: string): Arrow | undefined {
  const own = definition.phases[phase]?.on
  if (own !== undefined && Object.hasOwn(own, signal)) return arrowOf(own[signal]!)
  const { all } = definition
  if (all === undefined || !Object.hasOwn(all, signal)) return undefined
  return all[signal]!.except?.includes(phase) === true ? undefined : all[signal]!
}

/** The phases that one arrow leads to from a phase, in chart order. ADOPTED, a person's word, is no way to wait for. */
export function successors(definition: LifecycleDefinition, phase: string): string[] {
  const found: string[] = []
  const from = definition.phases[phase]
  for (const arrow of Object.values(from?.on ?? {})) {
    const { to } = arrowOf(arrow)
    if (to !== undefined && to !== '*') found.push(to)
  }
  found.push(...(from?.moves ?? []))
  for (const arrow of Object.values(definition.all ?? {})) {
    if (arrow.to !== undefined && arrow.to !== '*' && arrow.except?.includes(phase) !== true)
      found.push(arrow.to)
  }
  return [...new Set(found)]
}

/**
 * The phase that admits an agent and lies the fewest arrows away from `from`; ties go to the one that stands first in the chart.
 * Undefined when no phase that can be reached admits it [L3].
 */
export function nearestAdmitting(
  definition: LifecycleDefinition,
  from: string,
  agent: string,
): string | undefined {
  const order = Object.keys(definition.phases)
  const seen = new Set([from])
  let ring = [from]
  while (ring.length > 0) {
    const admitting = ring
      .filter((phase) => definition.phases[phase]?.allow?.includes(agent) === true)
      .sort((one, other) => order.indexOf(one) - order.indexOf(other))
    if (admitting[0] !== undefined) return admitting[0]
    const next: string[] = []
    for (const phase of ring) {
      for (const successor of successors(definition, phase)) {
        if (seen.has(successor)) continue
        seen.add(successor)
        next.push(successor)
      }
    }
    ring = next
  }
  return undefined
}

/** The phases that allow an agent, in chart order. */
export function phasesAllowing(definition: LifecycleDefinition, agent: string): string[] {
  if (definition.everywhere?.includes(agent) === true) return Object.keys(definition.phases)
  return Object.entries(definition.phases)
    .filter(([, phase]) => phase.allow?.includes(agent) === true)
    .map(([name]) => name)
}
