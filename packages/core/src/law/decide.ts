import { getNextTransitions, type AnyMachineSnapshot } from 'xstate'

import type { ActorState, Step, StepAt } from '../kernel.ts'
import type { JsonObject } from '../json.ts'
import { kindOf } from '../principal.ts'
import { longestChain } from '../signal.ts'
import type { Allowed, Verdict } from '../verdict.ts'
import { isNamedIn, openChannels, refusalOf, type AllowedParameters } from './allowed.ts'
import type { Emission } from './emission.ts'
import type { LawEvent } from './law-event.ts'
import type { LifecycleContext } from './lifecycle-context.ts'
import { lawSignals } from './definition.ts'
import type { Lifecycle } from './lifecycle.ts'
import { causeOf } from './footprint.ts'
import { moveReason, unknownPhase } from './move-reason.ts'
import { plainText, shownValue } from './plain-text.ts'
import { arrowAt, arrowsOf, nearestAdmitting, phasesAllowing } from './topology.ts'

/** What became of a signal: the verdict, and the step when one was taken. */
export interface Decided {
  readonly verdict: Verdict
  /** Absent: the snapshot is the same to the byte [L1]. */
  readonly step?: Extract<Step, { kind: 'stepped' }>
  /** The operation whose footprint the report matched [L12]. */
  readonly cause?: string
}

type Stepped = Extract<Step, { kind: 'stepped' }>

/** Decides one signal by the law. Pure: the same arguments give the same answer, to the byte. */
export function decide(lifecycle: Lifecycle, state: ActorState, event: LawEvent, at: StepAt): Decided {
  const phase = phaseOf(state)
  const common = { lifecycle: at.id, signal: event.signal.id, phase }
  if (!/^[A-Z][A-Z0-9_]*$/.test(event.type)) {
    const shown = JSON.stringify(plainText(event.type, 64))
    const reason = `${shown} is no signal’s name, which is UPPER_SNAKE: nothing else is accepted from outside`
    return { verdict: { ...common, kind: 'refused', reason, allowed: allowedIn(lifecycle, state) } }
  }
  if (event.type !== event.signal.type) {
    const reason = `${event.type} was handed over for the signal ${plainText(event.signal.type, 64)}`
    return { verdict: { ...common, kind: 'refused', reason, allowed: allowedIn(lifecycle, state) } }
  }
  if ((event.signal.depth ?? 0) > longestChain) {
    const reason = `${event.type} is the ${event.signal.depth}th signal of one chain of causes; ${longestChain} is the most`
    return { verdict: { ...common, kind: 'refused', reason, allowed: allowedIn(lifecycle, state) } }
  }
  const cause = causeOf(event, at.now)
  const suppressed = cause === undefined ? undefined : suppression(lifecycle, phase, event.type, cause)
  if (suppressed !== undefined)
    return { verdict: { ...common, kind: 'ignored', reason: suppressed }, ...(cause && { cause }) }
  const caused = cause === undefined ? {} : { cause }

  const step = lifecycle.kernel.step(state, event as unknown as JsonObject & { type: string }, at)
  if (step.kind === 'threw') {
    const { broke } = reasonsOf(lifecycle, state, event)
    const reason = broke
      ? explain(lifecycle, state, event)
      : `the law could not be asked: ${plainText(step.reason)}`
    return {
      verdict: { ...common, kind: 'refused', reason, allowed: allowedIn(lifecycle, state) },
      ...caused,
    }
  }
  if (!step.handled) return { verdict: denied(lifecycle, state, event, common), ...caused }
  return { verdict: acceptance(step, event, common, lifecycle), step, ...caused }
}

/** The phase of a lifecycle's state. */
export function phaseOf(state: ActorState): string {
  const value = state.snapshot['value']
  return typeof value === 'string' ? value : Object.keys(value as object)[0]!
}

/** The context of a lifecycle's state. */
export function contextOf(state: ActorState): LifecycleContext {
  return state.snapshot['context'] as unknown as LifecycleContext
}

/** What the law allows where a lifecycle stands. */
export function allowedIn(lifecycle: Lifecycle, state: ActorState): Allowed {
  const phase = phaseOf(state)
  const { definition } = lifecycle
  const signals = new Map<string, Set<string>>()
  for (const { signal } of arrowsOf(definition)) {
    const arrow = arrowAt(definition, phase, signal)
    if (arrow !== undefined) signals.set(signal, new Set(arrow.by ?? ['anyone']))
  }
  if ((definition.phases[phase]?.moves ?? []).length > 0) signals.set('MOVE_REQUESTED', new Set(['person']))
  const agents = [...(definition.phases[phase]?.allow ?? []), ...(definition.everywhere ?? [])]
  return { phase, signals: [...signals].map(([type, by]) => ({ type, by: [...by] })), agents }
}

/** Why an operation that was let in is not carried out: what its workflow is told. */
function whyNot(effects: Stepped['effects']): string {
  for (const effect of effects) {
    const emission = effect.kind === 'emit' ? (effect.event as unknown as Emission) : undefined
    if (emission?.type === 'settle') return emission.failure.message
  }
  return 'nothing is left to do'
}

function acceptance(
  { state: next, effects }: Stepped,
  event: LawEvent,
  common: { lifecycle: string; signal: string; phase: string },
  lifecycle: Lifecycle,
): Verdict {
  const { phase: from, ...rest } = common
  const phase = phaseOf(next)
  if (event.type === 'OPERATION_REQUESTED') {
    const { id, agent, task } = event.signal.data as { id: string; agent: string; task: string }
    const operation = contextOf(next).operations[id]
    const what = `${agent}.${task}`
    if (operation?.status === 'waiting') {
      const { awaiting = '', expires } = operation
      const reason = `${what} waits: ${agent} may not act in ${phase}; ${awaiting.slice('awaiting_'.length)} would admit it`
      return { ...rest, kind: 'waiting', phase, awaiting, expires, reason }
    }
    const outcome =
      operation === undefined
        ? `is not carried out: ${whyNot(effects)}`
        : operation.status === 'running'
          ? 'is admitted'
          : 'awaits a person’s approval'
    return { ...rest, kind: 'accepted', from, phase, reason: `${what} ${outcome} in ${phase}` }
  }
  const workflow = arrowAt(lifecycle.definition, from, event.type)?.starts
  const starts = workflow === undefined ? '' : `; ${workflow} starts`
  const moved = phase === from ? `${event.type} in ${from}` : `${event.type}: ${from} → ${phase}`
  return { ...rest, kind: 'accepted', from, phase, reason: `${moved}${starts}` }
}

function denied(
  lifecycle: Lifecycle,
  state: ActorState,
  event: LawEvent,
  common: { lifecycle: string; signal: string; phase: string },
): Verdict {
  const { phase } = common
  const { signal } = event
  const elsewhere = arrowsOf(lifecycle.definition).filter((arrow) => arrow.signal === event.type)
  if (elsewhere.length === 0 && !lawSignals.includes(event.type)) {
    return {
      ...common,
      kind: 'ignored',
      reason: `${event.type} has no arrow anywhere in the law; only rules answer it`,
    }
  }
  const allowed = allowedIn(lifecycle, state)
  const reason = explain(lifecycle, state, event)
  const kind = kindOf(signal.by)
  const measured = elsewhere.some(({ arrow }) => arrow.measured === true)
  const arrow = arrowAt(lifecycle.definition, phase, event.type)
  const mayMeasure =
    arrow === undefined ? kind !== 'agent' && kind !== 'person' : isNamedIn(arrow.by, signal.by)
  if (measured && mayMeasure) {
    return {
      ...common,
      kind: 'ignored',
      reason: arrow === undefined ? (heldReason(event, phase) ?? reason) : reason,
    }
  }
  const reports = kind === 'watcher' && !openChannels.includes(signal.by) && elsewhere.length > 0
  if (reports && !event.type.endsWith('_REQUESTED')) return { ...common, kind: 'violation', reason, allowed }
  return { ...common, kind: 'refused', reason, allowed }
}

function heldReason(event: LawEvent, phase: string): string | undefined {
  const { incident, exclusive } = event.facts.service
  if (exclusive?.acting === true)
    return `held while ${exclusive.run} of ${exclusive.lifecycle} is under way and verified`
  if (incident !== null) return `part of incident ${incident.id}`
  return phase === 'INCIDENT' ? 'part of the open incident' : undefined
}

/** Why no arrow was taken, and what would be allowed: as a person would say it [L4]. */
export function explain(lifecycle: Lifecycle, state: ActorState, event: LawEvent): string {
  const phase = phaseOf(state)
  const { reasons } = reasonsOf(lifecycle, state, event)
  const here = `${event.type} in ${phase}`
  if (event.type === 'OPERATION_REQUESTED') return operationReason(lifecycle, event, phase, reasons)
  const { definition } = lifecycle
  const named = event.signal.data['phase']
  if (event.type === 'MOVE_REQUESTED')
    return plainText(moveReason(definition, phase, named, reasons.find(isOfSender)), longestReason)
  const unknown = event.type === 'ADOPTED' ? unknownPhase(definition, named) : undefined
  if (unknown !== undefined && !reasons.some(isOfSender))
    return plainText(`${here}: ${unknown}`, longestReason)
  if (reasons.length > 0) return plainText(`${here}: ${reasons.at(-1)!}`, longestReason)
  const elsewhere = Object.keys(definition.phases).filter(
    (at) => arrowAt(definition, at, event.type) !== undefined,
  )
  const list = allowedIn(lifecycle, state).signals.map(({ type }) => type)
  const only =
    elsewhere.length > 0
      ? `only ${elsewhere.join(', ')} ${elsewhere.length === 1 ? 'has' : 'have'} it`
      : 'no phase has it'
  return `${here}: no such arrow; ${only}; here are ${list.join(', ') || 'none'}`
}

const longestReason = 1_000

/** Whether a guard's reason is about who sent it, and not about the phase that it names. */
const isOfSender = (reason: string) => reason.startsWith('only ')

/** What speaks against each arrow of the signal here, and whether a gate broke. */
function reasonsOf(
  lifecycle: Lifecycle,
  state: ActorState,
  event: LawEvent,
): { reasons: string[]; broke: boolean } {
  const phase = phaseOf(state)
  const context = contextOf(state)
  const snapshot: AnyMachineSnapshot = lifecycle.kernel.restore(state)
  let broke = false
  const nearest = (agent: string) => nearestAdmitting(lifecycle.definition, phase, agent)
  const reasons: string[] = []
  for (const transition of getNextTransitions(snapshot)) {
    if (transition.eventType !== event.type) continue
    const guard = transition.guard as { params?: AllowedParameters } | undefined
    if (guard?.params === undefined) continue
    try {
      const reason = refusalOf(guard.params, context, event, lifecycle.gates, nearest)
      if (reason !== undefined && !reasons.includes(reason)) reasons.push(reason)
    } catch (error) {
      broke = true
      reasons.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { reasons, broke }
}

/** Whether a gate, or what else is asked of a signal here, looks at its data: with other data the answer may be another. */
export function looksAtData(lifecycle: Lifecycle, state: ActorState, event: LawEvent): boolean {
  let looks = false
  const seen = <T>(answer: T): T => {
    looks = true
    return answer
  }
  const data = new Proxy(event.signal.data, {
    get: (target, key) => seen(Reflect.get(target, key)),
    has: (target, key) => seen(Reflect.has(target, key)),
    ownKeys: (target) => seen(Reflect.ownKeys(target)),
  })
  reasonsOf(lifecycle, state, { ...event, signal: { ...event.signal, data } })
  return looks
}

function operationReason(
  lifecycle: Lifecycle,
  event: LawEvent,
  phase: string,
  reasons: readonly string[],
): string {
  const { agent, task } = event.signal.data
  const phases = typeof agent === 'string' ? phasesAllowing(lifecycle.definition, agent) : []
  const agents = lifecycle.definition.phases[phase]?.allow ?? []
  const could =
    phases.length > 0
      ? `${shownValue(agent)} may act in ${phases.join(', ')}`
      : `no phase allows ${shownValue(agent)}`
  const here = agents.length > 0 ? `${phase} allows ${agents.join(', ')}` : `${phase} allows no agent`
  const what = `${shownValue(agent)}.${shownValue(task)}`
  return plainText(`${what} in ${phase}: ${reasons.join('; ')}; ${could}; ${here}`, longestReason)
}

/** A report that an operation of ours caused is no violation, and starts no workflow again [L12]. */
function suppression(lifecycle: Lifecycle, phase: string, type: string, cause: string): string | undefined {
  const arrow = arrowAt(lifecycle.definition, phase, type)
  const arrows = arrowsOf(lifecycle.definition).filter(({ signal }) => signal === type)
  // A measure is no report of what was done: errors right after our own deployment are what it is there for.
  if (arrows.length === 0 || arrows.some((known) => known.arrow.measured === true)) return undefined
  const quiet = arrow !== undefined && arrow.to === undefined && arrow.starts === undefined
  return quiet ? undefined : `${type} is what ${cause} did`
}
