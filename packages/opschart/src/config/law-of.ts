import { createLifecycle, type Lifecycle } from '@opschart/core'

import { completeLaw } from './complete-law.ts'
import { composeLaw } from './compose-law.ts'
import type { Configuration } from './configuration.ts'

/**
 * The law of a configuration: the default one under the user's table of phases, with the user's workflows and gates; or
 * the one that `opschart.config.ts` brings.
 *
 * @throws OpschartError `configuration`, which a configuration that passed its checks does not meet.
 */
export function lawOf(configuration: Configuration): Lifecycle {
  const { extension, workflows, states, inbox, limits, known_agents: agents } = configuration
  if (extension.lifecycle !== null) return extension.lifecycle
  const { definition } = composeLaw({ states, agents, acknowledgement: limits.acknowledgement, workflows })
  const { triggers, feedback_loops } = configuration
  const complete = completeLaw(definition, { triggers, feedback_loops, trusted: inbox.trusted })
  return createLifecycle(complete, { workflows, gates: extension.gates })
}
