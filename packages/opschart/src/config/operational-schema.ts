import { serviceSchema } from '@opschart/core'
import { z } from 'zod'

import { agentsSchema } from './agent-schema.ts'
import { phaseName, serviceName, workflowName } from './names.ts'
import { ambientSchema, feedbackLoopSchema, triggersSchema } from './rule-schema.ts'
import { autonomySchema, inboxSchema, limitsSchema, notifySchema } from './settings-schema.ts'
import { stateSchema } from './state-schema.ts'
import { workflowSchema } from './workflow-schema.ts'

/** The sections of `.claude/config/operational.yaml`, each with its schema. */
export const sections = {
  services: z.record(serviceName, serviceSchema).describe('the services, by name'),
  states: z
    .record(phaseName, stateSchema)
    .refine((table) => Object.keys(table).length <= 100, {
      message: 'at most 100 phases',
      // Whatever is wrong with one of them.
      when: ({ value }) => typeof value === 'object' && value !== null,
    })
    .describe('phases of your own, or changes to the default law’s'),
  triggers: triggersSchema.describe('work for a signal, beside what the chart’s arrows start'),
  workflows: z
    .record(workflowName, workflowSchema)
    .describe('workflows of your own, or in place of the default law’s'),
  feedback_loops: z.array(feedbackLoopSchema).max(200).describe('measures with a threshold'),
  ambient: z.array(ambientSchema).max(200).describe('conditions; evaluated in a later version'),
  autonomy: autonomySchema,
  four_eyes: z.boolean().describe('whether someone else must approve what a person asked for'),
  notify: notifySchema,
  inbox: inboxSchema,
  agents: agentsSchema.describe('agents and tasks that programs of yours carry out'),
  limits: limitsSchema,
} as const

/** The name of a section. */
export type Section = keyof typeof sections

/** The whole file. */
export const operationalSchema = z
  .strictObject(sections)
  .partial()
  .describe('opschart: services, law, rules and agents')

/** The configuration as a person writes it, in YAML or TypeScript. */
export type ConfigurationInput = z.input<typeof operationalSchema>
