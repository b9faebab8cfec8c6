// A second reading of the law: what the table says, written apart from the code that it checks.

import { acts, agents, allowed, everywhere, phases, rows, type Row, type TablePhase } from './law-table.ts'

/** How a gate answers: as it should, with a no, with an exception, or with a promise. */
export type GateAnswer = 'open' | 'closed' | 'throws' | 'promises'

export interface Question {
  readonly phase: TablePhase
  readonly signal: string
  /** `agent:x`, `person:x`, `watcher:x`, `rule:x`, `workflow:x` or `system`. */
  readonly by: string
  /** Gates that are not named are open. */
  readonly gates: Readonly<Record<string, GateAnswer>>
  /** The phase that ADOPTED names. */
  readonly names?: string
}

export type Expected =
  | { readonly kind: 'accepted'; readonly to: TablePhase; readonly starts: string | null }
  | {
      readonly kind: 'refused' | 'violation' | 'ignored'
      /** What the reason must say. */
      readonly says: readonly string[]
    }

/** What the table says of a signal. */
export function expectedOf(question: Question): Expected {
  const { phase, signal, by, gates } = question
  const known = [...rows, ...acts].filter((row) => row.signal === signal)
  if (known.length === 0) return { kind: 'ignored', says: [signal] }
  const arrow = known.find((row) => row.phases.includes(phase))
  if (arrow === undefined) {
    return denied(question, known, 'no arrow', [
      'no such arrow',
      ...new Set(known.flatMap((row) => row.phases)),
    ])
  }
  const [kind = '', name = ''] = by.split(':')
  if (!isNamed(arrow.by, kind, name)) return denied(question, known, 'the sender', [by, ...arrow.by])
  if (kind === 'agent' && !allowed[phase].includes(name) && !everywhere.includes(name)) {
    return denied(question, known, 'the sender', [name, ...allowed[phase], ...everywhere])
  }
  if (arrow.to === 'named' && !phases.includes(question.names as TablePhase)) {
    return denied(question, known, 'a gate', ['no phase'])
  }
  for (const gate of arrow.gates) {
    const answer = gates[gate] ?? 'open'
    if (answer === 'closed') return denied(question, known, 'a gate', [gate])
    if (answer === 'throws') return { kind: 'refused', says: [`${gate} is broken`] }
    if (answer === 'promises') return { kind: 'refused', says: [gate, 'a promise'] }
  }
  const to = arrow.to === 'named' ? (question.names as TablePhase) : (arrow.to ?? phase)
  return { kind: 'accepted', to, starts: arrow.starts }
}

function isNamed(by: readonly string[], kind: string, name: string): boolean {
  if (kind === 'agent') return agents.some((agent) => agent === name) && by.includes(name)
  if (kind === 'workflow') return by.includes(`workflow:${name}`)
  if (kind === 'watcher' && (name === 'inbox' || name === 'http')) return by.includes(`watcher:${name}`)
  return by.includes(kind)
}

/** What is told of a signal that the law did not allow: reports are violations, requests are refused. */
function denied(
  { signal, by, phase }: Question,
  known: readonly Row[],
  why: 'no arrow' | 'the sender' | 'a gate',
  says: readonly string[],
): Expected {
  const own = acts.some((row) => row.signal === signal)
  const measures = known.some((row) => row.measured === true)
  const asks = by.startsWith('agent:') || by.startsWith('person:')
  if (measures && (why === 'a gate' || (why === 'no arrow' && !asks))) {
    return { kind: 'ignored', says: why === 'no arrow' && phase === 'INCIDENT' ? ['open incident'] : says }
  }
  const seen = by.startsWith('watcher:') && by !== 'watcher:inbox' && by !== 'watcher:http'
  return { kind: seen && !own && !signal.endsWith('_REQUESTED') ? 'violation' : 'refused', says }
}

/** The signals that have an arrow in a phase, each with all that may send it; sorted. */
export function signalsIn(phase: TablePhase): { type: string; by: string[] }[] {
  return rows
    .filter((row) => row.phases.includes(phase))
    .map((row) => ({ type: row.signal, by: row.by.toSorted() }))
    .toSorted((one, other) => (one.type < other.type ? -1 : 1))
}

/** What becomes of an operation that is asked for: let in, made to wait for a phase, or refused. */
export function expectedAdmission(asked: {
  readonly phase: TablePhase
  readonly agent: string
  readonly by: string
  readonly warrant: 'none' | 'open' | 'closed' | 'another’s' | 'forged'
  /** The workflow that the open warrant belongs to, and whether it names the task. */
  readonly owner: string
  readonly named: boolean
}): 'accepted' | 'refused' | `awaiting_${TablePhase}` {
  const { phase, agent, by, warrant } = asked
  if (by.startsWith('watcher:') || by === 'system') return 'refused'
  if (by.startsWith('agent:') && by !== `agent:${agent}`) return 'refused'
  if (warrant === 'open' || warrant === 'another’s') {
    return warrant === 'open' && by === `workflow:${asked.owner}` && asked.named ? 'accepted' : 'refused'
  }
  if (warrant !== 'none') return 'refused'
  if (allowed[phase].includes(agent) || everywhere.includes(agent)) return 'accepted'
  const nearest = nearestAdmitting(phase, agent)
  return nearest === undefined ? 'refused' : `awaiting_${nearest}`
}

/** The fewest arrows away; ties in chart order. A person's ADOPTED is nothing to wait for. */
export function nearestAdmitting(from: TablePhase, agent: string): TablePhase | undefined {
  const distance = new Map<TablePhase, number>([[from, 0]])
  for (let moved = true; moved;) {
    moved = false
    for (const row of rows) {
      if (row.to === null || row.to === 'named') continue
      for (const phase of row.phases) {
        const here = distance.get(phase)
        if (here === undefined || (distance.get(row.to) ?? Infinity) <= here + 1) continue
        distance.set(row.to, here + 1)
        moved = true
      }
    }
  }
  return phases
    .filter((phase) => allowed[phase].includes(agent) && distance.has(phase))
    .toSorted(
      (one, other) =>
        distance.get(one)! - distance.get(other)! || phases.indexOf(one) - phases.indexOf(other),
    )[0]
}
