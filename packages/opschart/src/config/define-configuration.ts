import type { Gate, Lifecycle, Task } from '@opschart/core'
import type { Machines } from '@opschart/runtime'

import type { ConfigurationInput } from './operational-schema.ts'

/** What `opschart.config.ts` may export: every section of the YAML, and what only TypeScript can say. */
export interface ModuleConfiguration extends ConfigurationInput {
  /** Gates that `next_states` may name, besides the default law's. */
  readonly gates?: Readonly<Record<string, Gate>>
  /** Tasks that are carried out in this process. */
  readonly tasks?: readonly Task[]
  /** A law made with `defineLifecycle`; `states` and `inbox` then have nothing to change. */
  readonly lifecycle?: Lifecycle
  /** Machines whose actors the daemon keeps, by name: `order` is started as `order/<id>`. */
  readonly machines?: Machines
}

/** Gives `opschart.config.ts` its types: `export default defineConfiguration({...})`. Returns what it is given. */
export function defineConfiguration<const Given extends ModuleConfiguration>(configuration: Given): Given {
  return configuration
}
