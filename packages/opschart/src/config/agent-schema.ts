import { changeKinds } from '@opschart/core'
import { z } from 'zod'

import { argumentArray } from './argument-array.ts'
import { duration } from './duration-schema.ts'
import { agentName, signalName, taskName } from './names.ts'

const taskSchema = z
  .strictObject({
    run: argumentArray.describe(
      'the program: it gets the operation as JSON on standard input, and answers with JSON on standard output',
    ),
    changes: z
      .enum(changeKinds, {
        error: ({ input }) =>
          input === undefined
            ? 'a task says what it changes: nothing, repository, monitoring or production'
            : 'a task changes nothing, repository, monitoring or production',
      })
      .describe('what it may change; production asks a person unless the autonomy says otherwise'),
    timeout: duration.default(600_000).describe('the longest that it may run; 10m when absent'),
    answers: z.array(signalName).default([]).describe('signals of triggers that this task answers'),
    input: z
      .record(z.string(), z.json())
      .optional()
      .describe('values of your own, handed to the program beside the operation'),
  })
  .describe('a task that a program carries out')

/** An agent of the user's own, or further tasks of a built-in one. */
export const agentSchema = z
  .strictObject({ tasks: z.record(taskName, taskSchema).describe('its tasks by name') })
  .describe('an agent, and the programs that carry out its tasks')

/** The section of agents. */
export const agentsSchema = z.record(agentName, agentSchema)

/** A task that a program carries out, as `agents` writes it; times in milliseconds. */
export type CommandTask = z.output<typeof taskSchema>
