// The enumeration: every phase, signal, sender and answer of a gate, and every phase, agent and warrant, put to
// `decide` and compared with the table.

import {
  canonicalJson,
  contextOf,
  decide,
  phaseOf,
  type ActorState,
  type Decided,
  type JsonObject,
  type Lifecycle,
  type Principal,
  type Warrant,
} from '@opschart/core'

import {
  expectedAdmission,
  expectedOf,
  signalsIn,
  type Expected,
  type GateAnswer,
  type Question,
} from './law-model.ts'
import { acts, agents, allowed, everywhere, phases, rows, workflows, type TablePhase } from './law-table.ts'
import { at, event, stateIn } from '../../packages/core/test/law-world.ts'

/** Every sender that the law can tell apart. */
export const principals: readonly Principal[] = [
  ...agents.map((agent): Principal => `agent:${agent}`),
  'agent:person',
  'person:ann',
  'watcher:git',
  'watcher:inbox',
  'watcher:http',
  'rule:error_spike',
  ...Object.keys(workflows).map((workflow): Principal => `workflow:${workflow}`),
  'system',
]

export const signals: readonly string[] = [
  ...new Set([...rows, ...acts].map((row) => row.signal)),
  'DEPLOYMENT_STARTED',
  'UNHEARD_OF',
]

export interface Cell extends Question {
  readonly phase: TablePhase
  readonly by: Principal
}

/** Every cell; where an arrow has gates, one for every combination of yes and no, and one for each way to break. */
export function* cells(first: (phase: TablePhase, signal: string) => boolean = () => true): Generator<Cell> {
  for (const phase of phases) {
    for (const signal of signals) {
      if (!first(phase, signal)) continue
      const arrow = [...rows, ...acts].find((row) => row.signal === signal && row.phases.includes(phase))
      const names = arrow?.to === 'named' ? [...phases, 'NOWHERE', '__proto__', undefined] : [undefined]
      for (const by of principals) {
        for (const name of names) {
          for (const gates of answers(arrow?.gates ?? [])) {
            yield { phase, signal, by, gates, ...(name === undefined ? {} : { names: name }) }
          }
        }
      }
    }
  }
}

function* answers(gates: readonly string[]): Generator<Readonly<Record<string, GateAnswer>>> {
  for (let bits = 0; bits < 2 ** gates.length; bits += 1) {
    yield Object.fromEntries(
      gates.map((gate, index) => [gate, (bits >> index) % 2 === 0 ? 'open' : 'closed']),
    )
  }
  for (const gate of gates) {
    const others = Object.fromEntries(gates.map((other) => [other, 'open' as GateAnswer]))
    yield { ...others, [gate]: 'throws' }
    yield { ...others, [gate]: 'promises' }
  }
}

/** What is wrong with a law's answers, one line each; empty for the law of the table. */
export function* differences(
  lifecycle: Lifecycle,
  first?: (phase: TablePhase, signal: string) => boolean,
): Generator<string> {
  const states = statesOf(lifecycle)
  for (const cell of cells(first)) {
    const state = states[cell.phase]
    const before = canonicalJson(state)
    // Gates that the table does not name for this arrow are closed: an arrow that asks one too many is found.
    const gates = { '*': 'closed', ...cell.gates }
    const data = { gates, ...(cell.names === undefined ? {} : { phase: cell.names }), operation: 'none' }
    const asked = event(cell.signal, cell.by, data)
    const decided = decide(lifecycle, state, asked, at)
    const wrong =
      judge(cell, expectedOf(cell), decided, state) ?? (canonicalJson(state) === before ? undefined : 'state')
    if (wrong !== undefined) yield `${canonicalJson(cell)}: ${wrong}: ${canonicalJson(decided.verdict)}`
  }
}

const stateCache = new WeakMap<Lifecycle, Record<TablePhase, ActorState>>()

function statesOf(lifecycle: Lifecycle): Record<TablePhase, ActorState> {
  let states = stateCache.get(lifecycle)
  if (states === undefined) {
    const opened = stateIn(lifecycle, 'DEVELOPMENT')
    states = Object.fromEntries(
      phases.map((phase) => [phase, { ...opened, snapshot: { ...opened.snapshot, value: phase } }]),
    ) as unknown as Record<TablePhase, ActorState>
    stateCache.set(lifecycle, states)
  }
  return states
}

function judge(cell: Cell, expected: Expected, decided: Decided, before: ActorState): string | undefined {
  const { verdict, step } = decided
  if (verdict.kind !== expected.kind) return `expected ${expected.kind}`
  if (expected.kind === 'accepted') {
    if (verdict.kind !== 'accepted' || step === undefined) return 'no step'
    if (phaseOf(step.state) !== expected.to || verdict.phase !== expected.to)
      return `expected to be in ${expected.to}`
    if (verdict.from !== cell.phase) return 'it does not say from where'
    return judgeStart(cell, expected.starts, step.effects, contextOf(step.state).warrants)
  }
  if (step !== undefined) return 'a step was taken'
  const unsaid = expected.says.find((text) => !verdict.reason.includes(text))
  if (unsaid !== undefined) return `the reason does not say ${unsaid}`
  if (verdict.kind !== 'refused' && verdict.kind !== 'violation') return undefined
  const here = {
    phase: cell.phase,
    signals: signalsIn(cell.phase),
    agents: [...allowed[cell.phase], ...everywhere],
  }
  const told = {
    ...verdict.allowed,
    signals: verdict.allowed.signals
      .map(({ type, by }) => ({ type, by: by.toSorted() }))
      .toSorted((one, other) => (one.type < other.type ? -1 : 1)),
  }
  if (canonicalJson(told) !== canonicalJson(here)) return `expected to be told ${canonicalJson(here)}`
  return verdict.lifecycle === at.id && phaseOf(before) === cell.phase
    ? undefined
    : 'it is about something else'
}

function judgeStart(
  cell: Cell,
  starts: string | null,
  effects: NonNullable<Decided['step']>['effects'],
  warrants: Readonly<Record<string, Warrant>>,
): string | undefined {
  const spawned = effects.flatMap((effect) => (effect.kind === 'spawn' ? [effect] : []))
  if (starts === null) return spawned.length === 0 ? undefined : `expected nothing to start`
  const run = `${starts}:${cell.signal}-1`
  if (spawned.length !== 1 || spawned[0]!.src !== starts || spawned[0]!.id !== run)
    return `expected ${starts} to start`
  const warrant = warrants[run]
  const tasks = warrant?.tasks.toSorted() ?? []
  return canonicalJson(tasks) === canonicalJson(workflows[starts]!.toSorted()) && warrant?.by === cell.by
    ? undefined
    : `expected a warrant of ${starts}’s tasks`
}

const run = 'schema_change:sig-9'
const other = 'optimize:sig-8'
const owner = 'schema_change'
const warrantsAsked = {
  none: null,
  open: run,
  closed: 'schema_change:sig-1',
  'another’s': other,
  forged: '__proto__',
} as const

/** What is wrong with how operations are let in: every phase, agent, sender and warrant. */
export function* admissionDifferences(
  lifecycle: Lifecycle,
  first: (phase: TablePhase, agent: string) => boolean = () => true,
): Generator<string> {
  const warrant = (of: string, workflow: string, tasks: readonly string[]): Warrant => ({
    run: of,
    workflow,
    arrow: 'SCHEMA_CHANGED',
    phase: 'STAGING',
    by: 'watcher:git',
    depth: 0,
    exclusive: false,
    tasks,
  })
  const tasks = agents.map((agent) => `${agent}.named`)
  const opened = stateIn(lifecycle, 'DEVELOPMENT', {
    warrants: { [run]: warrant(run, owner, tasks), [other]: warrant(other, 'optimize', tasks) },
  })
  for (const phase of phases) {
    const state = { ...opened, snapshot: { ...opened.snapshot, value: phase } }
    const before = canonicalJson(state)
    for (const agent of [...agents, 'stranger-agent']) {
      if (!first(phase, agent)) continue
      for (const [kind, carried] of Object.entries(warrantsAsked)) {
        for (const task of ['named', 'unnamed']) {
          for (const by of askers(agent)) {
            const data: JsonObject = { id: 'operation-1', agent, task, warrant: carried, input: {} }
            const decided = decide(lifecycle, state, event('OPERATION_REQUESTED', by, data), at)
            const expected = expectedAdmission({
              phase,
              agent,
              by,
              warrant: kind as keyof typeof warrantsAsked,
              owner,
              named: task === 'named' && agent !== 'stranger-agent',
            })
            const wrong =
              judgeAdmission(decided, expected, agent) ??
              (canonicalJson(state) === before ? undefined : 'state')
            if (wrong !== undefined) {
              yield `${phase} ${by} asks for ${agent}.${task}, warrant ${kind}: ${wrong}: ${canonicalJson(decided.verdict)}`
            }
          }
        }
      }
    }
  }
}

function askers(agent: string): Principal[] {
  const another = agent === 'monitoring-agent' ? 'developer-agent' : 'monitoring-agent'
  return [
    `agent:${agent}`,
    `agent:${another}`,
    'person:ann',
    'rule:error_spike',
    `workflow:${owner}`,
    'workflow:deploy',
    'watcher:git',
    'watcher:inbox',
    'system',
  ]
}

function judgeAdmission(
  decided: Decided,
  expected: ReturnType<typeof expectedAdmission>,
  agent: string,
): string | undefined {
  const { verdict, step } = decided
  if (expected === 'refused') {
    if (verdict.kind !== 'refused' || step !== undefined) return 'expected a refusal'
    const phasesOf = phases.filter((phase) => everywhere.includes(agent) || allowed[phase].includes(agent))
    const unsaid = [agent, ...phasesOf, ...allowed[verdict.phase as TablePhase]].find(
      (text) => !verdict.reason.includes(text),
    )
    return unsaid === undefined ? undefined : `the reason does not say ${unsaid}`
  }
  const operation = step === undefined ? undefined : contextOf(step.state).operations['operation-1']
  if (expected === 'accepted') {
    const runs = step?.effects.some((effect) => effect.kind === 'emit' && effect.event.type === 'run')
    return verdict.kind === 'accepted' && operation?.status === 'running' && runs === true
      ? undefined
      : 'expected to be let in'
  }
  const waits = verdict.kind === 'waiting' && verdict.awaiting === expected && operation?.status === 'waiting'
  return waits && operation?.awaiting === expected ? undefined : `expected to wait, ${expected}`
}
