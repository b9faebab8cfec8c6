import { phasesAllowing, type LifecycleDefinition, type WorkflowDefinition } from '@opschart/core'

import type { KnownNames } from './known-names.ts'
import type { LawCertainty } from './law-certainty.ts'
import type { Finding, ProblemPath } from './problem.ts'

/** What rules are held against. */
export interface RuleGround {
  readonly names: KnownNames
  readonly definition: LifecycleDefinition
  /** What of the definition is sure. */
  readonly certainty: LawCertainty
  /** Workflows with a mistake of their own: which tasks they hold is not sure. */
  readonly broken: ReadonlySet<string>
  /** The user's workflows; the default ones are known. */
  readonly workflows: Readonly<Record<string, WorkflowDefinition>>
}

/** A result with what was found on the way. */
export interface Checked<Result> {
  readonly result: readonly Result[]
  readonly findings: readonly Finding[]
}

/** An agent that no phase allows is refused whatever it asks for [L3]; better said now. */
export function neverAllowed(
  agent: string,
  path: ProblemPath,
  { definition, certainty }: Pick<RuleGround, 'definition' | 'certainty'>,
): Finding | undefined {
  if (!certainty.agents || phasesAllowing(definition, agent).length > 0) return undefined
  return {
    severity: 'error',
    path,
    message: `no phase allows ${agent}, so it could never do this`,
    expected: `${agent} among the allowed_agents of a phase, or the task as a step of a workflow that an arrow starts`,
  }
}
