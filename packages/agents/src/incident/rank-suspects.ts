import { compare } from '../project/project-files.ts'
import { evidenceFor } from './change-evidence.ts'
import { isHarmless, type Change } from './changes.ts'
import type { Evidence, LocatedFailure } from './evidence.ts'

/** What may have caused an incident, with the reasons to think so. */
export interface Suspect {
  readonly kind: 'commit' | 'configuration' | 'dependency' | 'deployment' | 'migration' | 'external'
  readonly commit?: string
  readonly title: string
  readonly author?: string
  /** 0 to 1: 1 − e^(−sum of the weights ÷ 2). */
  readonly score: number
  /** Strongest first. */
  readonly evidence: readonly Evidence[]
}

/** How the incident lies in time to the deployment that carried the changes. */
export interface Timing {
  /** Milliseconds from the deployment to the first new failure; null when either is not known. */
  readonly afterDeployment: number | null
  /** Entries name the version that wrote them, and the failing ones name the deployed one alone. */
  readonly onlyThisVersion: boolean
}

// Beyond this the deployment itself is no reason any more to suspect what it carried.
const soon = 10 * 60_000

/**
 * Ranks changes by how much the failures speak of them. A change that merely touched a file of the stack trace, or was
 * deployed at the right time like all the others, stays far below one that changed the failing line, what it calls, or
 * what the error names. Highest score first; changes without any evidence are left out.
 */
export function rankSuspects(
  changes: readonly Change[],
  failures: readonly LocatedFailure[],
  timing: Timing,
  failingRoutes: readonly string[],
): Suspect[] {
  const spreads = new Map<string, number>()
  const spread = (word: string) => {
    let known = spreads.get(word)
    if (known === undefined) {
      known = changes.filter((change) => change.removedWords.has(word) || change.addedWords.has(word)).length
      spreads.set(word, known)
    }
    return known
  }
  return changes
    .map((change, age) => ({ suspect: suspectOf(change), age }))
    .filter(({ suspect }) => suspect.evidence.some((evidence) => evidence.what !== 'time'))
    .toSorted(
      (a, b) =>
        b.suspect.score - a.suspect.score || a.age - b.age || compare(a.suspect.title, b.suspect.title),
    )
    .map(({ suspect }) => suspect)

  function suspectOf(change: Change): Suspect {
    const evidence = merged(
      failures.map((failure) => ({
        share: failure.share,
        evidence: evidenceFor(change, failure, { spread, failingRoutes }),
      })),
    )
    const harmless = change.files.length > 0 && change.files.every((file) => isHarmless(file.role))
    // Another service's commit, unless the stack trace leads into it.
    const isFar =
      change.isElsewhere &&
      !failures.some(({ located }) =>
        located.some(({ file }) => change.files.some(({ path }) => path === file)),
      )
    const sum = total(evidence) * (harmless ? 0.1 : isFar ? 0.4 : 1)
    const timed = sum > 0.3 ? withTime(evidence, timing) : evidence
    return {
      kind: kindOf(change, evidence),
      commit: change.commit.hash,
      title: change.commit.title,
      author: change.commit.author,
      score: scoreOf(sum + total(timed) - total(evidence)),
      evidence: timed,
    }
  }
}

/** 0 to 1 for a sum of weights. */
export function scoreOf(sum: number): number {
  return Math.round((1 - Math.exp(-Math.max(0, sum) / 2)) * 1000) / 1000
}

function withTime(evidence: readonly Evidence[], timing: Timing): Evidence[] {
  if (timing.afterDeployment === null || timing.afterDeployment > soon) return [...evidence]
  const seconds = Math.max(0, Math.round(timing.afterDeployment / 1000))
  const detail = timing.onlyThisVersion
    ? `went live ${seconds} s before the first failure, and only its version fails`
    : `went live ${seconds} s before the first failure`
  return [...evidence, { what: 'time', detail, weight: timing.onlyThisVersion ? 0.4 : 0.25 }]
}

/** The evidence of all failures, each kind once: weighed by how large a part of the incident the failure is. */
function merged(
  parts: readonly { readonly share: number; readonly evidence: readonly Evidence[] }[],
): Evidence[] {
  const kinds = new Map<string, Evidence>()
  for (const { share, evidence } of parts) {
    for (const one of evidence) {
      const known = kinds.get(one.what)
      const weight = (known?.weight ?? 0) + one.weight * share
      kinds.set(one.what, {
        ...(known === undefined || one.weight * share > known.weight ? one : known),
        weight,
      })
    }
  }
  return [...kinds.values()].toSorted((a, b) => b.weight - a.weight || compare(a.what, b.what))
}

// Reasons that say the same thing in other words must not add up: each further one counts for less.
function total(evidence: readonly Evidence[]): number {
  return evidence.reduce((sum, one, place) => sum + one.weight * [1, 0.6, 0.4, 0.25][Math.min(place, 3)]!, 0)
}

function kindOf(change: Change, evidence: readonly Evidence[]): Suspect['kind'] {
  const strongest = evidence[0]
  if (strongest === undefined) return 'commit'
  if (strongest.what === 'database_object') return 'migration'
  if (strongest.what.startsWith('dependency_')) return 'dependency'
  if (strongest.what.startsWith('configuration_')) return 'configuration'
  const role = change.files.find((file) => file.path === strongest.file)?.role
  return role === 'migration' || role === 'dependency' || role === 'configuration' ? role : 'commit'
}
