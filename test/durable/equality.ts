// How often the properties of equality are tried, and from which seed.

const { OPSCHART_RUNS: runs, OPSCHART_SEED: seed } = process.env

/**
 * Options for `fc.assert`: so many runs, unless the environment says another number (`OPSCHART_RUNS`). The seed is always the same,
 * that of the environment (`OPSCHART_SEED`), or, when only the number was said, a new one; it is told on failure.
 */
export function tried(usual: number): { numRuns: number; seed: number; endOnFailure: false } {
  const usualSeed = runs === undefined ? 20_261_128 : Date.now()
  return { numRuns: Number(runs ?? usual), seed: Number(seed ?? usualSeed), endOnFailure: false }
}
