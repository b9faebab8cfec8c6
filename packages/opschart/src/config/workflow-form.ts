import type { StepDefinition, WorkflowDefinition } from '@opschart/core'

import { defaultWorkflows } from './default-law.ts'
import type { ProblemPath } from './problem.ts'
import type { Sound } from './sound-parts.ts'
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

/** Whether a branch is one step that was not put into a list of its own; a list of steps holds no texts. */
export function isSingleStep(branch: unknown): boolean {
  return !Array.isArray(branch) || branch.some((part) => typeof part === 'string')
}

/** A workflow as `workflows` writes it, as far as it fits its form. */
export type SoundWorkflow = Sound<WorkflowConfiguration>

/** The steps of a workflow as they were written, and where they stand: they may be the workflow itself. */
export function writtenSteps(
  name: string,
  written: SoundWorkflow,
): { readonly steps: readonly (Sound<WrittenStep> | undefined)[]; readonly path: ProblemPath } {
  return isList(written)
    ? { steps: written, path: ['workflows', name] }
    : { steps: written.steps ?? [], path: ['workflows', name, 'steps'] }
}

/** The signals that a workflow sends: by its steps, and by how it ends. Inherited ones stand at the workflow's name. */
export function sentBy(name: string, written: SoundWorkflow | undefined): SentSignal[] {
  const inherited = Object.hasOwn(defaultWorkflows, name) ? defaultWorkflows[name] : undefined
  const own = written === undefined ? undefined : writtenSteps(name, written)
  const path = own?.path ?? ['workflows', name]
  const sent = (own?.steps ?? inherited?.steps ?? []).flatMap((step, index) =>
    step !== undefined && 'signal' in step && step.signal !== undefined
      ? [{ signal: step.signal, path: [...path, index, 'signal'] }]
      : [],
  )
  const map = written === undefined || isList(written) ? {} : written
  const ends = (['succeeds', 'fails'] as const).flatMap((end) => {
    const isWritten = map[end] !== undefined
    const signal = (isWritten ? map[end] : inherited?.[end])?.signal
    if (signal === undefined) return []
    return [{ signal, path: isWritten ? ['workflows', name, end, 'signal'] : ['workflows', name] }]
  })
  return [...sent, ...ends]
}

const isList = <Item>(value: readonly Item[] | object): value is readonly Item[] => Array.isArray(value)
