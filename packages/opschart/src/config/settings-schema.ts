import { z } from 'zod'

import { argumentArray } from './argument-array.ts'
import { duration } from './duration-schema.ts'
import { signalName, typeName } from './names.ts'

const level = z.enum(['observe', 'ask', 'act'])

/** What autonomy may be said of: `default`, an agent, or `agent.task`. */
export const autonomyTarget = /^[A-Za-z][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z][A-Za-z0-9_-]{0,62})?$/

/** How much is done by itself: one word for all, or a map by agent and agent.task. */
export const autonomySchema = z
  .union(
    [level, z.record(z.string().regex(autonomyTarget, 'write default, an agent, or agent.task'), level)],
    {
      error: ({ input }) =>
        `autonomy is observe, ask or act, or a map of them by agent and agent.task${typeof input === 'string' ? '' : `, not ${typeName(input)}`}`,
    },
  )
  .describe(
    'how much is done by itself: observe (decide and record), ask (a person approves), act; or {default, <agent>, <agent.task>}',
  )

/** How people are told. */
export const notifySchema = z
  .union(
    [
      argumentArray,
      z.strictObject({
        webhook: z.url({ protocol: /^https?$/, error: 'a webhook is an http or https address' }).max(2_000),
      }),
    ],
    {
      error: ({ input }) =>
        typeof input === 'string'
          ? `notify is an argument array or {webhook: <address>}, not a text`
          : `notify is an argument array or {webhook: <address>}, not ${typeName(input)}`,
    },
  )
  .describe('how people are told: a program (the message comes on standard input), or {webhook: <address>}')

/** What the inbox, where anyone can write, is trusted with. */
export const inboxSchema = z
  .strictObject({
    trusted: z
      .array(signalName)
      .default([])
      .describe('signals that are believed although anyone can write them'),
  })
  .describe('the inbox, .claude/events/log.ndjson')

/** How long things may take. */
export const limitsSchema = z
  .strictObject({
    waiting: duration
      .default(24 * 3_600_000)
      .describe('an operation waits this long for its phase; 24h when absent'),
    approval: duration.default(3_600_000).describe('an approval may be given for this long; 1h when absent'),
    acknowledgement: duration
      .default(15 * 60_000)
      .describe('an incident that nobody has acknowledged is escalated after this; 15m when absent'),
    oscillation: duration
      .default(3_600_000)
      .describe('the same remedy twice within this asks a person; 1h when absent'),
  })
  .describe('how long things may take')
