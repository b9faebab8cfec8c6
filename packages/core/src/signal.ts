import { z } from 'zod'

import type { Json, JsonObject } from './json.ts'
import type { Principal } from './principal.ts'

/** How much a signal matters. It orders work; CRITICAL goes before everything that waits. */
export const severities = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const

/** One of `INFO`, `LOW`, `MEDIUM`, `HIGH`, `CRITICAL`. */
export type Severity = (typeof severities)[number]

/** The rank of a severity, 0 for INFO to 4 for CRITICAL. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity)
}

/** Something that happened (a report) or is asked for (a request), as the journal holds it. */
export interface Signal {
  /** Unique within its source; a second signal with the same source and id is a duplicate. */
  readonly id: string
  /** Where it came from: `git`, `logs`, `inbox`, `cli`, a workflow's id. */
  readonly source: string
  /** UPPER_SNAKE: `CODE_MERGED`. */
  readonly type: string
  /** What it is about: a service (`user-service`) or a release (`user-service/v2.3.1`). */
  readonly subject?: string
  /** When it happened, in milliseconds since 1970. */
  readonly time: number
  readonly severity: Severity
  readonly data: JsonObject
  /** Who sent it, as the channel knows it. */
  readonly by: Principal
  /** The id of the journal row, effect or signal that made it happen. */
  readonly cause?: string
  /** How many signals stand before it in its chain of causes; 0 when absent. No chain is longer than 16. */
  readonly depth?: number
}

/** The longest chain of signals that cause one another. */
export const longestChain = 16

/** What a sender fills in; the runtime adds the rest (id, source, time, severity, and always `by`). */
export interface SignalDraft {
  readonly type: string
  readonly id?: string
  readonly source?: string
  readonly subject?: string
  readonly time?: number
  readonly severity?: Severity
  readonly data?: JsonObject
  readonly cause?: string
}

/** Longest accepted JSON text of a signal's data, in characters. */
export const maxSignalData = 64 * 1024

/** Deepest nesting of a signal's data. */
export const maxSignalDepth = 32

const json: z.ZodType<Json> = z.json() as z.ZodType<Json>

/** Whether a value is nested no deeper than so many levels. Looks no deeper than that itself. */
function isShallow(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1))
}

/** Checks a draft that came from outside. Types that begin with `xstate.` are not UPPER_SNAKE and so never pass. */
export const signalDraftSchema = z.strictObject({
  type: z
    .string()
    .max(64)
    .regex(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/, 'a signal type is UPPER_SNAKE, such as CODE_MERGED'),
  id: z.string().min(1).max(200).optional(),
  source: z.string().min(1).max(200).optional(),
  subject: z.string().min(1).max(300).optional(),
  time: z.number().int().nonnegative().max(8.64e15).optional(),
  severity: z.enum(severities).optional(),
  data: z
    .unknown()
    .refine((data) => isShallow(data, maxSignalDepth), {
      message: `data is nested deeper than ${maxSignalDepth} levels`,
      abort: true,
    })
    .pipe(z.record(z.string(), json))
    .refine(
      (data) => JSON.stringify(data).length <= maxSignalData,
      `data is longer than ${maxSignalData} characters`,
    )
    .optional(),
  cause: z.string().max(300).optional(),
})
