import {
  arrowsOf,
  releaseLifecycle,
  releaseWorkflows,
  type Arrow,
  type LifecycleDefinition,
  type WorkflowDefinition,
} from '@opschart/core'

/** The law that holds where the configuration says nothing. */
export const defaultLaw: LifecycleDefinition = releaseLifecycle.definition

/** The workflows of the default law, by name. */
export const defaultWorkflows: Readonly<Record<string, WorkflowDefinition>> = releaseWorkflows

/** The default law's arrow for a signal: the phase's own, else the first in the chart's order, else that of all phases. */
export function defaultArrow(phase: string, signal: string): Arrow | undefined {
  const arrows = arrowsOf(defaultLaw).filter((each) => each.signal === signal)
  return (arrows.find((each) => each.phase === phase) ?? arrows[0])?.arrow
}
