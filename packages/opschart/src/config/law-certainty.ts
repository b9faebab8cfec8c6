import type { Finding, ProblemPath } from './problem.ts'

/**
 * What is sure of a law whose table has mistakes. What is not is not held against the rest of the configuration: it
 * would be told of what only follows from a mistake that is told already.
 */
export interface LawCertainty {
  /** Which phases there are, and which signal leads where. */
  readonly arrows: boolean
  readonly senders: boolean
  /** Which workflows arrows start. */
  readonly starts: boolean
  /** Which phases allow an agent. */
  readonly agents: boolean
}

const members = ['allowed_agents', 'next_states', 'auto_trigger']

/** What the errors among these findings leave sure. */
export function certaintyOf(findings: readonly Finding[]): LawCertainty {
  const wrong = findings.flatMap(({ severity, path }) =>
    severity === 'error' && path[0] === 'states' ? [partOf(path)] : [],
  )
  const arrows = !wrong.some((part) => part === 'row' || part === 'arrow')
  return {
    arrows,
    senders: arrows && !wrong.includes('by'),
    starts: arrows && !wrong.includes('starts'),
    agents: !wrong.some((part) => part === 'row' || part === 'agents'),
  }
}

/** The part of the table that an error leaves unsure. */
function partOf([, phase, member, to, key]: ProblemPath):
  | 'row'
  | 'arrow'
  | 'by'
  | 'starts'
  | 'agents'
  | null {
  if (phase === undefined || member === undefined || !members.includes(String(member))) return 'row'
  if (member === 'allowed_agents') return 'agents'
  if (member === 'auto_trigger') return null
  if (to === undefined || key === undefined) return 'arrow'
  if (key === 'by' || key === 'starts') return key
  return key === 'gate' ? null : 'arrow'
}

/**
 * The findings about a composed law that hold beside the mistakes of its table. A table with a misspelt phase has gaps
 * that nobody meant: of these only the misspelling is told.
 */
export function sureOf(law: readonly Finding[], table: readonly Finding[]): readonly Finding[] {
  const { arrows, starts } = certaintyOf(table)
  if (arrows) return law.filter(({ path }) => starts || path[2] !== 'auto_trigger')
  const wrong = table.filter(({ severity, path }) => severity === 'error' && path[0] === 'states')
  return law.filter(
    ({ severity, path }) =>
      severity === 'error' &&
      path.length === 4 &&
      !wrong.some(({ path: other }) => isAround(other, path) && leaves(other)),
  )
}

/** Whether an error leaves it unsure that an arrow is there. */
function leaves(path: ProblemPath): boolean {
  const part = partOf(path)
  return part === 'row' || part === 'arrow'
}

/** Whether one path leads to the other, or on from it. */
const isAround = (one: ProblemPath, other: ProblemPath) =>
  one.slice(0, other.length).every((part, index) => part === other[index])
