import type { ErrorNames } from './error-names.ts'
import type { LocatedFrame } from './locate-frames.ts'
import type { StackFrame } from './stack-frames.ts'

/** One reason to suspect a change. */
export interface Evidence {
  readonly what:
    | 'changed_failing_line'
    | 'removed_check'
    | 'removed_near_failing_line'
    | 'changed_failing_function'
    | 'changed_value'
    | 'changed_called_function'
    | 'removed_name'
    | 'added_name'
    | 'edited_name'
    | 'configuration_value'
    | 'configuration_key'
    | 'dependency_in_stack'
    | 'dependency_named'
    | 'dependency_called'
    | 'database_object'
    | 'failing_route'
    | 'touched_file'
    | 'time'
    | 'outside'
  /** One sentence for a person. Holds outside text: it is made harmless before it leaves the task. */
  readonly detail: string
  readonly file?: string
  readonly line?: number
  /** How much it counts. Above 1 it speaks of the failure itself; below, it is a hint. */
  readonly weight: number
}

/** A group of failures, found in the deployed code. */
export interface LocatedFailure {
  /** Its share of the incident, 0 to 1. */
  readonly share: number
  readonly names: ErrorNames
  /** All frames of its sample, top first. */
  readonly frames: readonly StackFrame[]
  /** Those of the project's own code. */
  readonly located: readonly LocatedFrame[]
}

/** What evidence is weighed against: all changes of the release, so that a name that all of them touch counts little. */
export interface EvidenceContext {
  /** Number of changes whose changed lines have the word. */
  spread(word: string): number
  /** Routes that fail, and routes that do not. */
  readonly failingRoutes: readonly string[]
}

/** A word that one change alone touches tells most. */
export function rarity(spread: number): number {
  return spread <= 1 ? 1 : 1 / Math.sqrt(spread)
}
