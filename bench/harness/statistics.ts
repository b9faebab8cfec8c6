/** The value below which that share of them lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN
  const ordered = Float64Array.from(values).toSorted()
  return ordered[Math.min(ordered.length - 1, Math.ceil(share * ordered.length) - 1)]!
}

/** The middle one, or the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const ordered = Float64Array.from(values).toSorted()
  const half = Math.floor(ordered.length / 2)
  return ordered.length % 2 === 1 ? ordered[half]! : (ordered[half - 1]! + ordered[half]!) / 2
}
