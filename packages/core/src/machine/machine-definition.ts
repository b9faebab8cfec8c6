import type { AnyStateMachine } from 'xstate'

import { canonicalJson, type Json } from '../json.ts'

/**
 * All that decides in a machine, as one text: its configuration, guards, actions and delays, functions by their source. Two
 * machines with the same text decide alike, as far as functions use nothing from around them. What children and operations
 * do is not part of it, nor is XState's own code.
 */
export function machineDefinition(machine: AnyStateMachine): string {
  const { actors, ...implementations } = machine.implementations
  return canonicalJson(
    described({ config: machine.config, implementations, actors: Object.keys(actors) }, new Map()),
  )
}

function described(value: unknown, met: Map<object, number>): Json {
  if (value === undefined) return null
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value as Json
  const known = met.get(value)
  if (known !== undefined) return { again: known }
  met.set(value, met.size)
  if (Array.isArray(value)) return value.map((item) => described(item, met))
  const made = isMade(value)
  const members = Object.entries(value)
    .filter(([key]) => !made || !own.includes(key))
    .map(([key, member]): [string, Json] => [key, described(member, met)])
  const source = typeof value !== 'function' ? {} : made ? { made: value.name } : { source: String(value) }
  return { ...Object.fromEntries(members), ...source }
}

/** Members of what XState's own makers give that hold XState's code. */
const own = ['resolve', 'execute', 'check']

/**
 * Whether XState has made a function (`assign`, `raise`, `and`): it is told by what it was made of. Its code is not the
 * machine's, and differs between XState's builds.
 */
function isMade(value: object): value is { name: string } {
  return typeof value === 'function' && ('resolve' in value || 'check' in value)
}
