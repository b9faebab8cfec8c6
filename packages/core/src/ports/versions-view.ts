import type { ChartView } from '../inspection/chart-view.ts'
import type { Change } from '../inspection/difference.ts'
import type { FitView } from './actor-view.ts'

/** A version that the law may be compared with. */
export interface OfferedVersion {
  /** A tag, or the hash of a commit. */
  readonly version: string
  readonly at: number
  /** The first line of the commit's message; empty for a tag. */
  readonly told: string
}

/** The law as it is written now beside another version of it, and what that means for what is stored. */
export interface VersionsView {
  /** The earlier one; null for the law that runs. */
  readonly version: string | null
  /** Whether the later one is what stands in the files; else it is the law that runs, since a module is not started for this. */
  readonly isWritten: boolean
  /** Both in one, as `differenceOf` has them. */
  readonly chart: ChartView
  readonly states: readonly (readonly [string, Change])[]
  readonly arrows: readonly (readonly [string, Change])[]
  /** How the actors stand to the later one that another definition decided last. */
  readonly counts: Readonly<Record<FitView['kind'], number>>
  /** Those of them that do not go on as they are, what cannot go on first; at most 500. */
  readonly fits: readonly FitView[]
  readonly offered: readonly OfferedVersion[]
}
