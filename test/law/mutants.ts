// Every small way to get the law wrong, each as a definition of its own.

import type { Arrow, LifecycleDefinition, PhaseDefinition } from '@opschart/core'

export interface Mutant {
  readonly name: string
  readonly definition: LifecycleDefinition
  /** What it is about: where the enumeration looks first. */
  readonly phase?: string
  readonly signal?: string
  readonly agent?: string
}

type Whole = Arrow & { readonly except?: readonly string[] }

/** Definitions that differ from a law in one arrow, sender, gate, workflow or allowed agent. */
export function* mutantsOf(definition: LifecycleDefinition): Generator<Mutant> {
  for (const [phase, { on }] of Object.entries(definition.phases)) {
    for (const [signal, short] of Object.entries(on ?? {})) {
      const arrow: Whole = typeof short === 'string' ? { to: short } : short
      const put = (changed: Whole | undefined) => withArrow(definition, phase, signal, changed)
      yield* arrowMutants(definition, `${signal} of ${phase}`, arrow, phase, put, { phase, signal })
    }
  }
  for (const [signal, arrow] of Object.entries(definition.all ?? {})) {
    const put = (changed: Whole | undefined): LifecycleDefinition => {
      const { [signal]: _, ...others } = definition.all ?? {}
      return { ...definition, all: changed === undefined ? others : { ...others, [signal]: changed } }
    }
    yield* arrowMutants(definition, `${signal} of all`, arrow, undefined, put, { signal })
  }
  yield* measureMutants(definition)
  yield* agentMutants(definition)
}

/** Whether a signal is measured is said of all its arrows at once, and matters only where a phase lacks it. */
function* measureMutants(definition: LifecycleDefinition): Generator<Mutant> {
  const signals = new Set(Object.values(definition.phases).flatMap(({ on }) => Object.keys(on ?? {})))
  for (const signal of signals) {
    const measured = Object.values(definition.phases).some(({ on }) => {
      const arrow = on?.[signal]
      return typeof arrow === 'object' && arrow.measured === true
    })
    let changed = definition
    for (const [phase, { on }] of Object.entries(definition.phases)) {
      const arrow = on?.[signal]
      if (arrow === undefined) continue
      const whole = typeof arrow === 'string' ? { to: arrow } : arrow
      changed = withArrow(changed, phase, signal, { ...whole, measured: !measured })
    }
    yield { name: `${signal}: ${measured ? 'not measured' : 'measured'}`, signal, definition: changed }
  }
}

function* arrowMutants(
  definition: LifecycleDefinition,
  name: string,
  arrow: Whole,
  phase: string | undefined,
  put: (changed: Whole | undefined) => LifecycleDefinition,
  about: { phase?: string; signal: string },
): Generator<Mutant> {
  const mutant = (what: string, changed: Whole | undefined): Mutant => ({
    name: `${name}: ${what}`,
    definition: put(changed),
    ...about,
  })
  yield mutant('dropped', undefined)
  const { to, starts, measured, ...rest } = arrow
  const keep = {
    ...(starts === undefined ? {} : { starts }),
    ...(measured === undefined ? {} : { measured }),
  }
  for (const other of [...Object.keys(definition.phases), undefined]) {
    if (other === to || (to === undefined && other === phase)) continue
    yield mutant(`leads to ${other ?? 'where it stands'}`, {
      ...rest,
      ...keep,
      ...(other === undefined ? {} : { to: other }),
    })
  }
  const by = arrow.by ?? []
  for (const entry of by)
    yield mutant(`not by ${entry}`, { ...arrow, by: by.filter((kept) => kept !== entry) })
  const strangers = [
    'person',
    'watcher',
    'watcher:inbox',
    'watcher:http',
    'rule',
    'system',
    'workflow:deploy',
    'workflow:rollback',
  ] as const
  for (const entry of strangers)
    if (!by.includes(entry)) yield mutant(`by ${entry}, too`, { ...arrow, by: [...by, entry] })
  const here = phase === undefined ? (definition.everywhere ?? []) : (definition.phases[phase]?.allow ?? [])
  for (const agent of here)
    if (!by.includes(agent)) yield mutant(`by ${agent}, too`, { ...arrow, by: [...by, agent] })
  const gates = arrow.gate === undefined ? [] : typeof arrow.gate === 'string' ? [arrow.gate] : arrow.gate
  for (const gate of gates)
    yield mutant(`without the gate ${gate}`, { ...arrow, gate: gates.filter((kept) => kept !== gate) })
  yield mutant('with one more gate', {
    ...arrow,
    gate: [...gates, gates.includes('incident_open') ? 'request_open' : 'incident_open'],
  })
  if (starts !== undefined) {
    yield mutant(`starts nothing`, {
      ...rest,
      ...(to === undefined ? {} : { to }),
      ...(measured === undefined ? {} : { measured }),
    })
  }
  yield mutant('starts another workflow', { ...arrow, starts: starts === 'deploy' ? 'rollback' : 'deploy' })
  if (arrow.except !== undefined && arrow.except.length > 0)
    yield mutant('without exceptions', { ...arrow, except: [] })
  if (phase === undefined) {
    for (const excepted of Object.keys(definition.phases)) {
      if (arrow.except?.includes(excepted) === true) continue
      yield {
        ...mutant(`except in ${excepted}`, { ...arrow, except: [...(arrow.except ?? []), excepted] }),
        phase: excepted,
      }
    }
  }
}

function* agentMutants(definition: LifecycleDefinition): Generator<Mutant> {
  for (const [phase, given] of Object.entries(definition.phases)) {
    const allow = given.allow ?? []
    const put = (changed: readonly string[]) => withPhase(definition, phase, { ...given, allow: changed })
    for (const agent of allow) {
      yield {
        name: `${phase} does not allow ${agent}`,
        phase,
        agent,
        definition: put(allow.filter((kept) => kept !== agent)),
      }
    }
    for (const agent of definition.agents) {
      if (allow.includes(agent) || definition.everywhere?.includes(agent) === true) continue
      yield { name: `${phase} allows ${agent}`, phase, agent, definition: put([...allow, agent]) }
    }
  }
  for (const agent of definition.agents) {
    const everywhere = definition.everywhere ?? []
    const changed = everywhere.includes(agent)
      ? everywhere.filter((kept) => kept !== agent)
      : [...everywhere, agent]
    yield {
      name: `everywhere: ${changed.join(', ') || 'nobody'}`,
      agent,
      definition: { ...definition, everywhere: changed },
    }
  }
}

function withPhase(
  definition: LifecycleDefinition,
  phase: string,
  changed: PhaseDefinition,
): LifecycleDefinition {
  return { ...definition, phases: { ...definition.phases, [phase]: changed } }
}

function withArrow(
  definition: LifecycleDefinition,
  phase: string,
  signal: string,
  changed: Whole | undefined,
): LifecycleDefinition {
  const given = definition.phases[phase]!
  const { [signal]: _, ...others } = given.on ?? {}
  return withPhase(definition, phase, {
    ...given,
    on: changed === undefined ? others : { ...others, [signal]: changed },
  })
}
