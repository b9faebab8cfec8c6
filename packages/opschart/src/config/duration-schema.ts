import { parseDuration, type Duration } from '@opschart/core'
import { z } from 'zod'

import { typeName } from './names.ts'

const tenYears = 10 * 365 * 86_400_000

/** A length of time as text, kept as it stands: `15m`. Longer than nothing, and at most ten years. */
export const durationText = z
  .string({ error: ({ input }) => mistake(input) })
  .regex(/^\d{1,12}(?:\.\d{1,6})? ?(?:ms|seconds?|minutes?|hours?|days?|s|m|h|d)$/, {
    error: ({ input }) => mistake(input),
  })
  .refine((text) => {
    const length = parseDuration(text)
    return length === undefined || (length > 0 && length <= tenYears)
  }, 'a duration is longer than nothing and at most ten years')
  .describe('a length of time with its unit: 500ms, 30s, 15m, 24h or 2d') as unknown as z.ZodType<
  Duration,
  Duration
>

/** A length of time, read to milliseconds. */
export const duration = durationText.transform((text) => parseDuration(text)!)

function mistake(input: unknown): string {
  const units = 'ms, s, m, h or d'
  if (typeof input === 'number' || (typeof input === 'string' && /^\d{1,12}$/.test(input))) {
    return `${input} has no unit: write ${input}s, ${input}m or ${input}h (units are ${units})`
  }
  if (typeof input === 'string') return `no duration: write a number and its unit (${units}), such as 15m`
  return `a duration is a text such as 15m, not ${typeName(input)}`
}
