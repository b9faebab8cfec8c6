import { z } from 'zod'

import { agentName, phaseName, signalName, typeName, workflowName } from './names.ts'

const sender = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]*(?::[A-Za-z0-9][A-Za-z0-9._@/-]{0,99})?$/,
    'no sender: write an agent, person, watcher, rule, system, or workflow:<name>',
  )

const oneOrMore = <Item extends z.ZodType>(item: Item, what: string) =>
  z.union([item, z.array(item).min(1)], {
    error: ({ input }) => `${what} is a name or a list of names, not ${typeName(input)}`,
  })

const arrow = z
  .strictObject({
    on: oneOrMore(signalName, 'on')
      .optional()
      .describe('the signal, or signals, that lead there; absent: those of the default law'),
    by: z
      .array(sender)
      .min(1, 'by names at least one sender')
      .optional()
      .describe(
        'who may send it: agents, person, watcher, rule, system, workflow:<name>, watcher:<name>; absent: as in the default law',
      ),
    gate: z
      .union([z.string(), z.array(z.string())], { error: 'gate is a name or a list of names' })
      .optional()
      .describe('gates that must hold; an empty list takes the default law’s away'),
    starts: workflowName.nullable().optional().describe('the workflow that it starts; null: none'),
  })
  .describe('an arrow of the chart')

/** One phase of the user's table, in the short form that people paste. */
export const stateSchema = z
  .strictObject({
    allowed_agents: z
      .array(agentName, {
        error: ({ input }) => `allowed_agents is a list of agents, not ${typeName(input)}`,
      })
      .optional()
      .describe('agents that may act in this phase; absent: as in the default law'),
    next_states: z
      .union([z.array(phaseName), z.record(phaseName, arrow.nullable())], {
        error: ({ input }) =>
          `next_states is a list of phases or a map {PHASE: {on, by, gate, starts}}, not ${typeName(input)}`,
      })
      .optional()
      .describe(
        'phases that come next; the default law’s arrows to them are taken, others are for `opschart move`',
      ),
    formerly: z
      .array(phaseName, { error: ({ input }) => `formerly is a list of phases, not ${typeName(input)}` })
      .optional()
      .describe('names that it had before: releases that are stored in one of them are here now'),
    auto_trigger: z
      .boolean()
      .optional()
      .describe(
        'true: an arrow into it starts a workflow with nobody asking; false: a person asks for that workflow; absent: as in the default law',
      ),
  })
  .describe('a phase: who may act in it, and where it leads')

/** An arrow as `next_states` writes it. */
export type ArrowConfiguration = z.output<typeof arrow>

/** A phase as `states` writes it. */
export type StateConfiguration = z.output<typeof stateSchema>
