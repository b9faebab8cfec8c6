import type { Kernel, Lifecycle } from '@opschart/core'

import type { Charts } from '../machines/charts.ts'

/** Where kernels are found. */
export interface KernelSources {
  readonly lifecycle: Lifecycle
  /** The kernels of rules, by name. */
  readonly rules: ReadonlyMap<string, Kernel>
  /** The machines whose actors are kept. */
  readonly charts: Charts
}

/** The kernel of a decider (`lifecycle`, `workflow:deploy`, `rule:error_spike`); undefined when the configuration has it no more. */
export function kernelOf(sources: KernelSources, decider: string): Kernel | undefined {
  if (decider === 'lifecycle') return sources.lifecycle.kernel
  const [kind, name = ''] = decider.split(/:(.*)/s, 2)
  if (kind === 'rule') return sources.rules.get(name)
  const { workflowKernels } = sources.lifecycle
  return Object.hasOwn(workflowKernels, name) ? workflowKernels[name] : undefined
}
