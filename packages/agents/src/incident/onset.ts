/** A request as far as an error rate is concerned. */
export interface Sample {
  readonly time: number
  readonly failed: boolean
}

/** When an error rate rose. */
export interface Onset {
  /** The first failure at or after the change. */
  readonly time: number
  /** Share of failed requests before and after, 0 to 1; `before` is null when nothing came before. */
  readonly before: number | null
  readonly after: number
  /** Log-likelihood gained by assuming the change: above 5 it is no chance. */
  readonly strength: number
  /** Every request had failed from the first on: the rise itself lies before what was looked at, or there was no before. */
  readonly open: boolean
}

// Weaker changes than this come by chance in every log (a likelihood ratio of 150 to 1).
const weakest = 5
// One moment that was known beforehand needs less: there was no choice among hundreds of moments.
const weakestAtKnownTime = 3
const fewestFailures = 3

/**
 * The change point of the per-second error rate: the second at which two rates, a lower before and a higher after, explain
 * the log best. Null when the failures could as well be the usual ones.
 */
export function findOnset(samples: readonly Sample[]): Onset | null {
  const ordered = samples.toSorted((a, b) => a.time - b.time)
  const failures = ordered.filter((sample) => sample.failed).length
  const first = ordered.find((sample) => sample.failed)
  if (first === undefined || failures < fewestFailures) return null

  const whole = logLikelihood(failures, ordered.length)
  let best: { index: number; strength: number; before: number; after: number } | undefined
  let failedBefore = 0
  for (let index = 1; index < ordered.length; index++) {
    if (ordered[index - 1]?.failed) failedBefore++
    // Only whole seconds are divided: within one second the order of the log's lines says little.
    if (secondOf(ordered[index - 1]) === secondOf(ordered[index])) continue
    const rest = ordered.length - index
    const before = failedBefore / index
    const after = (failures - failedBefore) / rest
    if (after <= before) continue
    const strength = logLikelihood(failedBefore, index) + logLikelihood(failures - failedBefore, rest) - whole
    if (best === undefined || strength > best.strength) best = { index, strength, before, after }
  }

  if (best !== undefined && best.strength >= weakest) {
    const at = best.index
    const start = ordered.slice(at).find((sample) => sample.failed) ?? first
    return { time: start.time, before: best.before, after: best.after, strength: best.strength, open: false }
  }
  const rate = failures / ordered.length
  if (rate < 0.5) return null
  return { time: first.time, before: null, after: rate, strength: 0, open: true }
}

/**
 * Whether the error rate rose at one moment that is known for another reason (a deployment). Finds what is too weak to
 * stand out among all moments. Null when it did not.
 */
export function riseAt(samples: readonly Sample[], time: number): Onset | null {
  const before = samples.filter((sample) => sample.time < time)
  const after = samples.filter((sample) => sample.time >= time)
  const [failedBefore, failedAfter] = [before, after].map(
    (part) => part.filter((sample) => sample.failed).length,
  )
  if (failedBefore === undefined || failedAfter === undefined || failedAfter < fewestFailures) return null
  if (before.length === 0 || failedAfter / after.length <= failedBefore / before.length) return null
  const strength =
    logLikelihood(failedBefore, before.length) +
    logLikelihood(failedAfter, after.length) -
    logLikelihood(failedBefore + failedAfter, samples.length)
  if (strength < weakestAtKnownTime) return null
  const times = after.filter((sample) => sample.failed).map((sample) => sample.time)
  return {
    time: times.reduce((least, one) => Math.min(least, one)),
    before: failedBefore / before.length,
    after: failedAfter / after.length,
    strength,
    open: false,
  }
}

function secondOf(sample: Sample | undefined): number {
  return Math.floor((sample?.time ?? 0) / 1000)
}

function logLikelihood(failed: number, all: number): number {
  if (failed === 0 || failed === all) return 0
  const rate = failed / all
  return failed * Math.log(rate) + (all - failed) * Math.log(1 - rate)
}
