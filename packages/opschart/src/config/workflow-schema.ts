import { z } from 'zod'

import { durationText } from './duration-schema.ts'
import { agentName, signalName, taskName, typeName } from './names.ts'

/** `[agent, task]` */
export const agentTask = z
  .tuple([agentName, taskName], {
    error: ({ input, code }) =>
      code === 'invalid_type'
        ? `a step is [agent, task], not ${typeName(input)}`
        : 'a step is two names: [agent, task]',
  })
  .describe('[agent, task]')

const scalar = z.union([z.null(), z.boolean(), z.number(), z.string()], {
  error: 'a value is a text, a number, true, false or null',
})

const when = z
  .record(z.string().min(1).max(200), scalar)
  .optional()
  .describe('results of earlier steps that must have these values: {decide.decision: rollback}')

const survives = z.boolean().optional().describe('goes on after the phase that started the workflow is left')

const signalFields = {
  signal: signalName.describe('the signal that is sent to the release'),
  data: z
    .record(
      z.string(),
      z.union([scalar, z.strictObject({ from: z.string().min(1).max(200) })], {
        error: 'a value, or {from: step.key}',
      }),
    )
    .optional()
    .describe('its data; {from: step.key} takes a result of an earlier step'),
}

const operation = z
  .strictObject({
    do: agentTask,
    when,
    survives,
    retry: z
      .strictObject({
        times: z.number().int().min(0).max(20).describe('tries after the first'),
        backoff: durationText.optional().describe('the first pause; it doubles each time; 2s when absent'),
      })
      .optional()
      .describe('tries after the first, for failures that trying again can mend; 2 when absent'),
    timeout: durationText.optional().describe('the longest that the step may take, waiting included'),
    compensate: agentTask.optional().describe('undoes it when a later step fails'),
    approval: z.boolean().optional().describe('always asks a person, whatever the autonomy'),
    optional: z.boolean().optional().describe('its failure is noted, and the workflow goes on'),
  })
  .describe('one task of one agent')

// A branch of one step is often written without its own list; it is told apart by its two texts.
const branch = z
  .union(
    [
      agentTask,
      operation,
      z
        .array(
          z.union([agentTask, operation], {
            error: 'a step of a branch is [agent, task] or {do: [agent, task]}',
          }),
        )
        .min(1),
    ],
    {
      error: 'a branch is a list of steps, each [agent, task] or {do: [agent, task], ...}',
    },
  )
  .describe('steps that run one after the other, beside the other branches')

const parallel = z
  .strictObject({ parallel: z.array(branch).min(1), when, survives })
  .describe('branches that run side by side')

const signal = z.strictObject({ ...signalFields, when, survives }).describe('sends a signal to the release')

const ask = z
  .strictObject({ ask: z.string().min(1).max(500).describe('what a person must decide'), when, survives })
  .describe('tells a person that a decision is theirs')

const step = z.union([agentTask, operation, parallel, signal, ask], {
  error: ({ input }) =>
    `a step is [agent, task], or a map with do, parallel, signal or ask, not ${typeName(input)}`,
})

const steps = z
  .array(step, { error: ({ input }) => `steps are a list of [agent, task], not ${typeName(input)}` })
  .min(1, 'a workflow has at least one step')
  .max(100, 'a workflow has at most 100 steps')

const outcome = z.strictObject(signalFields).nullable().optional()

/** A workflow: its steps, or a map of steps and what becomes of them. A default workflow's other properties stay unless named. */
export const workflowSchema = z
  .union(
    [
      steps,
      z.strictObject({
        steps: steps.describe('the steps, in order'),
        survives: z.boolean().optional().describe('every step goes on after the phase is left'),
        exclusive: z
          .boolean()
          .optional()
          .describe('excludes other exclusive workflows of the service while it runs'),
        remedy: z.boolean().optional().describe('twice within the oscillation limit, it asks a person'),
        succeeds: outcome.describe('sent when every step has passed; null: nothing'),
        fails: outcome.describe('sent when a step has failed; null: nothing'),
      }),
    ],
    { error: ({ input }) => `a workflow is a list of steps or a map with steps, not ${typeName(input)}` },
  )
  .describe('operations in order')

/** A workflow as `workflows` writes it. */
export type WorkflowConfiguration = z.output<typeof workflowSchema>
