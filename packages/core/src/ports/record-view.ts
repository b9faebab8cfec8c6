import type { Autonomy } from '../law/law-event.ts'
import type { Changes } from './task.ts'

/** The record of an agent or a task. */
export interface RecordView {
  readonly target: string
  readonly changes: readonly Changes[]
  readonly autonomy: Autonomy
  readonly done: number
  readonly failed: number
  readonly observed: number
  readonly rejected: number
  readonly last: number | null
}
