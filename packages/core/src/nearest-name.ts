/** Longest name that is compared, in characters: the comparison costs its square. A longer one has no nearest. */
const maxCompared = 100

/**
 * The candidate that a mistyped name most likely meant: the fewest edits away (insert, delete, change, swap two
 * neighbours), at most a third of the name's length; ties go to the one that stands first. Case and the marks between
 * words count for nothing: `reviewer_agent` is `reviewer-agent`. Undefined when none is near.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  return nearestWithin(name, candidates, Math.max(1, Math.floor(name.length / 3)))
}

/** Most names that are offered for one. */
const mostOffered = 3
/** Shortest beginning by which longer names are found, in characters. */
const leastBeginning = 3

/** The candidates that a name may have meant: the nearest, then those that it is the beginning of; three at most. */
export function namesNear(name: string, candidates: readonly string[]): readonly string[] {
  const nearest = nearestName(name, candidates)
  const begun = plain(name)
  const longer = candidates.filter(
    (candidate) => begun.length >= leastBeginning && candidate !== name && plain(candidate).startsWith(begun),
  )
  return [...new Set([...(nearest === undefined ? [] : [nearest]), ...longer])].slice(0, mostOffered)
}

/** The candidate that a name is a mere slip of: at most two edits away, and at most a quarter of its length. A new name may be like another, but hardly that like. */
export function slipOf(name: string, candidates: readonly string[]): string | undefined {
  return nearestWithin(name, candidates, Math.min(2, Math.floor(name.length / 4)))
}

/** The end of a message about a name that is not known: the one that was most likely meant, or nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates)
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}

function nearestWithin(name: string, candidates: readonly string[], limit: number): string | undefined {
  if (name.length === 0 || name.length > maxCompared) return undefined
  const wanted = plain(name)
  let nearest: string | undefined
  let fewest = limit + 1
  for (const candidate of candidates) {
    if (candidate === name) continue
    const other = plain(candidate)
    if (other.length > maxCompared || Math.abs(other.length - wanted.length) >= fewest) continue
    const distance = editDistance(wanted, other)
    if (distance < fewest) {
      fewest = distance
      nearest = candidate
    }
  }
  return nearest
}

/**
 * Edits that make one text of the other, a swap of two neighbours counted as one (Damerau-Levenshtein, no part edited
 * twice).
 */
export function editDistance(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1]
      let fewest = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      if (swapped) fewest = Math.min(fewest, before[column - 2]! + 1)
      current.push(fewest)
    }
    before = last
    last = current
  }
  return last[other.length]!
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[-_ ]/g, '-')
