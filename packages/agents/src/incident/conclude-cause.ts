import type { OutsideSign } from './error-names.ts'
import { isHarmless, type Change } from './changes.ts'
import { scoreOf, type Suspect, type Timing } from './rank-suspects.ts'

/** What an incident's cause is taken to be. */
export interface Cause {
  readonly kind: Suspect['kind'] | 'unknown'
  /** 0 to 1. */
  readonly confidence: number
  readonly commit?: string
  /** Whether the live release carries it and the one before does not: only then putting that one back can help. */
  readonly inRelease: boolean
  readonly summary: string
}

/** What the conclusion is drawn from, besides the ranked suspects. */
export interface Circumstances {
  readonly timing: Timing
  /** Signs of an outside cause, with the share of the incident that shows them. */
  readonly outside: { readonly sign: OutsideSign; readonly share: number } | null
  readonly changes: readonly Change[]
  /** The errors are as old as the deployment, or older: it did not bring them. */
  readonly beganBefore: boolean
  /** The live release is the one whose changes were ranked. */
  readonly isLive: boolean
  /** Requests and failed ones before the onset: whether the deployment made the difference can only be told from traffic. */
  readonly before: { readonly requests: number; readonly failed: number }
  readonly after: { readonly requests: number; readonly failed: number }
}

/** A suspect needs this score, and a reason of at least this weight, to be called the cause. */
const leastScore = 0.6
const leastReason = 1.2

// A step in the error rate this soon after a deployment is put down to it even where no commit stands out.
const atOnce = 3 * 60_000
const fewestRequests = 20

/**
 * The cause, or `unknown` where the evidence is thin: guessing wrong costs a needless roll-back. Adds the suspects that
 * are no commits (the deployment as a whole, something outside) to the list, in their place.
 */
export function concludeCause(
  ranked: readonly Suspect[],
  circumstances: Circumstances,
): { readonly cause: Cause; readonly suspects: readonly Suspect[] } {
  const outside = outsideSuspect(ranked, circumstances)
  const deployment = deploymentSuspect(circumstances)?.map((suspect) => {
    // Where one commit is the cause by itself, that says more than "something in this release".
    const named = ranked[0] !== undefined && isCause(ranked[0]) ? ranked[0].score : 1
    return { ...suspect, score: Math.min(suspect.score, named - 0.001) }
  })
  const suspects = [...ranked, ...(outside ?? []), ...(deployment ?? [])].toSorted(
    (a, b) => b.score - a.score,
  )
  const first = suspects[0]
  const reason = first?.evidence[0]
  if (first === undefined || reason === undefined)
    return { cause: unknown('nothing that changed speaks of these errors'), suspects }

  if (first.kind === 'external') {
    const cause = { kind: first.kind, confidence: first.score, inRelease: false, summary: reason.detail }
    return { cause, suspects }
  }
  if (!isCause(first)) {
    const closest = first.commit === undefined ? first.title : `${first.commit.slice(0, 12)} (${first.title})`
    return {
      cause: unknown(`the evidence is too thin to name a cause; the nearest suspect is ${closest}`),
      suspects,
    }
  }
  const inRelease = circumstances.isLive && !circumstances.beganBefore
  const second = suspects.find((suspect) => suspect !== first && suspect.kind !== 'deployment')
  // Two commits that look alike make each of them less sure, though not that one of them it is.
  const margin = Math.min(1, (first.score - (second?.score ?? 0)) / first.score)
  const confidence = first.score * (first.kind === 'deployment' ? 1 : 0.75 + 0.25 * margin)
  const name = first.commit === undefined ? first.title : `${first.commit.slice(0, 12)} "${first.title}"`
  const when = inRelease ? '' : circumstances.beganBefore ? '; it was live before this release' : ''
  return {
    cause: {
      kind: first.kind,
      confidence: rounded(confidence),
      ...(first.commit === undefined ? {} : { commit: first.commit }),
      inRelease,
      summary: `${name}: ${reason.detail}${when}`,
    },
    suspects,
  }
}

function isCause(suspect: Suspect): boolean {
  return suspect.score >= leastScore && (suspect.evidence[0]?.weight ?? 0) >= leastReason
}

function outsideSuspect(ranked: readonly Suspect[], circumstances: Circumstances): Suspect[] | null {
  const { outside, timing, changes } = circumstances
  if (outside === null || outside.share < 0.5) return null
  const { sign } = outside
  const named = [sign.host, sign.port].filter((part) => part !== null)
  const touched = changes.some((change) =>
    named.some((part) => change.addedWords.has(part) || change.removedWords.has(part)),
  )
  const target =
    sign.host === null ? 'an upstream' : sign.port === null ? sign.host : `${sign.host}:${sign.port}`
  const since = timing.afterDeployment
  const isLate = circumstances.beganBefore || since === null || since > 10 * 60_000
  // A change of the address, or of the line that connects, is the nearer explanation.
  const rival = ranked[0]
  if (touched || (rival !== undefined && isCause(rival))) return null
  const age =
    since === null || circumstances.beganBefore
      ? 'before this release'
      : `${Math.round(since / 60_000)} min after the deployment`
  const detail = `${target} does not answer (${sign.code}); nothing between the releases changed its address or the code that calls it; it began ${age}`
  return [
    {
      kind: 'external',
      title: `${target} does not answer`,
      score: scoreOf(outside.share * (isLate ? 4.6 : 2.2)),
      evidence: [{ what: 'outside', detail, weight: isLate ? 4.6 : 2.2 }],
    },
  ]
}

function deploymentSuspect(circumstances: Circumstances): Suspect[] | null {
  const { timing, before, after, beganBefore, changes, isLive } = circumstances
  if (beganBefore || !isLive || timing.afterDeployment === null) return null
  // A release of nothing but words and tests runs the same code as the one before.
  if (!changes.some((change) => change.files.some((file) => !isHarmless(file.role)))) return null
  if (timing.afterDeployment > atOnce || before.requests < fewestRequests || after.requests < fewestRequests)
    return null
  // Signs of something outside leave it open whether the deployment or that something made the difference.
  if (circumstances.outside !== null && circumstances.outside.share >= 0.5) return null
  const [rateBefore, rateAfter] = [before.failed / before.requests, after.failed / after.requests]
  if (rateAfter < 0.02 || rateAfter < rateBefore * 5) return null
  const weight = timing.onlyThisVersion ? 2.2 : 1.9
  const seconds = Math.max(0, Math.round(timing.afterDeployment / 1000))
  const detail = `errors rose from ${percent(rateBefore)} to ${percent(rateAfter)} ${seconds} s after this release went live`
  return [
    {
      kind: 'deployment',
      title: 'the deployment as a whole',
      score: scoreOf(weight),
      evidence: [{ what: 'time', detail, weight }],
    },
  ]
}

function unknown(summary: string): Cause {
  return { kind: 'unknown', confidence: 0, inRelease: false, summary }
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(rate < 0.1 ? 1 : 0)} %`
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
