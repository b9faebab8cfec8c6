import type { Lifeline } from './sequence.ts'

/** Room on the left for the number and the time of a row. */
export const gutter = 104
/** Pixels of a letter of a name, and around it. */
const letter = 7.3
const around = 26
/** Least and most that a lane has for its name, and that one is wide where there is room. */
const lane = { least: 112, name: 210, most: 230 } as const

/** Where the lanes of a sequence stand. */
export interface Lanes {
  readonly widths: readonly number[]
  /** The middles, from the left edge of the whole. */
  readonly at: readonly number[]
  readonly width: number
}

/** Lanes as wide as their names, as far as those are of a usual length; what room is left is shared. */
export function lanesOf(names: readonly string[], room: number): Lanes {
  const needed = names.map((name) =>
    Math.min(lane.name, Math.max(lane.least, Math.ceil(name.length * letter) + around)),
  )
  const rest = room - gutter - needed.reduce((sum, width) => sum + width, 0)
  const more = Math.max(0, Math.floor(rest / Math.max(1, names.length)))
  const widths = needed.map((width) => Math.max(width, Math.min(lane.most, width + more)))
  let left = gutter
  const at = widths.map((width) => {
    left += width
    return left - width / 2
  })
  return { widths, at, width: Math.max(room, left) }
}

/** The middle of a label: over the part of its arrow that is seen, and itself within what is seen. */
export function labelAt(
  [from, to]: readonly [number, number],
  length: number,
  seen: { readonly left: number; readonly right: number },
): number {
  const [left, right] = [Math.min(from, to), Math.max(from, to)]
  const middle = (Math.max(left, seen.left) + Math.min(right, seen.right)) / 2
  // Of an arrow that is not seen at all, it stays with that.
  if (right < seen.left || left > seen.right) return (left + right) / 2
  return Math.max(seen.left + length / 2, Math.min(seen.right - length / 2, middle))
}

/** Lanes that stand for nobody in particular: what they are, in a word and in a sentence. */
const told: Readonly<Record<string, readonly [string, string]>> = {
  work: [
    'operations',
    'What agents and programs carry out: it tells when it starts, what it touches and how it ends',
  ],
  time: ['timers', 'Times that have run out'],
  outside: ['unknown', 'Who sent it is not known'],
}

/** What stands above the name of a lane. */
export function kindOf({ kind, name, place }: Lifeline): string {
  return kind === '' && place === 'border' ? (told[name]?.[0] ?? '') : kind
}

/** What a lane is, for who asks. */
export function toldOf({ kind, name, place }: Lifeline): string {
  const [, sentence] = (kind === '' && place === 'border' ? told[name] : undefined) ?? []
  return sentence ?? (kind === '' ? name : `${kind}:${name}`)
}
