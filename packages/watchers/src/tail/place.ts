import type { Json } from '@opschart/core'

/** How far one file has been read: what a checkpoint holds of it. */
export interface Place {
  /** Relative to the root; the last one known. */
  readonly path: string
  readonly device: string
  readonly inode: string
  /** Grows with each new file and each truncation: tells apart what was written at one offset of one inode at different times. */
  readonly generation: number
  /** Offset of the first byte that was not handed over. */
  readonly offset: number
  /** Lines before that; null when the file was not read from its beginning. */
  readonly line: number | null
  /** Whether `offset` is within a line that was cut. */
  readonly skipping: boolean
  /** Fingerprints of the first and of the last (at most 256) bytes before `offset`. */
  readonly head: string
  readonly last: string
  /** Time at which the file, having lost its path, was last seen to grow; null while it has its path. */
  readonly displaced: number | null
}

/** What is saved of a tail. */
export interface TailCheckpoint {
  readonly generation: number
  readonly places: readonly Place[]
  /** By path: the rotated files that were beside it, as `inode:modified:size`. One that is not among them is new. */
  readonly siblings: Readonly<Record<string, readonly string[]>>
}

/** The checkpoint as JSON. */
export function writeCheckpoint(checkpoint: TailCheckpoint): Json {
  return {
    version: 1,
    generation: checkpoint.generation,
    places: checkpoint.places.map((place) => ({ ...place })),
    siblings: checkpoint.siblings,
  }
}

/** The checkpoint that was saved; undefined when the value is none (or one of another version). */
export function readCheckpoint(value: Json | undefined): TailCheckpoint | undefined {
  if (!isObject(value) || value['version'] !== 1) return undefined
  const { generation, places, siblings } = value
  if (!isCount(generation) || !Array.isArray(places) || !isObject(siblings)) return undefined
  const read = places.map(readPlace)
  if (!read.every((place) => place !== undefined)) return undefined
  const known = Object.entries(siblings).map(
    ([path, list]) =>
      [path, Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []] as const,
  )
  return { generation, places: read, siblings: Object.fromEntries(known) }
}

function readPlace(value: unknown): Place | undefined {
  if (!isObject(value)) return undefined
  const { path, device, inode, generation, offset, line, skipping, head, last, displaced } = value
  if (typeof path !== 'string' || typeof device !== 'string' || typeof inode !== 'string') return undefined
  if (!isCount(generation) || !isCount(offset) || typeof skipping !== 'boolean') return undefined
  if (typeof head !== 'string' || typeof last !== 'string') return undefined
  if (!(line === null || isCount(line)) || !(displaced === null || typeof displaced === 'number'))
    return undefined
  return { path, device, inode, generation, offset, line, skipping, head, last, displaced }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
