import type { Line } from './line.ts'
import type { Machine } from './machine.ts'

/** What a run comes to: all that is printed, written and kept. */
export interface Report {
  readonly benchmark: string
  /** Day of the run, as `2026-01-31`. */
  readonly day: string
  readonly command: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly rounds: number
  readonly seconds: number
  /** Share of the cores that others kept busy while it was measured: the median of all windows, and the worst. */
  readonly others: { readonly median: number; readonly worst: number }
  readonly rows: readonly {
    readonly number: number
    readonly title: string
    readonly reading: string
    /** What is known of why its aims are missed, where they are. */
    readonly cause?: string
    readonly lines: readonly Line[]
    /** What went wrong: a result that was not what it must be, a peer that is not there. */
    readonly problems: readonly string[]
  }[]
}
