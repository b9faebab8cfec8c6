/** Numbers that are the same in every run, for a seed and whatever they are for. */
export interface Seeded {
  /** A whole number from 0, below `limit`. */
  readonly below: (limit: number) => number
  /** Whether something happens that does so with this probability. */
  readonly chance: (probability: number) => boolean
}

/** The numbers of a seed for one purpose: those of another do not move them. */
export function seeded(seed: number, purpose: string): Seeded {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  for (const letter of purpose) state = Math.imul(state ^ letter.codePointAt(0)!, 0x01000193)
  // Mulberry32: short, and good enough to choose where to die.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return { below: (limit) => Math.floor(next() * limit), chance: (probability) => next() < probability }
}
