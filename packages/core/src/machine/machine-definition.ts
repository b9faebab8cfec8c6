import type { AnyStateMachine } from 'xstate'

import { canonicalJson, type Json } from '../json.ts'

/**
 * All that decides in a machine, as one text: its configuration, guards, actions and delays, functions by their source. Two
 * machines with the same text decide alike, as far as functions use nothing from around them. What children and operations
 * do is not part of it.
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
  const members = Object.entries(value).map(([key, member]): [string, Json] => [key, described(member, met)])
  const source = typeof value === 'function' ? { source: String(value) } : {}
  return { ...Object.fromEntries(members), ...source }
}
