import type { PhaseDefinition } from '@opschart/core'

/** The phases that arrows and moves lead to from a phase, itself included. A person's ADOPTED is no way that leads anywhere. */
export function reachableFrom(
  phases: Readonly<Record<string, PhaseDefinition>>,
  initial: string,
): Set<string> {
  const reached = new Set([initial])
  // A set hands out what is added while it is walked.
  for (const name of reached) {
    const phase = Object.hasOwn(phases, name) ? phases[name] : undefined
    const targets = Object.values(phase?.on ?? {}).map((arrow) =>
      typeof arrow === 'string' ? arrow : arrow.to,
    )
    for (const to of [...targets, ...(phase?.moves ?? [])])
      if (to !== undefined && to !== '*') reached.add(to)
  }
  return reached
}
