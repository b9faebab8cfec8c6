import {
  longForm,
  type AskStep,
  type OperationStep,
  type ParallelStep,
  type SignalStep,
  type StepDefinition,
  type WorkflowDefinition,
} from './definition.ts'

/** A step in its long form. */
export type LongStep = OperationStep | ParallelStep | SignalStep | AskStep

/** A step with the name of its state. */
export interface Placed<Step extends LongStep = LongStep> {
  readonly name: string
  readonly step: Step
  readonly survives: boolean
  /** Of a parallel step: its operations, branch by branch. */
  readonly branches: readonly (readonly Placed<OperationStep>[])[]
}

/** The steps of a workflow, each with a name of its own, and the names of the states that undo them. */
export interface PlacedSteps {
  readonly steps: readonly Placed[]
  /** Operations that can be undone, the last of the definition first, with the names of the states that do it. */
  readonly undo: readonly { readonly name: string; readonly of: Placed<OperationStep> }[]
}

/** Names of states that are no step's. */
const reserved = ['failing', 'succeeded', 'failed', 'cancelled', 'ended']

/** Names every step by its task, in the order of the definition; a name that is taken gets a number. */
export function placeSteps(definition: WorkflowDefinition): PlacedSteps {
  const taken = new Set(reserved)
  const named = (base: string): string => {
    let name = base
    for (let count = 2; taken.has(name); count += 1) name = `${base}_${count}`
    taken.add(name)
    return name
  }
  const operations: Placed<OperationStep>[] = []
  const place = <Step extends LongStep>(step: Step, survives: boolean): Placed<Step> => {
    const name = named(baseName(step))
    const branches =
      'parallel' in step
        ? step.parallel.map((branch) =>
            branch.map((inner) => place(longForm(inner as StepDefinition) as OperationStep, survives)),
          )
        : []
    const placed = { name, step, survives, branches }
    if ('do' in step) operations.push(placed as unknown as Placed<OperationStep>)
    return placed
  }
  const steps = definition.steps.map((short) => {
    const step = longForm(short)
    return place(step as LongStep, definition.survives === true || step.survives === true)
  })
  const undo = operations
    .filter(({ step }) => step.compensate !== undefined)
    .reverse()
    .map((of) => ({ name: named(`undo_${of.name}`), of }))
  return { steps, undo }
}

const baseName = (step: LongStep): string =>
  'do' in step ? step.do[1] : 'signal' in step ? `signal_${step.signal}` : 'ask' in step ? 'ask' : 'parallel'
