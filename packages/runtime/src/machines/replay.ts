import {
  canonicalJson,
  type ActorState,
  type JournalEntry,
  type JournalRow,
  type Json,
  type Step,
} from '@opschart/core'

import type { Chart } from './charts.ts'
import {
  freedState,
  givenUpState,
  openingState,
  parkedState,
  stateAfter,
  type Letter,
  type MachineState,
} from './machine-state.ts'
import { isOfChart, takenVerdict } from './tree-verdicts.ts'

type Replayed = { readonly state: ActorState } | { readonly fault: string }

/**
 * Decides a row of a machine's actor again, from the state before it: gives the state after it, or what does not hold.
 * The row was decided under this very chart.
 */
export function replayMachine(
  chart: Chart,
  row: JournalRow,
  entry: JournalEntry,
  given: ActorState | undefined,
): Replayed {
  const at = { id: row.actor, version: row.version, now: row.at }
  const { event, kind, verdict } = entry
  if (kind === 'migrated') return { state: event['state'] as unknown as MachineState }
  if (kind === 'opened') {
    const { input, name, sync } = event as { input?: Json; name?: string; sync?: true }
    const step = chart.kernel.initial(input, at)
    if (step.kind === 'threw') return { fault: `it cannot be opened again: ${step.reason}` }
    const child = name === undefined ? {} : { born: entry.cause!, name, ...(sync === true ? { sync } : {}) }
    return asks(step, entry, openingState(chart, step, child))
  }
  if (given === undefined) return { fault: `${row.actor} was never opened` }
  const before = given as MachineState
  if (kind === 'parked') {
    const { reason, letter } = event as unknown as { reason: string; letter: Letter }
    return { state: parkedState(before, { reason, at: row.at, letter }) }
  }
  if (kind === 'freed')
    return { state: event.type === 'given_up' ? givenUpState(before) : freedState(before) }
  if (verdict !== null && verdict.kind !== 'accepted') {
    // What refused it may have been no decision of the chart: an actor that is parked, or does not fit, asks nobody.
    if (verdict.kind !== 'refused' || !isOfChart(verdict)) return { state: before }
    const step = chart.kernel.step(before, event, at)
    return step.kind === 'stepped' && step.handled ? otherVerdict : { state: before }
  }
  const step = chart.kernel.step(before, event, at)
  if (step.kind === 'threw') return { fault: `it breaks now: ${step.reason}` }
  if (
    verdict !== null &&
    canonicalJson(verdict) !== canonicalJson(takenVerdict({ state: before }, event.type, step))
  )
    return otherVerdict
  return asks(step, entry, stateAfter(before, step.state))
}

const otherVerdict = { fault: 'the same signal gets another verdict' }

function asks(
  step: Extract<Step, { kind: 'stepped' }>,
  { effects }: JournalEntry,
  state: MachineState,
): Replayed {
  return canonicalJson(step.effects) === canonicalJson(effects)
    ? { state }
    : { fault: 'the same decision asks for other effects' }
}
