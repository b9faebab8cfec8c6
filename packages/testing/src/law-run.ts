import {
  contextOf,
  decide,
  nameOf,
  phaseOf,
  type ActorState,
  type Arrow,
  type Decided,
  type Effect,
  type JsonObject,
  type LawEvent,
  type LawFacts,
  type Lifecycle,
  type Principal,
} from '@opschart/core'

import { sampleLifecycle, type LawStep } from './law-arbitraries.ts'

/** A step that was taken: what was decided on, and what came of it. */
export interface LawTaken {
  readonly step: LawStep
  readonly before: ActorState
  readonly after: ActorState
  /** Set when a signal was decided on; absent when the machine was told of a timer, a result or an ended workflow. */
  readonly asked?: {
    readonly event: LawEvent
    readonly at: Parameters<typeof decide>[3]
    readonly decided: Decided
  }
}

/** One lifecycle that is led through a sequence, without a store and without a runner. */
export interface LawRun {
  state(): ActorState
  /** Takes a step where the lifecycle stands; undefined when there is nothing there that it could be about. */
  take(step: LawStep): LawTaken | undefined
}

interface SetTimer {
  readonly due: number
  readonly event: JsonObject & { readonly type: string }
}

const start = 1_700_000_000_000

/** Opens a lifecycle under a law, to lead it through steps of `lawArbitraries`. Time and ids are counted, not read. */
export function createLawRun(lifecycle: Lifecycle): LawRun {
  const { kernel, definition } = lifecycle
  const timers = new Map<string, SetTimer>()
  let version = 1
  let now = start
  const opened = kernel.initial(
    { ...sampleLifecycle, branch: 'feature' },
    { id: sampleLifecycle.id, version, now },
  )
  if (opened.kind === 'threw') throw new Error(`the law cannot be opened: ${opened.reason}`)
  let state = opened.state
  setTimers(opened.effects)

  function setTimers(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'timer') timers.set(effect.id, { due: effect.due, event: effect.event })
      if (effect.kind === 'cancel_timer') timers.delete(effect.id)
    }
  }

  function ask(step: LawStep, type: string, by: Principal, data: JsonObject, facts: LawFacts): LawTaken {
    version += 1
    const at = { id: sampleLifecycle.id, version, now }
    const signal = {
      id: `signal-${version}`,
      source: 'test',
      type,
      time: now,
      severity: 'MEDIUM' as const,
      data,
      by,
    }
    const event: LawEvent = { type, signal, facts, now }
    const before = state
    const decided = decide(lifecycle, state, event, at)
    if (decided.step !== undefined) {
      state = decided.step.state
      setTimers(decided.step.effects)
    }
    return { step, before, after: state, asked: { event, at, decided } }
  }

  function tell(step: LawStep, event: JsonObject & { readonly type: string }, facts: LawFacts): LawTaken {
    version += 1
    const before = state
    const given = { ...event, now, facts: facts as unknown as JsonObject }
    const next = kernel.step(state, given, { id: sampleLifecycle.id, version, now })
    if (next.kind === 'threw') throw new Error(`${event.type} broke the machine: ${next.reason}`)
    state = next.state
    setTimers(next.effects)
    return { step, before, after: state }
  }

  function legal(step: Extract<LawStep, { kind: 'legal' }>): LawTaken | undefined {
    const arrows = arrowsHere(lifecycle, phaseOf(state))
    const [signal, arrow] = arrows[step.pick % arrows.length] ?? []
    if (signal === undefined || arrow === undefined) return undefined
    const senders = sendersOf(lifecycle, arrow)
    const by = senders[step.sender % senders.length]
    if (by === undefined) return undefined
    const phases = Object.keys(definition.phases)
    const data = arrow.to === '*' ? { ...step.data, phase: phases[step.sender % phases.length]! } : step.data
    return ask(step, signal, by, data, step.facts)
  }

  function operation(step: Extract<LawStep, { kind: 'operation' }>): LawTaken | undefined {
    const { what, pick, agent, facts } = step
    const context = contextOf(state)
    const known = pickOf(Object.values(context.operations), pick)
    if (what === 'asked') {
      const by: Principal =
        pick % 3 === 0 ? 'person:ann' : pick % 3 === 1 ? 'rule:error_spike' : `agent:${agent}`
      return ask(
        step,
        'OPERATION_REQUESTED',
        by,
        { id: `operation-${version}`, agent, task: 'work', warrant: null, input: {} },
        facts,
      )
    }
    if (what === 'asked under a warrant') {
      const warrant = pickOf(Object.values(context.warrants), pick)
      const [of = agent, task = 'work'] = pickOf(warrant?.tasks ?? [], pick)?.split('.') ?? []
      if (warrant === undefined) return undefined
      const data = { id: `operation-${version}`, agent: of, task, warrant: warrant.run, input: {} }
      return ask(step, 'OPERATION_REQUESTED', `workflow:${warrant.workflow}`, data, facts)
    }
    if (known === undefined) return undefined
    const { id, task, warrant, plan } = known
    const answer = { operation: id, plan }
    if (what === 'asked again') {
      return ask(
        step,
        'OPERATION_REQUESTED',
        'system',
        { id, agent: known.agent, task, warrant, input: {} },
        facts,
      )
    }
    if (what === 'approved') {
      const by: Principal = pick % 4 === 0 ? `agent:${nameOf(`agent:${known.agent}`)}` : 'person:ann'
      return ask(step, 'OPERATION_APPROVED', by, answer, {
        ...facts,
        operation: { ...facts.operation!, plan },
      })
    }
    if (what === 'rejected') return ask(step, 'OPERATION_REJECTED', 'person:ann', answer, facts)
    if (what === 'cancelled') return ask(step, 'OPERATION_CANCELLED', 'system', answer, facts)
    return tell(step, { type: 'operation.settled', operation: id }, facts)
  }

  function workflow(step: Extract<LawStep, { kind: 'workflow' }>): LawTaken | undefined {
    const run = pickOf(Object.keys(contextOf(state).warrants), step.pick)
    if (run === undefined) return undefined
    if (step.outcome === 'broken') {
      return tell(
        step,
        { type: `xstate.error.actor.${run}`, error: { code: 'failed', message: 'it broke' }, actorId: run },
        step.facts,
      )
    }
    const output = { outcome: step.outcome, signal: null, failure: null, results: [] }
    return tell(step, { type: `xstate.done.actor.${run}`, output, actorId: run }, step.facts)
  }

  function timer(step: Extract<LawStep, { kind: 'timer' }>): LawTaken | undefined {
    const [first] = [...timers].toSorted(([, one], [, other]) => one.due - other.due)
    if (first === undefined) return undefined
    const [id, { due, event }] = first
    timers.delete(id)
    now = Math.max(now, due)
    return tell(step, event, step.facts)
  }

  return {
    state: () => state,
    take(step) {
      now += 1_000
      switch (step.kind) {
        case 'legal':
          return legal(step)
        case 'any':
          return ask(step, step.type, step.by, step.data, step.facts)
        case 'operation':
          return operation(step)
        case 'workflow':
          return workflow(step)
        case 'timer':
          return timer(step)
      }
    },
  }
}

const pickOf = <Value>(list: readonly Value[], pick: number): Value | undefined => list[pick % list.length]

function arrowsHere({ definition }: Lifecycle, phase: string): [string, Arrow][] {
  const own = Object.entries(definition.phases[phase]?.on ?? {})
  const shared = Object.entries(definition.all ?? {}).filter(
    ([signal, { except }]) => except?.includes(phase) !== true && !own.some(([taken]) => taken === signal),
  )
  return [
    ...own.map(([signal, arrow]): [string, Arrow] => [
      signal,
      typeof arrow === 'string' ? { to: arrow } : arrow,
    ]),
    ...shared,
  ]
}

function sendersOf({ definition }: Lifecycle, arrow: Arrow): Principal[] {
  return (arrow.by ?? ['person', 'watcher', 'rule', 'system', ...definition.agents]).map(
    (entry): Principal => {
      if (entry.includes(':')) return entry as Principal
      if (definition.agents.includes(entry)) return `agent:${entry}`
      if (entry === 'system') return 'system'
      return `${entry}:${entry === 'person' ? 'ann' : entry === 'watcher' ? 'git' : 'error_spike'}` as Principal
    },
  )
}
