import type { AnyStateMachine } from 'xstate'

import { createKernel, type Kernel } from '../kernel.ts'
import { releaseActions } from '../release/release-actions.ts'
import { releaseWorkflows } from '../release/release-workflows.ts'
import type { WorkflowDefinition } from '../workflow/definition.ts'
import { workflowMachine } from '../workflow/workflow-machine.ts'
import type { Action } from './actions.ts'
import { checkNames } from './_check-names.ts'
import type { Arrow, LifecycleDefinition, PhaseDefinition } from './definition.ts'
import { gates as releaseGates, type Gate } from './gates.ts'
import { lifecycleMachine } from './lifecycle-machine.ts'
import { arrowsOf } from './topology.ts'

export { arrowsOf } from './topology.ts'

/** A law, made: its chart as a real XState machine, and the pure kernels that decide by it. */
export interface Lifecycle<
  Phase extends string = string,
  Agent extends string = string,
  Signal extends string = string,
> {
  readonly definition: LifecycleDefinition<Phase, Agent>
  readonly workflows: Readonly<Record<string, WorkflowDefinition>>
  readonly gates: Readonly<Record<string, Gate>>
  readonly actions: Readonly<Record<string, Action>>
  /** The chart. Its `config` is data: every guard, action and workflow in it is a name. */
  readonly machine: AnyStateMachine
  readonly kernel: Kernel
  /** The kernel of each workflow, by name. */
  readonly workflowKernels: Readonly<Record<string, Kernel>>
  /** Never set: carries the names of the signals to the types. */
  readonly signals?: Signal
}

/** What a law may bring along: workflows, gates and actions by name. The default law's are there already. */
export interface LifecycleOptions {
  readonly workflows?: Readonly<Record<string, WorkflowDefinition>>
  readonly gates?: Readonly<Record<string, Gate>>
  readonly actions?: Readonly<Record<string, Action>>
}

type SignalsOf<Phases> = {
  [P in keyof Phases]: Phases[P] extends { on: infer On } ? keyof On & string : never
}[keyof Phases]

/**
 * Makes a law: phases, who may act in each, and the arrows between them. Names that do not exist (a phase, an agent) are compile errors where they are literals, and refused here in any case.
 *
 * @throws OpschartError code `configuration`, naming the arrow and what it could have meant.
 */
export function defineLifecycle<
  const Agents extends readonly string[],
  const Phases extends {
    readonly [P in keyof Phases]: PhaseDefinition<keyof Phases & string, Agents[number]>
  },
  const All extends {
    readonly [signal: string]: Arrow<keyof Phases & string, Agents[number]> & {
      readonly except?: readonly (keyof Phases & string)[]
    }
  } = Record<never, never>,
>(
  definition: {
    readonly id: string
    readonly version?: number
    readonly agents: Agents
    readonly everywhere?: readonly Agents[number][]
    readonly initial: keyof Phases & string
    readonly phases: Phases
    readonly all?: All
    readonly delays?: { readonly [name: string]: number }
  },
  options: LifecycleOptions = {},
): Lifecycle<keyof Phases & string, Agents[number], SignalsOf<Phases> | (keyof All & string)> {
  return createLifecycle(definition as unknown as LifecycleDefinition, options) as never
}

/** {@link defineLifecycle} for a definition that was read at run time. */
export function createLifecycle(definition: LifecycleDefinition, options: LifecycleOptions = {}): Lifecycle {
  const workflows: Record<string, WorkflowDefinition> = { ...releaseWorkflows, ...options.workflows }
  const gates: Record<string, Gate> = { ...releaseGates, ...options.gates }
  const actions: Record<string, Action> = {
    ...(releaseActions as Record<string, Action>),
    ...options.actions,
  }
  checkNames(definition, {
    workflows: Object.keys(workflows),
    gates: Object.keys(gates),
    actions: Object.keys(actions),
  })
  const started = new Set(
    arrowsOf(definition).flatMap(({ arrow }) => (arrow.starts === undefined ? [] : [arrow.starts])),
  )
  const used = Object.fromEntries(
    Object.entries(workflows).filter(
      ([name]) => started.has(name) || Object.hasOwn(options.workflows ?? {}, name),
    ),
  )
  const machine = lifecycleMachine(definition, { workflows: used, gates, actions })
  return {
    definition,
    workflows: used,
    gates,
    actions,
    machine,
    kernel: createKernel(machine),
    workflowKernels: Object.fromEntries(
      Object.entries(used).map(([name, workflow]) => [name, createKernel(workflowMachine(name, workflow))]),
    ),
  }
}
