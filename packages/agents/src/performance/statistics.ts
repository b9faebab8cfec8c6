/** The value below which a part of sorted values lies (nearest rank); null of none. `part` is 0 to 1. */
export function percentile(sorted: readonly number[], part: number): number | null {
  if (sorted.length === 0) return null
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] as number
}

/** At most `most` values that stand for all of the sorted ones: themselves, or evenly spaced ranks of them. */
export function evenRanks(sorted: readonly number[], most: number): number[] {
  if (sorted.length <= most) return [...sorted]
  return Array.from(
    { length: most },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (most - 1))] as number,
  )
}

/** How surely one sample lies above another, and by how much. */
export interface RankComparison {
  /** Probability of a difference at least as large in this direction, were both of one distribution. */
  readonly p: number
  /** Probability that a value of the second is larger than one of the first: 0.5 for equal distributions. */
  readonly superiority: number
}

/**
 * Mann-Whitney's rank test, one-sided: is `after` larger than `before`? Ties share their rank, and the variance is
 * corrected for them. The normal approximation holds from about eight values on each side.
 */
export function rankTest(before: readonly number[], after: readonly number[]): RankComparison {
  const all = [
    ...before.map((value) => ({ value, late: false })),
    ...after.map((value) => ({ value, late: true })),
  ]
  all.sort((a, b) => a.value - b.value)
  const [n, m, total] = [before.length, after.length, all.length]
  let rankSum = 0
  let ties = 0
  for (let from = 0; from < total;) {
    let to = from
    while (to < total && all[to]?.value === all[from]?.value) to++
    const rank = (from + 1 + to) / 2
    for (let at = from; at < to; at++) if (all[at]?.late) rankSum += rank
    const size = to - from
    ties += size ** 3 - size
    from = to
  }
  const u = rankSum - (m * (m + 1)) / 2
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)))
  const superiority = n * m === 0 ? 0.5 : u / (n * m)
  // All values equal: nothing is larger than anything.
  if (!(variance > 0)) return { p: 1, superiority }
  return { p: upperTail((u - (n * m) / 2 - 0.5) / Math.sqrt(variance)), superiority }
}

/** Is the share of failures larger in the second sample? One-sided, with pooled variance and continuity correction. */
export function shareTest(
  before: { failed: number; total: number },
  after: { failed: number; total: number },
): number {
  if (before.total === 0 || after.total === 0) return 1
  const pooled = (before.failed + after.failed) / (before.total + after.total)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.total + 1 / after.total))
  if (!(error > 0)) return 1
  const correction = (1 / before.total + 1 / after.total) / 2
  return upperTail((after.failed / after.total - before.failed / before.total - correction) / error)
}

/** The part of the standard normal distribution above `z`, to about seven digits. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z)
  // A rational approximation of the error function (Abramowitz and Stegun, 7.1.26).
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2)
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.min(1, Math.max(0, (polynomial * Math.exp((-z * z) / 2)) / 2))
}
