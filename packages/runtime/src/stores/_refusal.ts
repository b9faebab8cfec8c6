import type { UnitOutcome } from '@opschart/core'

import type { PreparedUnit } from './_prepared-unit.ts'

/** What a unit is judged by: how things stand in the store before it is written. */
export interface Present {
  /** The sequence of the row that first journaled the signal. */
  signal(source: string, id: string): number | undefined
  /** The last row that was pruned; 0 for none. */
  pruned(): number
  /** 0 for an actor that is not there. */
  actorVersion(actor: string): number
  /** 0 for a fact that is not there. */
  factVersion(name: string): number
  /** The attempt of the work; 0 while it has never run, undefined when it is not there. */
  attempt(key: string): { readonly attempt: number; readonly running: boolean } | undefined
}

/**
 * Why a unit may not be written, or undefined when it may. A duplicate is said before a conflict, so that whoever sends
 * a signal again, to an actor that has long moved on, learns that it arrived.
 */
export function refusal(unit: PreparedUnit, present: Present): UnitOutcome | undefined {
  for (const { key } of unit.decisions) {
    const sequence = key ? present.signal(key.source, key.id) : undefined
    if (key && sequence !== undefined) {
      const gone = sequence <= present.pruned()
      return { kind: 'duplicate', sequence, ...(gone ? { pruned: { ...key } } : {}) }
    }
  }
  const on =
    outOfStep(unit.decisions, actorOf, (actor) => present.actorVersion(actor)) ??
    unit.read.find(({ actor, version }) => present.actorVersion(actor) !== version)?.actor ??
    outOfStep(unit.facts, nameOf, (name) => present.factVersion(name)) ??
    unit.settled.find(({ key, attempt }) => {
      const work = present.attempt(key)
      return !work?.running || work.attempt !== attempt
    })?.key ??
    unit.work.find(({ key }) => present.attempt(key) !== undefined)?.key
  return on === undefined ? undefined : { kind: 'conflict', on }
}

const actorOf = ({ actor }: { readonly actor: string }) => actor
const nameOf = ({ name }: { readonly name: string }) => name

/** The first name whose versions do not follow, one by one, the version that is there. */
function outOfStep<Step extends { readonly version: number }>(
  steps: readonly Step[],
  named: (step: Step) => string,
  versionOf: (name: string) => number,
): string | undefined {
  // Most units have one step or none: then there is nothing to remember.
  const reached = steps.length > 1 ? new Map<string, number>() : undefined
  for (const step of steps) {
    const name = named(step)
    if (step.version !== (reached?.get(name) ?? versionOf(name)) + 1) return name
    reached?.set(name, step.version)
  }
  return undefined
}
