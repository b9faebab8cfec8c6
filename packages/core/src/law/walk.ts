import { tasksOf } from '../workflow/definition.ts'
import type { Arrow } from './definition.ts'
import type { Lifecycle } from './lifecycle.ts'
import { arrowAt, arrowsOf } from './topology.ts'

/** One way from a phase to a phase (perhaps the same). */
export interface Edge {
  readonly signal: string
  readonly to: string
  /** Whether it is a person's word, which leads anywhere. */
  readonly word: boolean
}

/** A law as a graph: phases, and the ways that somebody may take. */
export interface Walk {
  /** The ways out of a phase that somebody may take, in the order of the chart. */
  edges(phase: string): readonly Edge[]
  /** Whether anyone at all may take an arrow in a phase. Gates count as open. */
  mayTake(phase: string, arrow: Arrow): boolean
  /** Each phase that is reached without a person's word, with the fewest signals that lead there. */
  reached(): ReadonlyMap<string, readonly string[]>
}

/** Makes the graph of a law. */
export function createWalk(lifecycle: Lifecycle): Walk {
  const { definition } = lifecycle
  const phases = Object.keys(definition.phases)
  const open = warrantedAgents(lifecycle)

  const mayTake = (phase: string, arrow: Arrow): boolean => {
    if (arrow.by === undefined) return true
    const allowed = [
      ...(definition.phases[phase]?.allow ?? []),
      ...(definition.everywhere ?? []),
      ...open(phase),
    ]
    return arrow.by.some((entry) => {
      if (definition.agents.includes(entry)) return allowed.includes(entry)
      const workflow = entry.startsWith('workflow:') ? entry.slice('workflow:'.length) : undefined
      return (
        workflow === undefined || arrowsOf(definition).some(({ arrow: other }) => other.starts === workflow)
      )
    })
  }

  const edges = (phase: string): Edge[] => {
    const signals = new Set(arrowsOf(definition).map(({ signal }) => signal))
    const found: Edge[] = []
    for (const signal of signals) {
      const arrow = arrowAt(definition, phase, signal)
      if (arrow === undefined || !mayTake(phase, arrow)) continue
      if (arrow.to === '*') for (const to of phases) found.push({ signal, to, word: true })
      else found.push({ signal, to: arrow.to ?? phase, word: false })
    }
    for (const to of definition.phases[phase]?.moves ?? [])
      found.push({ signal: 'MOVE_REQUESTED', to, word: false })
    return found
  }

  return {
    edges,
    mayTake,
    reached() {
      const paths = new Map<string, readonly string[]>([[definition.initial, []]])
      for (const phase of paths.keys()) {
        for (const { signal, to, word } of edges(phase)) {
          if (!word && !paths.has(to)) paths.set(to, [...paths.get(phase)!, signal])
        }
      }
      return paths
    },
  }
}

/** Agents that may hold a warrant in a phase: of a workflow that was started there, or that goes on elsewhere. */
function warrantedAgents({ definition, workflows }: Lifecycle): (phase: string) => string[] {
  return (phase) =>
    arrowsOf(definition).flatMap(({ phase: from, arrow }) => {
      const workflow = arrow.starts === undefined ? undefined : workflows[arrow.starts]
      if (workflow === undefined) return []
      const opened = arrow.to ?? from
      const survives =
        workflow.survives === true ||
        workflow.steps.some((step) => 'survives' in step && step.survives === true)
      if (!survives && opened !== phase && opened !== '*') return []
      return tasksOf(workflow).map((task) => task.slice(0, task.indexOf('.')))
    })
}
