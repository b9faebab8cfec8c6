import type { LifecycleDefinition, PhaseDefinition } from '@opschart/core'

import { triggerPhases, type TriggeredPhases } from './auto-trigger.ts'
import { composeArrows, normalTargets, type Targets } from './compose-arrows.ts'
import { defaultLaw } from './default-law.ts'
import { orderPhases } from './order-phases.ts'
import type { Finding } from './problem.ts'
import { reachableFrom } from './reachable.ts'
import type { StateConfiguration } from './state-schema.ts'

/** What a law is composed of, besides the default one. */
export interface LawParts {
  readonly states: Readonly<Record<string, StateConfiguration>>
  /** Every agent that is known. */
  readonly agents: readonly string[]
  /** Milliseconds until an incident that nobody has acknowledged is escalated. */
  readonly acknowledgement: number
  /** The user's workflows. */
  readonly workflows: TriggeredPhases['workflows']
}

/** The name of the delay of the default law that `limits.acknowledgement` sets. */
const acknowledgementDelay = 'acknowledgement'

/** Phases that operation needs whatever the table says: arrows to one that it does not mention are kept. */
const support: readonly string[] = ['INCIDENT', 'ROLLBACK', 'RETIRED']

/**
 * Lays the user's table of phases over the default law.
 *
 * A phase keeps of the default's whatever its row leaves out. `next_states` says where it leads: the default's arrow to
 * a listed phase where there is one, else a `moves` entry; arrows to phases that are not listed go, save those to
 * INCIDENT, ROLLBACK and RETIRED when the table mentions these nowhere. A default phase that nothing leads to any more
 * goes too. A table that mentions no default phase at all is a law of its own, and starts in its first phase. Names
 * that do not exist are left out: telling of them is the checks' work.
 */
export function composeLaw(parts: LawParts): {
  definition: LifecycleDefinition
  findings: Finding[]
  /** Signals that lead to two phases: a mistake whatever else is wrong with the table. */
  clashes: Finding[]
} {
  const rows = Object.entries(parts.states).map(([name, state]) => ({
    name,
    state,
    next: normalTargets(state.next_states),
  }))
  const byName = new Map(rows.map((row) => [row.name, row]))
  const table = rows.map(({ name }) => name)
  const mentioned = new Set([...table, ...rows.flatMap(({ next }) => Object.keys(next ?? {}))])
  const separate = rows.length > 0 && ![...mentioned].some((name) => Object.hasOwn(defaultLaw.phases, name))
  const base: Readonly<Record<string, PhaseDefinition>> = separate ? {} : defaultLaw.phases
  const all = new Set([...Object.keys(base), ...table])
  const findings: Finding[] = []
  const clashes: Finding[] = []
  const kept: string[] = []

  const composed: Record<string, PhaseDefinition> = {}
  for (const name of orderPhases(Object.keys(base), table)) {
    const row = byName.get(name)
    const inherited = Object.hasOwn(base, name) ? base[name] : undefined
    composed[name] = row === undefined ? inherited! : composePhase(name, row.state, row.next, inherited)
  }
  const initial = separate ? table[0]! : defaultLaw.initial
  dropUnreached(composed, initial, table, findings)
  const written = rows.flatMap(({ name, state }): [string, boolean][] =>
    state.auto_trigger === undefined ? [] : [[name, state.auto_trigger]],
  )
  const triggered = triggerPhases({ phases: composed, initial, workflows: parts.workflows }, new Map(written))
  const { phases } = triggered
  findings.push(...triggered.findings)
  if (kept.length > 0) {
    findings.push({
      severity: 'note',
      path: ['states'],
      at: 'key',
      message: `kept from the default law: ${kept.join(', ')}`,
      expected: 'list the phase in some next_states to decide yourself',
    })
  }
  if (separate) {
    findings.push({
      severity: 'note',
      path: ['states', table[0]!],
      at: 'key',
      message: `a law of its own, without a phase of the default one; it starts in ${initial}`,
    })
  }
  return { definition: assembled(phases, initial, parts), findings, clashes }

  function composePhase(
    name: string,
    state: StateConfiguration,
    next: Targets | undefined,
    inherited: PhaseDefinition | undefined,
  ): PhaseDefinition {
    const { on, moves, after, allow, auto_trigger } = inherited ?? {}
    const autoTrigger = state.auto_trigger ?? auto_trigger
    const common = {
      allow: state.allowed_agents ?? allow ?? [],
      ...(after === undefined ? {} : { after }),
      ...(autoTrigger === undefined ? {} : { auto_trigger: autoTrigger }),
      ...(state.formerly === undefined ? {} : { formerly: state.formerly }),
    }
    if (next === undefined)
      return { ...common, ...(on === undefined ? {} : { on }), ...(moves === undefined ? {} : { moves }) }
    const keeps = (to: string) => support.includes(to) && !mentioned.has(to)
    const arrows = composeArrows({ phase: name, next, inherited: on ?? {}, known: all, keeps })
    findings.push(...arrows.findings)
    clashes.push(...arrows.clashes)
    kept.push(...arrows.kept.map((to) => `${name} → ${to}`))
    return { ...common, on: arrows.on, ...(arrows.moves.length > 0 ? { moves: arrows.moves } : {}) }
  }
}

/** Takes out the default phases that nothing leads to any more, and tells of the user's that nothing leads to. */
function dropUnreached(
  phases: Record<string, PhaseDefinition>,
  initial: string,
  table: readonly string[],
  findings: Finding[],
): void {
  const reached = reachableFrom(phases, initial)
  for (const name of Object.keys(phases)) {
    if (reached.has(name)) continue
    if (table.includes(name)) {
      const expected = `list ${name} under the next_states of a phase that is reached: ${[...reached].join(', ')}`
      findings.push({
        severity: 'error',
        path: ['states', name],
        at: 'key',
        message: `nothing leads to ${name}`,
        expected,
      })
    } else {
      delete phases[name]
      findings.push({
        severity: 'note',
        path: ['states'],
        at: 'key',
        message: `${name} is left out: no phase leads to it any more`,
      })
    }
  }
}

function assembled(
  phases: Record<string, PhaseDefinition>,
  initial: string,
  { agents, acknowledgement }: LawParts,
): LifecycleDefinition {
  const names = Object.keys(phases)
  const all = Object.entries(defaultLaw.all ?? {}).map(([signal, arrow]) => {
    const { except, ...rest } = arrow
    const present = except?.filter((phase) => names.includes(phase)) ?? []
    return [signal, present.length > 0 ? { ...rest, except: present } : rest] as const
  })
  return {
    ...defaultLaw,
    agents: [...new Set([...defaultLaw.agents, ...agents])],
    initial,
    phases,
    all: Object.fromEntries(all),
    delays: { ...defaultLaw.delays, [acknowledgementDelay]: acknowledgement },
  }
}
