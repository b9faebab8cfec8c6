import { severities } from '@opschart/core'
import { z } from 'zod'

import { duration } from './duration-schema.ts'
import { ruleName, signalName, typeName, workflowName } from './names.ts'

const action = z
  .string({
    error: ({ input }) => `an action is a text that names a workflow or agent.task, not ${typeName(input)}`,
  })
  .min(1, 'an action names a workflow, agent.task, or incident')
  .max(200)
  .describe('a workflow, agent.task, or incident')

/** Agents (each does the task that answers the signal), or the name of one workflow. */
export const triggerSchema = z
  .union(
    [z.array(z.string().min(1).max(130)).min(1, 'a trigger names at least one agent').max(50), workflowName],
    {
      error: ({ input }) => `a trigger is a list of agents or a workflow, not ${typeName(input)}`,
    },
  )
  .describe('agents, each with a task that answers the signal (or agent.task); or a workflow')

/** The section of triggers: signal to work. */
export const triggersSchema = z.record(signalName, triggerSchema)

/** What a feedback loop can watch. Only `error_rate` is evaluated now. */
export const monitors = ['error_rate', 'response_time_p95', 'code_changes'] as const

/** One of {@link monitors}. */
export type Monitor = (typeof monitors)[number]

/** A feedback loop: a measure, its threshold, and what is done when it is passed. */
export const feedbackLoopSchema = z
  .strictObject({
    name: ruleName.describe('how the rule is called in the journal and by `opschart rules`'),
    monitor: z.enum(monitors).describe('what is measured; only error_rate is evaluated in this version'),
    threshold: z
      .number({ error: ({ input }) => thresholdMistake(input) })
      .positive('a threshold is greater than 0')
      .describe('passed, the rule fires: a share from 0 to 1 for error_rate (0.01 is 1 %)'),
    clear: z
      .number()
      .nonnegative()
      .optional()
      .describe('the measure is well again below this; half the threshold when absent'),
    for: duration.optional().describe('how long the threshold must be passed first; not at all when absent'),
    window: duration.default(60_000).describe('the span that is measured; 60s when absent'),
    min_samples: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(20)
      .describe('fewer samples in the window say nothing; 20 when absent'),
    cooldown: duration.optional().describe('after it has fired, it rests this long; not at all when absent'),
    severity: z.enum(severities).default('HIGH').describe('severity of its signals; HIGH when absent'),
    action,
  })
  .describe('a measure, its threshold, and what is done when it is passed')

/** An ambient rule: a condition and what is done when it comes to hold. Checked, and evaluated in a later version. */
export const ambientSchema = z
  .strictObject({
    name: ruleName.optional().describe('how the rule is called; ambient_<position> when absent'),
    condition: z
      .string({ error: ({ input }) => `a condition is a text, not ${typeName(input)}: put it in quotes` })
      .min(1, 'an empty condition')
      .max(1_000)
      .describe(`such as "file_changed('*.sql')" or "error_rate() > 0.01"`),
    action,
    silent: z.boolean().optional().describe('does not interrupt anybody'),
    notify: z.boolean().optional().describe('tells people at once'),
    for: duration.optional().describe('how long the condition must hold first'),
    cooldown: duration.optional().describe('after it has fired, it rests this long'),
  })
  .refine((rule) => !(rule.silent === true && rule.notify === true), {
    path: ['notify'],
    message: 'silent and notify exclude each other',
    // Whatever else is wrong with the rule.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .describe('a condition, and what is done when it comes to hold; evaluated in a later version')

function thresholdMistake(input: unknown): string {
  if (typeof input === 'string') {
    const percent = /^(\d{1,9}(?:\.\d{1,9})?) ?%$/.exec(input)
    if (percent !== null)
      return `a threshold is a number: write ${Number((Number(percent[1]) / 100).toPrecision(12))} for ${input}`
    return 'a threshold is a number, not a text'
  }
  return `a threshold is a number, not ${typeName(input)}`
}
