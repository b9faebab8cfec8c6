/** `error`: nothing is started with it. `warning`: it works, but hardly as meant. `note`: what was understood. */
export type ProblemSeverity = 'error' | 'warning' | 'note'

/** Where in the configuration: keys and positions from the top. */
export type ProblemPath = readonly (string | number)[]

/** Something found in the configuration's data, before it is known where in the text it stands. */
export interface Finding {
  readonly severity: ProblemSeverity
  readonly path: ProblemPath
  /** Whether the name at the path is meant, or its value; `value` when absent. */
  readonly at?: 'key' | 'value'
  /** What is wrong, without a full stop. */
  readonly message: string
  /** What would be right. */
  readonly expected?: string
  /** The name that is not known, and those that are: the nearest one is offered. */
  readonly name?: string
  readonly candidates?: readonly string[]
}

/** Something in a configuration file that a person should know, with the place where it stands [R1]. */
export interface Problem {
  readonly severity: ProblemSeverity
  /** As the file was named to us; relative to the project when it was loaded from one. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number
  /** How much of the line is meant, in code units; at least 1. */
  readonly length: number
  /** `states.REVIEW.allowed_agents[0]`; empty for the whole file. */
  readonly path: string
  readonly message: string
  /** What would be right. */
  readonly expected?: string
  /** The valid name that was most likely meant. */
  readonly nearest?: string
  /** The line with its neighbours, numbered, and a caret under what is meant; empty when there is no text. */
  readonly frame: string
}

/** A path as people write it: `services.web.deploy[1]`. */
export function pathText(path: ProblemPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')
}
