import type { OperationInput } from '@opschart/core'

import { member } from '../project/json-value.ts'

/**
 * What an earlier step gave: of this workflow, else what the signal that started it carries (a roll-back is its own
 * workflow, and is handed the findings of the one that asked for it). Undefined when neither has it.
 */
export function outputOf(input: OperationInput, task: string): unknown {
  return (
    member(input.results, task) ??
    member(input.signal.data, task) ??
    member(input.signal.data, 'results', task)
  )
}

/** The incident that an operation belongs to: the open one, else the run that works on it. */
export function incidentOf(input: OperationInput): string {
  return input.incident ?? input.run
}
