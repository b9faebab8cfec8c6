import type { Arrow, PhaseDefinition, WorkflowDefinition } from '@opschart/core'

import { requestSignal } from './complete-law.ts'
import { defaultWorkflows } from './default-law.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { listed } from './schema-findings.ts'

/** A law's phases, the one it begins in, and the workflows of the user's own that it may name. */
export interface TriggeredPhases {
  readonly phases: Readonly<Record<string, PhaseDefinition>>
  readonly initial: string
  readonly workflows: Readonly<Record<string, Pick<WorkflowDefinition, 'exclusive'>>>
}

/**
 * Makes `auto_trigger` mean what it says, for each phase that the table says it of: where it is false, the arrows into
 * the phase start nothing, and a person asks for their workflow by a signal of the phase; where it is true and no such
 * arrow starts anything, that is told. What nobody wrote and nothing keeps falls away.
 */
export function triggerPhases(
  { phases, initial, workflows }: TriggeredPhases,
  written: ReadonlyMap<string, boolean>,
): { phases: Record<string, PhaseDefinition>; findings: Finding[] } {
  const result: Record<string, PhaseDefinition> = { ...phases }
  const findings: Finding[] = []
  for (const [name, isOn] of written) {
    if (isOn || !Object.hasOwn(result, name)) continue
    const started = startedInto(result, name)
    for (const from of Object.keys(result)) result[from] = withoutStarts(from, result[from]!, name)
    for (const workflow of started) {
      const asked = askedFor(workflow, result[name]!, name)
      if (asked === undefined) {
        findings.push(signalTaken(workflow, name))
        continue
      }
      if (asked.arrow !== undefined) {
        const { exclusive } = workflows[workflow] ?? defaultWorkflows[workflow] ?? {}
        const gate = exclusive === true ? { gate: 'nothing_else_under_way' } : {}
        const arrow = { by: asked.arrow.by, ...gate, starts: workflow }
        result[name] = { ...result[name], on: { ...result[name]!.on, [asked.signal]: arrow } }
      }
      findings.push({
        severity: 'note',
        path: pathOf(name),
        message: `entering ${name} starts nothing by itself: a person asks for ${workflow} with opschart send <lifecycle> ${asked.signal}`,
      })
    }
  }
  for (const [name, phase] of Object.entries(result)) {
    if (phase.auto_trigger !== true || startedInto(result, name).length > 0) continue
    if (written.has(name)) {
      const from = leadingTo(name, result)
      // Of a phase out of reach that is told already.
      if (from !== undefined || name === initial)
        findings.push(startsNothing(name, from, Object.keys(workflows)))
    } else {
      const { auto_trigger: _, ...rest } = phase
      result[name] = rest
    }
  }
  return { phases: result, findings }
}

const pathOf = (phase: string): ProblemPath => ['states', phase, 'auto_trigger']

const long = (arrow: string | Arrow): Arrow => (typeof arrow === 'string' ? { to: arrow } : arrow)

const leadsInto = (from: string, arrow: Arrow, phase: string) => arrow.to === phase && from !== phase

/** The workflows that arrows into a phase start. */
function startedInto(phases: Readonly<Record<string, PhaseDefinition>>, name: string): string[] {
  const started = Object.entries(phases).flatMap(([from, { on }]) =>
    Object.values(on ?? {}).flatMap((short) => {
      const arrow = long(short)
      return leadsInto(from, arrow, name) && arrow.starts !== undefined ? [arrow.starts] : []
    }),
  )
  return [...new Set(started)]
}

/** A phase whose arrows into another start nothing: a person is told instead. */
function withoutStarts(from: string, phase: PhaseDefinition, into: string): PhaseDefinition {
  if (phase.on === undefined) return phase
  const on = Object.entries(phase.on).map(([signal, short]): [string, string | Arrow] => {
    const { starts, ...arrow } = long(short)
    if (starts === undefined || !leadsInto(from, arrow, into)) return [signal, short]
    return [signal, { ...arrow, does: [...(arrow.does ?? []), 'ask_a_person'] }]
  })
  return { ...phase, on: Object.fromEntries(on) }
}

/** The signal of a phase by which a workflow is asked for there: one that it has, else a new one with its arrow; undefined when that is taken. */
function askedFor(
  workflow: string,
  { on }: PhaseDefinition,
  name: string,
): { signal: string; arrow?: { by: ['person'] } } | undefined {
  const staying = Object.entries(on ?? {}).find(([, short]) => {
    const { starts, to } = long(short)
    return starts === workflow && (to === undefined || to === name)
  })
  if (staying !== undefined) return { signal: staying[0] }
  const signal = requestSignal(workflow)
  return Object.hasOwn(on ?? {}, signal) ? undefined : { signal, arrow: { by: ['person'] } }
}

function signalTaken(workflow: string, phase: string): Finding {
  const signal = requestSignal(workflow)
  return {
    severity: 'error',
    path: pathOf(phase),
    message: `${signal} would ask for ${workflow}, and means something else in ${phase}`,
    expected: `starts: ${workflow} on that arrow, or another name for its signal`,
  }
}

/** The first phase that leads to another, by a signal before one by a move. */
function leadingTo(
  name: string,
  phases: Readonly<Record<string, PhaseDefinition>>,
): { phase: string; bySignal: boolean } | undefined {
  const all = Object.entries(phases)
  const entering = all.find(([from, { on }]) =>
    Object.values(on ?? {}).some((arrow) => leadsInto(from, long(arrow), name)),
  )
  if (entering !== undefined) return { phase: entering[0], bySignal: true }
  const moving = all.find(([, { moves }]) => moves?.includes(name) === true)
  return moving === undefined ? undefined : { phase: moving[0], bySignal: false }
}

function startsNothing(
  phase: string,
  from: { phase: string; bySignal: boolean } | undefined,
  own: readonly string[],
): Finding {
  const names = [...new Set([...own, ...Object.keys(defaultWorkflows)])]
  const workflow = own[0] ?? '<workflow>'
  const entry =
    from?.bySignal === true ? `{starts: ${workflow}}` : `{on: ${phase}_REQUESTED, starts: ${workflow}}`
  return {
    severity: 'error',
    path: pathOf(phase),
    message: `auto_trigger starts the workflow of the arrow that leads here, and no arrow to ${phase} has one`,
    expected:
      from === undefined
        ? 'it taken out: no arrow leads here'
        : `in states.${from.phase}.next_states: {${phase}: ${entry}}; the workflows are ${listed(names)}`,
  }
}
