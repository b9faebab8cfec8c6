import type { Line } from './harness/line.ts'
import type { Times } from './harness/loops.ts'
import type { Subject } from './harness/subject.ts'

/** What the measures of a run share. */
export interface Kit {
  readonly times: Times
  /** A short run: fewer rounds, shorter windows, smaller stores. */
  readonly quick: boolean
  /** A folder on the disk, empty at first and removed at the end. */
  readonly folder: string
  /** The process of that name, started and prepared at its first use. */
  subject(name: string, start: () => Promise<Subject>): Promise<Subject>
  /** Says what is going on. */
  tell(text: string): void
}

/** What was found so far: for each measure a result of each round. */
export interface Found {
  /** One number of each round of a measure; empty when it did not run. */
  of(measure: string, part: string): number[]
  /** Why a measure did not run. */
  missing(measure: string): string | undefined
}

/** Something that is measured once in each round. */
export interface Measure {
  readonly name: string
  /** Whether it needs what `bench/node_modules` holds. */
  readonly peer?: true
  /** Whether it starts processes itself and needs no warm-up of a long-lived one. */
  run(kit: Kit, found: Found): Promise<object>
}

/** A row of the table that was promised: what is measured for it, and what that comes to. */
export interface Row {
  readonly number: number
  readonly title: string
  /** What the row compares, and what it does not say. */
  readonly reading: string
  /** Where an aim is missed: what is known of the cause. */
  readonly cause?: string
  readonly measures: readonly Measure[]
  lines(found: Found): Line[]
}
