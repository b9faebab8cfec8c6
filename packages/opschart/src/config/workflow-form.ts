import type { StepDefinition, WorkflowDefinition } from '@opschart/core'

import { defaultWorkflows } from './default-law.ts'
import type { ProblemPath } from './problem.ts'
import type { WorkflowConfiguration } from './workflow-schema.ts'

/** A signal that a workflow sends, and where the configuration says so. */
export interface SentSignal {
  readonly signal: string
  readonly path: ProblemPath
}

/**
 * A workflow as core reads it: branches of one step get their list, and one with a default's name takes the default's
 * other properties where it names none (null takes a signal away).
 */
export function completeWorkflow(name: string, written: WorkflowConfiguration): WorkflowDefinition {
  const map: Exclude<WorkflowConfiguration, readonly unknown[]> = Array.isArray(written)
    ? { steps: written }
    : written
  const { steps: _, ...inherited } = Object.hasOwn(defaultWorkflows, name)
    ? defaultWorkflows[name]!
    : { steps: [] }
  const properties = Object.entries({ ...inherited, ...map, steps: map.steps.map(completeStep) })
  return Object.fromEntries(
    properties.filter(([, value]) => value !== null && value !== undefined),
  ) as unknown as WorkflowDefinition
}

/** A step as `workflows` writes it. */
export type WrittenStep = Extract<WorkflowConfiguration, readonly unknown[]>[number]

function completeStep(step: WrittenStep): StepDefinition {
  if (Array.isArray(step) || !('parallel' in step)) return step as StepDefinition
  return {
    ...step,
    parallel: step.parallel.map((branch) => (isSingleStep(branch) ? [branch] : branch)),
  } as StepDefinition
}

/** Whether a branch is one step that was not put into a list of its own. */
export function isSingleStep(branch: unknown): boolean {
  return !Array.isArray(branch) || (branch.length === 2 && branch.every((part) => typeof part === 'string'))
}

/** Where a workflow's steps stand: it may be their list itself. */
export function stepsPathOf(name: string, written: WorkflowConfiguration): ProblemPath {
  return Array.isArray(written) ? ['workflows', name] : ['workflows', name, 'steps']
}

/** The signals that a workflow sends: by its steps, and by how it ends. Inherited ones stand at the workflow's name. */
export function sentBy(
  name: string,
  workflow: WorkflowDefinition,
  written: WorkflowConfiguration | undefined,
): SentSignal[] {
  const path = written === undefined ? ['workflows', name] : stepsPathOf(name, written)
  const steps = workflow.steps.flatMap((step, index) =>
    'signal' in step ? [{ signal: step.signal, path: [...path, index, 'signal'] }] : [],
  )
  const ends = (['succeeds', 'fails'] as const).flatMap((end) => {
    const signal = workflow[end]?.signal
    if (signal === undefined) return []
    const isWritten = written !== undefined && !Array.isArray(written) && written[end] !== undefined
    return [{ signal, path: isWritten ? ['workflows', name, end, 'signal'] : ['workflows', name] }]
  })
  return [...steps, ...ends]
}
