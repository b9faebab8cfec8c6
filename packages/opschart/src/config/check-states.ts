import { nearestName } from '@opschart/core'

import type { KnownNames } from './known-names.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { listed } from './schema-findings.ts'
import type { Sound } from './sound-parts.ts'
import type { ArrowConfiguration, StateConfiguration } from './state-schema.ts'

const kinds = ['person', 'watcher', 'rule', 'system'] as const

/** Whether the law itself is worked by a signal; an arrow of the table would take its place. */
export const belongsToLaw = (signal: string): boolean =>
  /^(?:OPERATION_[A-Z_]+|MOVE_REQUESTED|ADOPTED)$/.test(signal)

/** Looks up every name in the table of phases. */
export function checkStates(
  states: Sound<Readonly<Record<string, StateConfiguration>>>,
  names: KnownNames,
): Finding[] {
  return Object.entries(states).flatMap(([phase, state]) => {
    const path: ProblemPath = ['states', phase]
    const agents = (state?.allowed_agents ?? []).flatMap((agent, index) =>
      agent === undefined ? [] : checkAgent(agent, [...path, 'allowed_agents', index], names),
    )
    return [...agents, ...checkTargets(state?.next_states, [...path, 'next_states'], names)]
  })
}

function checkAgent(agent: string, path: ProblemPath, names: KnownNames): Finding[] {
  if (names.agents.includes(agent)) return checkNewAgent(agent, path, names)
  return [
    {
      severity: 'error',
      path,
      message: `no agent is called ${plainText(agent, 60)}, and the name is very near ${nearestName(agent, names.agents) ?? 'another'}`,
      expected: `${listed(names.agents)}; a new agent with such a name is declared under agents`,
      name: agent,
      candidates: names.agents,
    },
  ]
}

/** Shortest name that may be the beginning of another's by mistake, in characters. */
const leastBeginning = 3

/** A new agent is named as one may be that acts by its signals alone; the beginning of one that is known is hardly meant so. */
function checkNewAgent(agent: string, path: ProblemPath, { declared }: KnownNames): Finding[] {
  if (declared.includes(agent) || agent.length < leastBeginning) return []
  const meant = declared.filter((known) => known.startsWith(agent))
  if (meant.length === 0) return []
  return [
    {
      severity: 'warning',
      path,
      message: `${plainText(agent, 60)} has no task, and ${listed(meant)} may not act here; did you mean ${meant[0]}?`,
      expected: `${listed(meant)}; a new agent stands under agents, with its tasks`,
    },
  ]
}

function checkTargets(
  next: Sound<StateConfiguration['next_states']>,
  path: ProblemPath,
  names: KnownNames,
): Finding[] {
  if (next === undefined) return []
  const entries = isList(next) ? next.map((to) => [to, null] as const) : Object.entries(next)
  return entries.flatMap(([to, arrow], index) => {
    if (to === undefined) return []
    const place: Pick<Finding, 'path' | 'at'> = isList(next)
      ? { path: [...path, index] }
      : { path: [...path, to], at: 'key' }
    const unknown: Finding[] = names.phases.includes(to)
      ? []
      : [
          {
            severity: 'error',
            ...place,
            message: `no phase is called ${to}`,
            expected: `${listed(names.phases)}, or a row of its own under states`,
            name: to,
            candidates: names.phases,
          },
        ]
    return [
      ...unknown,
      ...(arrow === null || arrow === undefined ? [] : checkArrow(arrow, [...path, to], names)),
    ]
  })
}

function checkArrow(arrow: Sound<ArrowConfiguration>, path: ProblemPath, names: KnownNames): Finding[] {
  const findings: Finding[] = []
  const signals = [arrow.on ?? []].flat()
  signals.forEach((signal, index) => {
    if (signal === undefined || !belongsToLaw(signal)) return
    const at = Array.isArray(arrow.on) ? [...path, 'on', index] : [...path, 'on']
    findings.push({
      severity: 'error',
      path: at,
      message: `${signal} belongs to the law itself: no arrow may take its place`,
      expected: 'a signal of your own, such as CANARY_PASSED',
    })
  })
  arrow.by?.forEach((sender, index) => {
    if (sender !== undefined) findings.push(...checkSender(sender, [...path, 'by', index], names))
  })
  const gates = [arrow.gate ?? []].flat()
  gates.forEach((gate, index) => {
    if (gate === undefined || names.gates.includes(gate)) return
    const at = Array.isArray(arrow.gate) ? [...path, 'gate', index] : [...path, 'gate']
    findings.push({
      severity: 'error',
      path: at,
      message: `no gate is called ${plainText(gate, 60)}`,
      expected: listed(names.gates),
      name: gate,
      candidates: names.gates,
    })
  })
  const { starts } = arrow
  if (typeof starts === 'string' && !names.workflows.includes(starts)) {
    findings.push({
      severity: 'error',
      path: [...path, 'starts'],
      message: `no workflow is called ${starts}`,
      expected: listed(names.workflows),
      name: starts,
      candidates: names.workflows,
    })
  }
  return findings
}

function checkSender(sender: string, path: ProblemPath, names: KnownNames): Finding[] {
  const wrong = (message: string, name: string, candidates: readonly string[]): Finding[] => [
    { severity: 'error', path, message, expected: listed(candidates), name, candidates },
  ]
  const colon = sender.indexOf(':')
  if (colon < 0) {
    const known = [...kinds, ...names.agents]
    return known.includes(sender)
      ? []
      : wrong(`nobody who sends is called ${plainText(sender, 60)}`, sender, known)
  }
  const [kind, name] = [sender.slice(0, colon), sender.slice(colon + 1)]
  if (kind === 'workflow' && !names.workflows.includes(name)) {
    return wrong(
      `no workflow is called ${plainText(name, 60)}`,
      sender,
      names.workflows.map((each) => `workflow:${each}`),
    )
  }
  if (kind === 'agent')
    return [{ severity: 'error', path, message: `an agent is named without its kind`, expected: name }]
  const known = ['workflow', 'watcher', 'rule', 'person']
  return known.includes(kind)
    ? []
    : wrong(
        `no kind of sender is called ${plainText(kind, 60)}`,
        sender,
        known.map((each) => `${each}:${name}`),
      )
}

const isList = <Item>(value: readonly Item[] | object): value is readonly Item[] => Array.isArray(value)
