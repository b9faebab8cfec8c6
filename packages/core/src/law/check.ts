import { releaseActions } from '../release/release-actions.ts'
import { tasksOf } from '../workflow/definition.ts'
import { gatesOf, isFinal, type Arrow } from './definition.ts'
import { gates as releaseGates } from './gates.ts'
import { invariantFindings, type LawInvariant } from './invariant.ts'
import type { Lifecycle } from './lifecycle.ts'
import { arrowAt, arrowsOf, phasesAllowing } from './topology.ts'
import { createWalk, type Walk } from './walk.ts'

/**
 * What can be wrong with a law.
 *
 * - `unreachable`: no way leads to the phase, except a person's word (an arrow to `*`).
 * - `trap`: no way leads out of the phase, and it is not final (a phase with no arrow and no agent is).
 * - `dead_arrow`: nobody may take the arrow: those that it names are not allowed where it stands.
 * - `uncovered_step`: a workflow asks for an agent that no phase allows and no warrant covers.
 * - `idle_agent`: an agent that may act nowhere.
 * - `unused_gate`, `unused_action`, `unused_workflow`: of your own, and named by no arrow.
 * - `invariant`: a promise that does not hold; `path` is the shortest list of signals that breaks it.
 */
export type FindingKind =
  | 'unreachable'
  | 'trap'
  | 'dead_arrow'
  | 'uncovered_step'
  | 'idle_agent'
  | 'unused_gate'
  | 'unused_action'
  | 'unused_workflow'
  | 'invariant'

/** One thing that is wrong with a law. */
export interface Finding {
  readonly kind: FindingKind
  /** What it is about: a phase, `SIGNAL of PHASE`, `workflow: agent.task`, an agent, a name. */
  readonly about: string
  /** What a person is told, with the way out. */
  readonly text: string
  /** Signals, in order, that lead from the opening of a lifecycle to what is wrong, the fewest there are. */
  readonly path?: readonly string[]
}

/** What else to check. */
export interface CheckOptions {
  /** Promises about the ways through the chart. */
  readonly invariants?: readonly LawInvariant[]
}

/**
 * Checks a law by walking all of it: it is finite. Gates count as open, since nobody can say of a gate that it never
 * opens; a finding therefore holds whatever the gates say. Findings come in the order of the definition.
 *
 * @throws OpschartError code `configuration` when an invariant names a phase or a signal that there is not.
 */
export function checkLaw(lifecycle: Lifecycle, options: CheckOptions = {}): Finding[] {
  const walk = createWalk(lifecycle)
  return [
    ...phaseFindings(lifecycle, walk),
    ...arrowFindings(lifecycle, walk),
    ...workflowFindings(lifecycle),
    ...agentFindings(lifecycle),
    ...unusedFindings(lifecycle),
    ...(options.invariants ?? []).flatMap((invariant) => invariantFindings(lifecycle, walk, invariant)),
  ]
}

function phaseFindings({ definition }: Lifecycle, walk: Walk): Finding[] {
  const reached = walk.reached()
  return Object.entries(definition.phases).flatMap(([phase, given]): Finding[] => {
    const path = reached.get(phase)
    if (path === undefined) {
      const word = Object.entries(definition.all ?? {}).find(([, arrow]) => arrow.to === '*')
      const only =
        word === undefined ? 'no arrow that anyone may take leads to it' : `only ${word[0]} leads to it`
      return [
        { kind: 'unreachable', about: phase, text: `${phase} is never reached: ${only}; add an arrow to it` },
      ]
    }
    const leaves = walk.edges(phase).some(({ to }) => to !== phase)
    if (leaves || isFinal(given)) return []
    const text = `${phase} is never left; add an arrow that leaves it, or take its arrows and agents away to make it the end`
    return [{ kind: 'trap', about: phase, text, path }]
  })
}

function arrowFindings({ definition }: Lifecycle, walk: Walk): Finding[] {
  return arrowsOf(definition).flatMap(({ phase, signal, arrow }): Finding[] => {
    const places = phase === '*' ? Object.keys(definition.phases) : [phase]
    const here = places.filter((place) => arrowAt(definition, place, signal) === arrow || phase !== '*')
    if (here.some((place) => walk.mayTake(place, arrow))) return []
    const about = `${signal} of ${phase === '*' ? 'all phases' : phase}`
    return [{ kind: 'dead_arrow', about, text: `${about} can be taken by nobody: ${whyDead(arrow)}` }]
  })
}

function whyDead(arrow: Arrow): string {
  if (arrow.by?.length === 0) return 'its `by` is empty; name who may send it'
  return `it names ${arrow.by?.join(', ')}, but none of them is ever allowed to act there; allow one, or name another`
}

function workflowFindings({ definition, workflows }: Lifecycle): Finding[] {
  const started = new Set(arrowsOf(definition).map(({ arrow }) => arrow.starts))
  return Object.entries(workflows).flatMap(([name, workflow]) =>
    tasksOf(workflow).flatMap((task): Finding[] => {
      const agent = task.slice(0, task.indexOf('.'))
      const about = `${name}: ${task}`
      const known = definition.agents.includes(agent)
      if (!known && started.has(name)) {
        const text = `${name} asks for ${task}, but ${agent} is no agent of the law; there are ${definition.agents.join(', ')}`
        return [{ kind: 'uncovered_step', about, text }]
      }
      if (started.has(name) || phasesAllowing(definition, agent).length > 0) return []
      const text = `${name} asks for ${task}, but no phase allows ${agent}, and no arrow starts ${name} and so covers it`
      return [{ kind: 'uncovered_step', about, text }]
    }),
  )
}

function agentFindings({ definition, workflows }: Lifecycle): Finding[] {
  const covered = new Set(
    arrowsOf(definition).flatMap(({ arrow }) => {
      const workflow = arrow.starts === undefined ? undefined : workflows[arrow.starts]
      return workflow === undefined ? [] : tasksOf(workflow).map((task) => task.slice(0, task.indexOf('.')))
    }),
  )
  return definition.agents
    .filter((agent) => phasesAllowing(definition, agent).length === 0 && !covered.has(agent))
    .map((agent) => ({
      kind: 'idle_agent',
      about: agent,
      text: `${agent} may act in no phase and in no workflow; allow it in one, or take it off the list`,
    }))
}

function unusedFindings(lifecycle: Lifecycle): Finding[] {
  const { definition, gates, actions, workflows } = lifecycle
  const arrows = arrowsOf(definition).map(({ arrow }) => arrow)
  const later = Object.values(definition.phases).flatMap(({ after }) =>
    Object.values(after ?? {}).flatMap(({ does }) => does),
  )
  const used = {
    gate: new Set(arrows.flatMap(gatesOf)),
    action: new Set([...arrows.flatMap(({ does }) => does ?? []), ...later]),
    workflow: new Set(arrows.flatMap(({ starts }) => (starts === undefined ? [] : [starts]))),
  }
  // What the default law brings along is there for everybody; only what was added to it can be superfluous.
  const own = {
    gate: added(gates, releaseGates),
    action: added(actions, releaseActions),
    workflow: Object.keys(workflows),
  }
  return (['gate', 'action', 'workflow'] as const).flatMap((kind) =>
    own[kind]
      .filter((name) => !used[kind].has(name))
      .map((name) => ({
        kind: `unused_${kind}` as const,
        about: name,
        text: `the ${kind} ${name} is named by no arrow; name it in one, or take it away`,
      })),
  )
}

const added = (all: Readonly<Record<string, unknown>>, builtIn: Readonly<Record<string, unknown>>) =>
  Object.keys(all).filter((name) => all[name] !== builtIn[name])
